import type { Plan, StateChange } from '../effect.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { PullFacts } from '../facts/pull-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import type { Intent, Repository } from '../intent.ts';
import { releasesCheck, releasesCheckName } from '../render/release-check.ts';
import type { RunRecord } from '../store/run-record.ts';
import { frozen } from './freeze.ts';
import { keeps } from './keeps.ts';
import { nextCommands } from './next-commands.ts';
import { type PlannedModels, planModels } from './plan-models.ts';
import { emptyPlan, joined } from './plans.ts';
import { approvalNotes, historyOf, notesOf } from './pull-words.ts';
import { wishedSeed, withSeed } from './seed.ts';
import { heldNow } from './settle.ts';
import { show } from './show.ts';
import { supersede } from './supersede.ts';
import type { ModelView, PullView } from './view.ts';
import { type Work, workFor } from './work.ts';

type CheckPullRequest = Extract<Intent, { readonly kind: 'check-pull-request' }>;

/** What somebody asked for beyond what the commits call for; every model when `model` is null. */
export interface Wish {
  readonly ask: 'evaluate' | 'train' | 'drift';
  readonly model: string | null;
  /** Of a training: in place of the policy's. */
  readonly seed: number | null;
}

/** Decides what is done for the head of a pull request. Null facts: there is nothing to check any more. */
export function checkPullRequest(intent: CheckPullRequest, facts: PullFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const again = intent.cause === 'rerequested' ? (intent.model ?? 'all') : null;
  const planned = planPull(intent.repository, facts, { again, revive: intent.cause === 'reopened', wishes: [] });
  return joined(planned, checkedReleases(intent, facts));
}

/**
 * What is released here is checked by itself: once for a head, and whenever somebody asks again. That nothing is, is said
 * at once wherever something could be, because a rule of the branch may require it of every pull request.
 */
function checkedReleases({ repository, cause }: CheckPullRequest, { pull, judged, record, now }: PullFacts): Plan {
  if (judged.kind === 'absent' || pull.base.ref !== pull.defaultBranch) return emptyPlan;
  const isAsked = cause === 'rerequested' || cause === 'reconciled';
  const { number } = pull;
  const head = pull.head.sha;
  const isKnown = record?.checks[`${head}/${releasesCheckName}`] !== undefined;
  if (isKnown && !isAsked) return emptyPlan;
  const asked = isAsked ? { asked: now } : {};
  if (judged.kind === 'valid' && judged.range.edits.releases.length === 0) {
    if (Object.keys(judged.range.policy.environments).length === 0) return emptyPlan;
    const check = releasesCheck([], 'pull-request');
    return { changes: [], effects: [{ kind: 'publish-check', head, number, check, ...asked }] };
  }
  const intent = { kind: 'check-release', repository, number, head, ...asked } as const;
  return { changes: [{ kind: 'ask', intent }], effects: [] };
}

/** What is wished for a model: a training includes an evaluation, and that a look at the data. Null when nothing is. */
export function wishFor(model: string, wishes: readonly Wish[]): Wish['ask'] | null {
  const own = wishes.filter((wish) => wish.model === null || wish.model === model);
  const most = (['train', 'evaluate', 'drift'] as const).find((ask) => own.some((wish) => wish.ask === ask));
  return most ?? null;
}

/** How far an earlier decision for the same head is taken up again. */
export interface Renewal {
  /** A model, or all, whose ended run is done again. */
  readonly again: string | null;
  /** Whether runs that were cancelled are done after all. */
  readonly revive: boolean;
  readonly wishes: readonly Wish[];
}

/** The plan for a head: run what has to be run, stop what is outdated, show where everything stands. */
export function planPull(repository: Repository, facts: PullFacts, renewal: Renewal): Plan {
  const { pull, judged, proposed, shown } = facts;
  if (judged.kind === 'absent' && proposed === null) return emptyPlan;
  const planned =
    judged.kind === 'valid' ? planRange(repository, { facts, range: judged.range, renewal }) : nothingPlanned;
  const outdated = supersede(facts, new Set(Object.values(planned.claims)));
  const base = planned.isFresh ? facts.base : (shown?.view.base ?? facts.base);
  const view = pullView(repository, facts, { models: planned.models, base });
  const changes: readonly StateChange[] =
    facts.record?.head === pull.head.sha
      ? []
      : [{ kind: 'save-head', number: pull.number, head: pull.head.sha, at: pull.headAt }];
  return joined(
    { changes, effects: [] },
    outdated.runs,
    planned,
    show({ view, claims: planned.claims }, shown),
    outdated.checks,
  );
}

const nothingPlanned = { changes: [], effects: [], models: [], claims: {}, isFresh: true };

function planRange(
  repository: Repository,
  options: { readonly facts: PullFacts; readonly range: RangeFacts; readonly renewal: Renewal },
): PlannedModels & { readonly isFresh: boolean } {
  const { facts, renewal } = options;
  const kept = keeps(facts, renewal);
  const seeds = new Map(options.range.models.map((model) => [model.model, wishedSeed(model, renewal.wishes)]));
  const seedOf = (model: string) => seeds.get(model) ?? null;
  const range = { ...options.range, models: options.range.models.map((one) => withSeed(one, seedOf(one.model))) };
  const works = new Map<string, Work>();
  for (const model of range.models) {
    if (!kept.models.has(model.model)) works.set(model.model, workOf(model, { facts, renewal }));
  }
  const settled = withoutHalfAdoptions(works);
  const { pull, runs, holds, approvals, now } = facts;
  const freeze = frozen('runs', holds.freezes, now);
  const fresh = planModels({ repository, number: pull.number, range, works: settled, runs, approvals, freeze, now });
  const models = range.models.flatMap(({ model }): readonly ModelView[] => {
    const stands = kept.models.get(model);
    if (stands !== undefined) return [stands];
    const seed = seedOf(model);
    const found = fresh.models.find((view) => view.model === model);
    return found === undefined ? [] : [seed === null ? found : { ...found, seed }];
  });
  return { ...fresh, models, claims: { ...kept.claims, ...fresh.claims }, isFresh: works.size > 0 };
}

function workOf(model: ModelFacts, { facts, renewal }: { readonly facts: PullFacts; readonly renewal: Renewal }): Work {
  const { runs, now } = facts;
  const isAgain = renewal.again === 'all' || renewal.again === model.model;
  const ask = wishFor(model.model, renewal.wishes) ?? (isAgain ? 'again' : 'changed');
  return workFor(model, { ask, runs, now });
}

/** An older run goes on only when all that it does is still wanted. */
function withoutHalfAdoptions(works: ReadonlyMap<string, Work>): ReadonlyMap<string, Work> {
  const isAdopted = (run: RunRecord, model: string) => {
    const work = works.get(model);
    return work?.kind === 'adopt' && work.run.claim === run.claim;
  };
  const settled = [...works].map(([model, work]): [string, Work] => {
    const isHalf = work.kind === 'adopt' && !work.run.models.every((part) => isAdopted(work.run, part.model));
    return [model, isHalf ? work.instead : work];
  });
  return new Map(settled);
}

function pullView(
  repository: Repository,
  facts: PullFacts,
  { models, base }: Pick<PullView, 'models' | 'base'>,
): PullView {
  const { pull, judged, proposed, holds, now } = facts;
  return {
    repository: { owner: repository.owner, name: repository.name },
    number: pull.number,
    head: pull.head.sha,
    base,
    models,
    policy: judged.kind === 'invalid' ? judged : { kind: judged.kind },
    proposedPolicy: proposed,
    notes: judged.kind === 'valid' ? [...notesOf(judged.range), ...approvalNotes(facts)] : [],
    history: historyOf(facts),
    next: nextCommands({ models, head: pull.head.sha }),
    updatedAt: now,
    ...heldNow(pull.number, holds, now),
  };
}
