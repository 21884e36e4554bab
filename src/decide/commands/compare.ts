import type { CommandOf } from '../../command/command.ts';
import { canonicalJson, digestOf } from '../../digest.ts';
import type { ModelFacts } from '../../facts/model-facts.ts';
import { isKept, type RivalFacts } from '../../facts/rival-facts.ts';
import { renderComparison } from '../../render/comparison.ts';
import { modelArtifact } from '../../run-plan.ts';
import { type AskedRuns, askForRuns } from '../ask-for-runs.ts';
import { forkRefusal } from '../fork.ts';
import type { Order } from '../request-run.ts';
import { candidateAt, type MeasuredCandidate, measuredHeads } from '../rivals.ts';
import { isOpen } from '../work.ts';
import { answerWithRuns } from './asked.ts';
import { headRefusal } from './head.ts';
import { rangeFor } from './model.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

type Compare = CommandOf<'compare'>;
type Refused = Extract<Answer, { readonly kind: 'refused' }>;

/** Two candidates of one model that are to be measured on the same rows. */
interface Pair {
  readonly facts: ModelFacts;
  readonly candidate: MeasuredCandidate;
  readonly rival: MeasuredCandidate;
}

/** Measures the candidate of this commit against that of an earlier one, or says what such a measurement found before. */
export function compare(command: Compare, scene: OpenScene): Answer {
  const found = rangeFor(command, scene);
  if (found.kind === 'refused') return found;
  const untrusted = forkRefusal(found.range, scene.pull.approvals);
  if (untrusted !== null) return refuse(command, untrusted);
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const { range } = found;
  const { rivals } = scene.facts;
  if (rivals === null) return refuse(command, nothingKnown);
  const chosen = range.models.filter(({ model }) => command.model === null || model === command.model);
  const pairs = chosen.map((facts) => pairOf(command, { facts, scene, rivals }));
  const good = pairs.filter((pair): pair is Pair => !('kind' in pair));
  const bad = pairs.find((pair): pair is Refused => 'kind' in pair);
  // With several models, those that can be compared are; without any, the first reason is as good as each.
  if (good.length === 0) return bad ?? refuse(command, nothingKnown);
  return measured(command, good, scene);
}

const nothingKnown = {
  code: 'no-candidate',
  reason: 'no candidate of this pull request was measured yet',
  fix: 'Type `/evaluate` or `/train` first.',
} as const;

function pairOf(
  command: Compare,
  { facts, scene, rivals }: { readonly facts: ModelFacts; readonly scene: OpenScene; readonly rivals: RivalFacts },
): Pair | Refused {
  const { runs, pull } = scene.pull;
  const { model } = facts;
  const { trainings } = rivals;
  const of = { model, runs, trainings };
  const present = pull.head.sha;
  const own = candidateAt(present, of);
  const earlier = measuredHeads(runs, model, present);
  const { sha } = command;
  const named = sha === null ? earlier.slice(0, 1) : earlier.filter((head) => head.startsWith(sha));
  const [other] = named;
  const short = (head: string) => `\`${head.slice(0, 7)}\``;
  if (own.kind === 'none') {
    const reason = `no candidate of \`${model}\` was measured at this commit, ${short(present)}`;
    return refuse(command, { code: 'no-candidate', reason, fix: nothingKnown.fix });
  }
  if (other === undefined || named.length > 1) {
    const known = earlier.slice(0, 5).map(short).join(', ');
    const which = sha === null ? 'an earlier commit of this pull request' : `\`${sha.slice(0, 7)}\``;
    const reason =
      named.length > 1
        ? `more than one commit begins with ${which}`
        : `no candidate of \`${model}\` was measured at ${which}`;
    const fix = known === '' ? 'Push another commit first.' : `Name one of ${known}.`;
    return refuse(command, { code: 'no-candidate', reason, fix });
  }
  const rival = candidateAt(other, of);
  for (const [head, at] of [
    [present, own],
    [other, rival],
  ] as const) {
    if (at.kind === 'found' && isKept(rivals, { runId: at.candidate.runId, model })) continue;
    const reason = `the candidate of \`${model}\` at ${short(head)} is not kept any more: its artifact has expired, or it was never trained by a run`;
    return refuse(command, {
      code: 'artifact-gone',
      reason,
      fix: 'Compare with a later commit, or type `/train` to have this one made again.',
    });
  }
  if (own.kind !== 'found' || rival.kind !== 'found') return refuse(command, nothingKnown);
  if (own.candidate.digest === rival.candidate.digest) {
    const reason = `${short(present)} and ${short(other)} have the very same model of \`${model}\``;
    return refuse(command, { code: 'nothing-to-do', reason, fix: 'Name another commit with `@`.' });
  }
  return { facts, candidate: own.candidate, rival: rival.candidate };
}

function measured(command: Compare, pairs: readonly Pair[], scene: OpenScene): Answer {
  const { pull, intent } = scene;
  const { judged, runs, now } = pull;
  if (judged.kind !== 'valid') return refuse(command, nothingKnown);
  const says: string[] = [];
  const wanted: { readonly pair: Pair; readonly order: Order }[] = [];
  for (const pair of pairs) {
    const order = orderOf(pair);
    const { model } = pair.facts;
    const isSame = (part: { readonly model: string; readonly evaluationKey: string }) =>
      part.model === model && part.evaluationKey === order.work.evaluationKey;
    const before = runs.find(
      (run) =>
        run.purpose.kind === 'compare' && run.models.some(isSame) && (isOpen(run) || run.results[model] !== undefined),
    );
    const result = before?.results[model];
    if (before === undefined || pair.facts.setting === null) wanted.push({ pair, order });
    else if (result !== undefined) {
      says.push(
        renderComparison({
          model,
          policy: pair.facts.policy,
          result,
          head: before.head,
          rival: pair.rival.head,
          runUrl: before.url,
        }),
      );
    } else
      says.push(`\`${model}\` is being compared with \`${pair.rival.head.slice(0, 7)}\` already; the answer follows.`);
  }
  const { number } = pull.pull;
  const groups = Map.groupBy(wanted, ({ pair }) => pair.rival.head);
  const asked: AskedRuns[] = [];
  for (const [rival, group] of groups) {
    const budget = asked.at(-1)?.budget ?? judged.range.budget;
    const orders = group.map(({ order }) => order);
    const purpose = { kind: 'compare', with: rival } as const;
    const range = { ...judged.range, budget };
    asked.push(askForRuns({ repository: intent.repository, number, range, orders, runs, now, purpose }));
  }
  return answerWithRuns(command, { says, asked }, scene);
}

function orderOf({ facts, candidate, rival }: Pair): Order {
  const artifact = modelArtifact(facts.model);
  const source = ({ runId, digest }: MeasuredCandidate) => ({ kind: 'artifact', runId, artifact, digest }) as const;
  const identity = ['compare', candidate.digest, rival.digest, facts.setting];
  return {
    facts,
    rival: source(rival),
    work: {
      kind: 'run',
      trains: false,
      candidate: source(candidate),
      evaluationKey: digestOf(canonicalJson(identity)),
    },
  };
}
