import type { Effect, StateChange } from '../effect.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import type { Repository } from '../intent.ts';
import type { RunRecord } from '../store/run-record.ts';
import { type Overrun, reservationFor, tightest } from './budget.ts';
import type { Freeze } from './freeze.ts';
import { modelState } from './model-state.ts';
import { type Order, requestRuns } from './request-run.ts';
import { runCost } from './run-cost.ts';
import type { ModelState, ModelView } from './view.ts';
import { withinBudget } from './within-budget.ts';
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
  /** What keeps every run from being requested; null when nothing does. */
  readonly freeze: Freeze | null;
  readonly now: string;
}): PlannedModels {
  const { range, freeze } = options;
  const works = freeze === null ? options.works : withoutRuns(options.works, freeze);
  const orders = range.models.flatMap((facts): readonly Order[] => {
    const work = works.get(facts.model);
    return work?.kind === 'run' ? [{ facts, work }] : [];
  });
  const { budget: before } = range;
  const budgeted = withinBudget(orders, { ...options, budget: before });
  const requested = requestRuns({ ...options, orders: budgeted.orders });
  const reserved = requested.map(({ run, dispatch }) =>
    reservationFor(dispatch.plan, { claim: run.claim, budget: before, now: options.now }),
  );
  const left = tightest(budgeted.budget);
  const limits = before.approvedBy === null ? before.spent.map(({ limit }) => limit) : [];
  const claims: Record<string, string> = {};
  const models = range.models.flatMap((facts): readonly ModelView[] => {
    const work = works.get(facts.model);
    if (work === undefined) return [];
    const asked = requested.find(({ run }) => run.models.some(({ model }) => model === facts.model));
    const run = runOf(work, asked?.run ?? null);
    if (run !== null) claims[facts.model] = run.claim;
    const over = budgeted.over.get(facts.model) ?? null;
    const own = reserved.flat().filter(({ model }) => model === facts.model);
    const cost = runCost(own, left);
    const state = stateOf(work, { facts, run, over, number: options.number });
    return [modelView(facts, { runUrl: run?.url ?? null, state, ...(cost === null ? {} : { cost }) })];
  });
  return {
    changes: [
      ...requested.map(({ run }): StateChange => ({ kind: 'save-run', run })),
      ...reserved.map((entries): StateChange => ({ kind: 'reserve', entries, limits })),
    ],
    effects: requested.map(({ dispatch }) => dispatch),
    models,
    claims,
  };
}

function withoutRuns(works: ReadonlyMap<string, Work>, freeze: Freeze): ReadonlyMap<string, Work> {
  return new Map([...works].map(([model, work]) => [model, work.kind === 'run' ? { kind: 'frozen', freeze } : work]));
}

function runOf(work: Work, requested: RunRecord | null): RunRecord | null {
  if (work.kind === 'run') return requested;
  return work.kind === 'reuse' || work.kind === 'adopt' ? work.run : null;
}

function stateOf(
  work: Work,
  of: {
    readonly facts: ModelFacts;
    readonly run: RunRecord | null;
    readonly over: Overrun | null;
    readonly number: number | null;
  },
): ModelState {
  const { facts, run, over, number } = of;
  if (over !== null) return { kind: 'over-budget', overrun: over };
  if (work.kind === 'nothing' || work.kind === 'frozen') return work;
  if (work.kind === 'refuse') return { ...work, kind: 'refused' };
  if (run === null) return { kind: 'nothing', reason: 'nothing was asked for' };
  const reusedFrom = work.kind === 'reuse' ? (run.url ?? `commit ${run.head.slice(0, 7)}`) : null;
  return modelState(run, { model: facts.model, policy: facts.policy, number, reusedFrom });
}

function modelView(facts: ModelFacts, shown: Pick<ModelView, 'runUrl' | 'state' | 'cost'>): ModelView {
  const { change, model } = facts;
  return {
    model,
    causes: change?.causes ?? [],
    files: [...new Set(Object.values(change?.files ?? {}).flat())],
    pointers: change?.pointers ?? [],
    ...shown,
  };
}
