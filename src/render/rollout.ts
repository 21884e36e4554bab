import type { Course } from '../rollout/course.ts';
import { gateWorkflow, type RolloutTraces } from '../rollout/rollout-effect.ts';
import type { RolloutRecord, RolloutState } from '../rollout/rollout-record.ts';
import { stepsOf } from '../rollout/rollout-steps.ts';
import { code, prose } from './escape.ts';
import { clock, details } from './markdown.ts';
import { count, counted, duration } from './number.ts';
import { metricsTable } from './rollout-metrics.ts';
import { headline, passed, weightText } from './rollout-words.ts';

/** All that is shown of a rollout. */
export interface RolloutView {
  readonly rollout: RolloutRecord;
  readonly course: Course;
  readonly traces: RolloutTraces;
  /** Whether another rollout of the service succeeded after this one. */
  readonly isPast: boolean;
  /** When the present step can be expected to be decided; null where none is observed. */
  readonly expected: { readonly minutes: number | null; readonly sentence: string } | null;
  /** ISO 8601. */
  readonly now: string;
}

/** The live comment of a rollout: where it stands, why, what comes next, and what a person can do. */
export function renderRollout(view: RolloutView): string {
  const { rollout, now } = view;
  const parts = [
    `### ${headline(view)}`,
    outcomeSection(view),
    metricsTable(view),
    isSettled(rollout.state) ? null : progressLine(view),
    runnerLine(rollout),
    nextSection(view),
    view.isPast ? null : nextCommands(rollout),
    evidenceSection(view),
    `<sub>Rollout ${code(rollout.id)} · asked for by ${prose(rollout.by)} · updated ${clock(now, now)}</sub>`,
  ];
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** The same in few words, for a check: what changes only when something happens. The numbers are in the comment. */
export function renderRolloutBrief(view: RolloutView): string {
  const { rollout } = view;
  const parts = [
    `### ${headline({ ...view, expected: null })}`,
    outcomeSection(view),
    runnerLine(rollout),
    nextSection({ ...view, expected: null }),
    view.isPast ? null : nextCommands(rollout),
    rollout.number === null ? metricsTable(view) : `The numbers are in #${rollout.number}.`,
  ];
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** What waits for a job on a runner; null where the App itself reaches the platform, or nothing is being set. */
function runnerLine({ policy, state, weight, changedAt }: RolloutRecord): string | null {
  if (policy.executor !== 'runner') return null;
  if (state.kind === 'rolling-back') {
    return `**A job on a runner has to take the traffic back**; it was asked for at ${clock(state.since, changedAt)}. Until it says that it did, the candidate may still get the ${weightText(weight)} that it was last seen to get.`;
  }
  const isBeingSet =
    state.kind === 'validating' ||
    state.kind === 'preparing' ||
    state.kind === 'promoting' ||
    (state.kind === 'step' && (state.phase === 'applying' || state.phase === 'settling'));
  return isBeingSet ? `A job on a runner does that; it was asked for at ${clock(changedAt, changedAt)}.` : null;
}

/** Whether nothing more will happen by itself. */
function isSettled({ kind }: RolloutState): boolean {
  return kind === 'succeeded' || kind === 'rolled-back' || kind === 'superseded' || kind === 'failed';
}

/** What became of it and where git stands; null while it goes on. */
function outcomeSection({ rollout, traces, isPast }: RolloutView): string | null {
  const { state, previous, environment } = rollout;
  switch (state.kind) {
    case 'succeeded': {
      if (isPast) return `It served ${code(environment)} until another rollout replaced it.`;
      const tag = traces.tag === undefined ? '' : ` Git agrees by the tag ${code(traces.tag)}.`;
      return `${code(environment)} serves version ${code(rollout.release.version)}.${tag}`;
    }
    case 'rolled-back': {
      const zero =
        rollout.zeroAfterMs === null
          ? 'Zero traffic is verified.'
          : `Zero traffic verified ${duration(rollout.zeroAfterMs / 1000)} after the verdict.`;
      const serves =
        previous === null
          ? `${code(environment)} serves what it served before.`
          : `${code(environment)} serves version ${code(previous.version)}.`;
      return `${zero} ${serves} ${revertSentence(rollout, traces)}${issueSentence(traces)}`;
    }
    case 'failed':
      return `${prose(state.reason)} A person has to look: the candidate was last seen to get ${weightText(rollout.weight)}.${issueSentence(traces)}`;
    default:
      return null;
  }
}

/** Whether git says what is served, or who has to make it so. */
export function revertSentence({ environment, release }: RolloutRecord, traces: RolloutTraces): string {
  const { revert, 'revert-state': state } = traces;
  const rejected = `The digest of ${code(release.version)} is rejected for ${code(environment)}.`;
  if (state === undefined) return 'The pull request that says so in git is on its way.';
  if (state === 'not-needed') return `Git says so already. ${rejected}`;
  const pull = revert === undefined ? 'the revert pull request' : `#${revert}`;
  switch (state) {
    case 'merged':
      return `Git agrees through ${pull} (revert). ${rejected}`;
    case 'auto-merge':
      return `${pull} says so in git, and merges by itself as soon as the rules of the repository allow it.`;
    case 'needs-person':
      return revert === undefined
        ? '**A person must correct `release.yml`**: it cannot be read, so that no pull request could be made.'
        : `**Merge ${pull}**: until then git names a version that is not served. The rules of the repository leave it to a person.`;
    case 'closed':
      return `**Git still names a version that is not served**: ${pull} was closed without being merged. Reopen it, or release another version.`;
    default:
      return state satisfies never;
  }
}

function issueSentence({ issue }: RolloutTraces): string {
  return issue === undefined ? '' : ` What was seen is in #${issue}.`;
}

/** Where the evidence is, and the commands that give the same verdict on any machine; null until it is in git. */
function evidenceSection({ rollout, course, traces: { evidence } }: RolloutView): string | null {
  if (evidence === undefined) return null;
  const at = `git show ${evidence}:${evidenceFolder(rollout)}`;
  const sealed = counted(course.intervals + course.history, 'interval');
  const commands = [
    '```sh',
    'git fetch origin siskin/evidence',
    `${at}/evidence.jsonl > evidence.jsonl`,
    `${at}/policy.yml > policy.yml`,
    'siskin replay --policy policy.yml evidence.jsonl',
    '```',
  ];
  return details(`Evidence: ${sealed} — the same verdict on your machine`, commands.join('\n'));
}

/** Where the evidence branch keeps a rollout. The names are those of a policy: letters, digits and hyphens. */
export function evidenceFolder({ model, environment, id }: RolloutRecord): string {
  return `${model}/${environment}/${id}`;
}

/** `5 % ✔ → **25 % · 5:10 so far** → 50 % → 100 %`, and what is seen of the split. */
function progressLine({ rollout, course, now }: RolloutView): string {
  const { state, judgement, policy } = rollout;
  const steps = stepsOf(policy);
  const current = currentStep(rollout);
  const since = 'since' in state ? ` · ${duration(passed(state.since, now))} so far` : '';
  const weights = steps.map(({ weight }, index) => {
    if (current !== null && index < current) return `${weightText(weight)} ✔`;
    return index === current ? `**${weightText(weight)}${since}**` : weightText(weight);
  });
  const isWhole = state.kind === 'promoting' || state.kind === 'baking';
  const end = steps.at(-1)?.weight === 100 ? [] : [isWhole ? `**100 %${since}**` : '100 %'];
  const seen = judgement?.sampleRatio.seen ?? null;
  return [
    rollout.atOnce === true ? 'All traffic at once' : [...weights, ...end].join(' → '),
    ...(seen === null ? [] : [`split seen ${weightText(seen)}`]),
    ...(course.requests === null ? [] : [`${count(course.requests)} requests on ${code(rollout.release.version)}`]),
  ].join(' · ');
}

/** The step in which a rollout is, or at which it is held; all are over while it is promoted. Null before the first. */
function currentStep({ state, policy }: RolloutRecord): number | null {
  if (state.kind === 'step' || state.kind === 'held') return state.step;
  return state.kind === 'promoting' || state.kind === 'baking' ? stepsOf(policy).length : null;
}

/** What happens when nobody does anything. */
function nextSection(view: RolloutView): string | null {
  const { rollout, expected } = view;
  const { state, policy } = rollout;
  switch (state.kind) {
    case 'requested':
      return rollout.needsGo === true
        ? `${gateTrouble(view)}Waits for the reviewers and timers of the environment ${code(rollout.environment)} on GitHub.`
        : 'Begins as soon as the service is free.';
    case 'waiting':
      return `Waits: ${prose(state.reason)}`;
    case 'validating':
      return 'Asks whether the serving platform can do what the policy wants.';
    case 'preparing':
      return 'Loads the model; no request reaches it yet.';
    case 'shadowing':
      return `Copies of requests reach it; its answers reach nobody. The first step comes after ${count(policy.shadow?.minutes ?? 0)} minutes.`;
    case 'step':
      if (state.phase === 'paused') {
        return state.reason === undefined
          ? 'This step is decided, and the policy wants a person to let it go on: `/canary advance`. Harm rolls back all the same.'
          : `Paused: ${prose(state.reason)} Harm rolls back all the same.`;
      }
      return expected === null ? null : prose(expected.sentence);
    case 'promoting':
      return 'All steps are passed; the new version becomes the champion.';
    case 'baking':
      return `Watched at 100 % for ${count(policy['bake-minutes'])} minutes before it is the champion. Harm still rolls back.`;
    case 'held':
      return `${heldWords[state.reason]} Traffic stays as it is until somebody decides; harm rolls back all the same.`;
    case 'rolling-back':
      return prose(state.cause.sentence);
    case 'succeeded':
    case 'rolled-back':
    case 'superseded':
    case 'failed':
      return null;
    default:
      return state satisfies never;
  }
}

/** Why the environment could not be asked, which is tried again every few minutes; empty where it was. */
function gateTrouble({ traces }: RolloutView): string {
  const refused = traces['gate-refused'];
  if (refused === undefined || traces.gate !== undefined) return '';
  return `**A person has to help**: ${prose(refused.replace(/\.?\s*$/, ''))}. The default branch needs \`.github/workflows/${gateWorkflow}\`; it is tried again every few minutes. `;
}

const heldWords: Readonly<Record<Extract<RolloutState, { readonly kind: 'held' }>['reason'], string>> = {
  inconclusive: 'The numbers of this step say neither that the version is well nor that it does harm.',
  manual: 'Somebody paused it.',
  'source-down': 'A metric could not be measured, and what is unknown never passes.',
  'no-traffic': 'No request reaches the candidate, so there is nothing to judge.',
  'sample-ratio': 'The platform does not split the traffic as it was told, so no comparison can be trusted.',
  'changed-by-hand': 'Something else changed the traffic of this service.',
};

/** What a person can type, the safe way out last; null when nothing is left to decide. */
function nextCommands({ state, environment }: RolloutRecord): string | null {
  // A release pull request is of one model, so that it need not be named.
  const of = `-e ${environment}`;
  const back = `/rollback ${environment}`;
  const list = (...commands: readonly string[]) => `**Next** ${commands.map((one) => code(one)).join(' · ')}`;
  switch (state.kind) {
    case 'requested':
    case 'waiting':
    case 'validating':
    case 'preparing':
    case 'shadowing':
      return list(`/canary abort ${of}`);
    case 'step':
      return state.phase === 'paused'
        ? list(`/canary advance ${of}`, `/canary resume ${of}`, back)
        : list(`/canary pause ${of}`, `/canary advance ${of}`, back);
    case 'held':
      return list(`/explain ${state.reason}`, `/canary resume ${of}`, `/canary advance ${of}`, back);
    case 'promoting':
    case 'baking':
      return list(back);
    case 'succeeded':
      return list(back, '/promote');
    case 'rolled-back':
      return list(`/explain ${state.cause.kind === 'command' ? 'rolled-back' : state.cause.kind}`);
    case 'failed':
      return list(back);
    case 'rolling-back':
    case 'superseded':
      return null;
    default:
      return state satisfies never;
  }
}
