import type { Plan, StateChange } from '../effect.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { PushFacts } from '../facts/push-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import type { Intent, Repository } from '../intent.ts';
import { modelArtifact } from '../run-plan.ts';
import { isAcceptable } from './champion.ts';
import { nextFence } from './fence.ts';
import { frozen } from './freeze.ts';
import { planModels } from './plan-models.ts';
import { emptyPlan, joined } from './plans.ts';
import { releasesItself } from './release/automatic.ts';
import { show } from './show.ts';
import type { PullView } from './view.ts';
import { isOpen, type Work, workFor } from './work.ts';

type CheckPush = Extract<Intent, { readonly kind: 'check-push' }>;

/** Decides what a push to the default branch runs, and which candidates it makes champions without a run. */
export function checkPush(intent: CheckPush, facts: PushFacts): Plan {
  const { judged, editsPolicy, shown, now } = facts;
  const { repository } = intent;
  if (judged.kind === 'absent') return emptyPlan;
  const again: Plan = {
    changes: editsPolicy && shown === null ? [{ kind: 'ask', intent: { kind: 'reconcile', repository } }] : [],
    effects: [],
  };
  if (judged.kind === 'invalid') {
    const base = { ref: intent.branch, sha: intent.after };
    const view: PullView = { ...viewOf(intent, { base, models: [], now }), policy: judged };
    return joined(again, show({ view, claims: {}, from: intent.before }, shown));
  }
  return joined(again, planRange(repository, { intent, facts, range: judged.range }));
}

function planRange(
  repository: Repository,
  options: { readonly intent: CheckPush; readonly facts: PushFacts; readonly range: RangeFacts },
): Plan {
  const { intent, facts, range } = options;
  const { runs, shown, overrides, freezes, now } = facts;
  const works = new Map<string, Work>();
  for (const model of range.models) {
    if (!isOpenQuestion(model.model, intent, shown)) continue;
    const work = intent.cause === 'rerequested' ? workAgain(model, facts) : workOf(model, facts);
    if (work !== null && work.kind !== 'nothing') works.set(model.model, work);
  }
  if (works.size === 0) return emptyPlan;
  const freeze = frozen('runs', freezes, now);
  const planned = planModels({ repository, number: null, range, works, runs, approvals: overrides, freeze, now });
  const kept = (shown?.view.models ?? []).filter(({ model }) => !works.has(model));
  const view = viewOf(intent, { base: range.base, models: [...kept, ...planned.models], now });
  return joined(
    planned,
    { changes: reusedChampions(repository, { works, range, facts, commit: intent.after }), effects: [] },
    show({ view, claims: { ...shown?.claims, ...planned.claims }, from: intent.before }, shown),
  );
}

/** Whether a model is to be decided about: what was decided for this push stands, unless it is asked for again. */
function isOpenQuestion(model: string, intent: CheckPush, shown: PushFacts['shown']): boolean {
  if (intent.cause === 'rerequested') return intent.model === undefined || intent.model === model;
  return shown?.claims[model] === undefined;
}

/**
 * One run per model at a time: while one goes on, a push waits, and the end of that run asks for all that was pushed
 * since. Null: wait, or nothing to wait for.
 */
function workOf(facts: ModelFacts, { runs, now }: PushFacts): Work | null {
  if (isIdle(facts, runs)) return null;
  const work = workFor(facts, { ask: 'changed', runs, now });
  return work.kind === 'nothing' && lacksChampion(facts) && !hasFailed(facts, runs)
    ? workFor(facts, { ask: 'first', runs, now })
    : work;
}

/** The same as before, measured anew; a training that failed is tried again. Null as in workOf. */
function workAgain(facts: ModelFacts, { runs, now }: PushFacts): Work | null {
  if (isIdle(facts, runs)) return null;
  const work = workFor(facts, { ask: 'again', runs, now });
  return work.kind === 'nothing' && lacksChampion(facts) ? workFor(facts, { ask: 'first-again', runs, now }) : work;
}

function isIdle({ model, policy, change }: ModelFacts, runs: PushFacts['runs']): boolean {
  // What would be trained on the branch of a committed model is kept by nobody.
  if (policy.model !== undefined && change?.causes.includes('model') !== true) return true;
  return runs.some((run) => isOpen(run) && run.models.some((asked) => asked.model === model));
}

function lacksChampion({ champion, policy }: ModelFacts): boolean {
  return champion.kind === 'none' && policy.train !== undefined && policy.model === undefined;
}

/** A training that failed is not tried again by itself until something that determines it changes. */
function hasFailed({ model, trainingKey }: ModelFacts, runs: PushFacts['runs']): boolean {
  return runs.some(
    (run) =>
      (run.state === 'failed' || run.state === 'completed') &&
      run.models.some((asked) => asked.model === model && asked.trains && asked.trainingKey === trainingKey),
  );
}

/** What a pull request has measured already becomes the champion as soon as it is merged. */
function reusedChampions(
  repository: Repository,
  options: {
    readonly works: ReadonlyMap<string, Work>;
    readonly range: RangeFacts;
    readonly facts: PushFacts;
    readonly commit: string;
  },
): readonly StateChange[] {
  const { works, range, facts, commit } = options;
  return range.models.flatMap((known): readonly StateChange[] => {
    const { model, policy, change, sameTraining, trainingKey, championFence } = known;
    const work = works.get(model);
    if (work?.kind !== 'reuse' || sameTraining?.runId == null) return [];
    const digest = work.result.evaluation?.candidate.digest;
    if (digest === undefined || !isAcceptable({ model, policy, result: work.result, approvals: facts.overrides }))
      return [];
    const champion = {
      repositoryId: repository.id,
      model,
      commit,
      runId: sameTraining.runId,
      artifact: modelArtifact(model),
      digest,
      trainingKey,
      fence: nextFence(facts.runs, championFence),
      acceptedAt: facts.now,
    };
    const saved: StateChange = { kind: 'save-champion', champion };
    if (!releasesItself(range.policy, change?.causes ?? [])) return [saved];
    return [saved, { kind: 'ask', intent: { kind: 'release-champion', repository, model, commit } }];
  });
}

function viewOf(
  { repository, after }: CheckPush,
  { base, models, now }: { readonly base: PullView['base']; readonly models: PullView['models']; readonly now: string },
): PullView {
  return {
    repository: { owner: repository.owner, name: repository.name },
    number: null,
    head: after,
    base,
    models,
    policy: { kind: 'valid' },
    proposedPolicy: null,
    notes: [],
    history: [],
    next: [],
    updatedAt: now,
  };
}
