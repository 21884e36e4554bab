import type { Effect, StateChange } from '../effect.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import type { Repository } from '../intent.ts';
import type { RunRecord } from '../store/run-record.ts';
import { modelState } from './model-state.ts';
import { type Order, requestRuns } from './request-run.ts';
import type { ModelState, ModelView } from './view.ts';
import type { Work } from './work.ts';

/** What the works of several models come to: the runs to request, one as a rule, and where each model stands then. */
export interface PlannedModels {
  readonly changes: readonly StateChange[];
  readonly effects: readonly Effect[];
  readonly models: readonly ModelView[];
  readonly claims: Readonly<Record<string, string>>;
}

/** Turns works into runs, and each model's work into what a person is shown of it. */
export function planModels(options: {
  readonly repository: Repository;
  readonly number: number | null;
  readonly range: RangeFacts;
  readonly works: ReadonlyMap<string, Work>;
  readonly runs: readonly RunRecord[];
  readonly now: string;
}): PlannedModels {
  const { range, works } = options;
  const orders = range.models.flatMap((facts): readonly Order[] => {
    const work = works.get(facts.model);
    return work?.kind === 'run' ? [{ facts, work }] : [];
  });
  const requested = requestRuns({ ...options, orders });
  const claims: Record<string, string> = {};
  const models = range.models.flatMap((facts): readonly ModelView[] => {
    const work = works.get(facts.model);
    if (work === undefined) return [];
    const asked = requested.find(({ run }) => run.models.some(({ model }) => model === facts.model));
    const run = runOf(work, asked?.run ?? null);
    if (run !== null) claims[facts.model] = run.claim;
    return [
      modelView(facts, { runUrl: run?.url ?? null, state: stateOf(work, { facts, run, number: options.number }) }),
    ];
  });
  return {
    changes: requested.map(({ run }) => ({ kind: 'save-run', run })),
    effects: requested.map(({ dispatch }) => dispatch),
    models,
    claims,
  };
}

function runOf(work: Work, requested: RunRecord | null): RunRecord | null {
  if (work.kind === 'run') return requested;
  return work.kind === 'reuse' || work.kind === 'adopt' ? work.run : null;
}

function stateOf(
  work: Work,
  of: { readonly facts: ModelFacts; readonly run: RunRecord | null; readonly number: number | null },
): ModelState {
  const { facts, run, number } = of;
  if (work.kind === 'nothing') return work;
  if (work.kind === 'refuse') return { ...work, kind: 'refused' };
  if (run === null) return { kind: 'nothing', reason: 'nothing was asked for' };
  const reusedFrom = work.kind === 'reuse' ? (run.url ?? `commit ${run.head.slice(0, 7)}`) : null;
  return modelState(run, { model: facts.model, policy: facts.policy, number, reusedFrom });
}

function modelView(
  facts: ModelFacts,
  shown: { readonly runUrl: string | null; readonly state: ModelState },
): ModelView {
  const { change, model } = facts;
  return {
    model,
    causes: change?.causes ?? [],
    files: [...new Set(Object.values(change?.files ?? {}).flat())],
    pointers: change?.pointers ?? [],
    ...shown,
  };
}
