import type { Effect, StateChange } from '../effect.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import type { Repository } from '../intent.ts';
import type { Approval } from '../store/approval-record.ts';
import type { RunRecord } from '../store/run-record.ts';
import { askForRuns } from './ask-for-runs.ts';
import type { Overrun } from './budget.ts';
import { forkRefusal } from './fork.ts';
import type { Freeze } from './freeze.ts';
import { modelState } from './model-state.ts';
import type { Order } from './request-run.ts';
import { runCost } from './run-cost.ts';
import type { ModelState, ModelView } from './view.ts';
import type { RunWork, Work } from './work.ts';

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
  /** Those that hold for the commit. */
  readonly approvals: readonly Approval[];
  /** What keeps every run from being requested; null when nothing does. */
  readonly freeze: Freeze | null;
  readonly now: string;
}): PlannedModels {
  const { range, freeze } = options;
  const refusal = forkRefusal(range, options.approvals);
  const stopped: Work | null =
    refusal !== null ? { kind: 'refuse', ...refusal } : freeze === null ? null : { kind: 'frozen', freeze };
  const works = stopped === null ? options.works : withoutRuns(options.works, stopped);
  const orders = range.models.flatMap((facts): readonly Order[] => {
    const work = works.get(facts.model);
    return work?.kind === 'run' ? [{ facts, work }] : [];
  });
  const { requested, reserved, over, left, changes, effects } = askForRuns({ ...options, orders });
  const claims: Record<string, string> = {};
  const models = range.models.flatMap((facts): readonly ModelView[] => {
    const work = works.get(facts.model);
    if (work === undefined) return [];
    const asked = requested.find(({ run }) => run.models.some(({ model }) => model === facts.model));
    const run = runOf(work, asked?.run ?? null);
    if (run !== null) claims[facts.model] = run.claim;
    const own = reserved.filter(({ model }) => model === facts.model);
    const cost = runCost(own, left);
    const state = stateOf(work, {
      facts,
      run,
      over: over.get(facts.model) ?? null,
      number: options.number,
      approvals: options.approvals,
    });
    return [modelView(facts, { runUrl: run?.url ?? null, state, ...(cost === null ? {} : { cost }) })];
  });
  return {
    changes,
    effects,
    models,
    claims,
  };
}

/** Nothing runs, neither anew nor for an older head; what was measured before may still be shown. */
function withoutRuns(works: ReadonlyMap<string, Work>, instead: Work): ReadonlyMap<string, Work> {
  const runs = ({ kind }: Work) => kind === 'run' || (kind === 'adopt' && instead.kind === 'refuse');
  return new Map([...works].map(([model, work]) => [model, runs(work) ? instead : work]));
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
    readonly approvals: readonly Approval[];
  },
): ModelState {
  const { facts, run, over, number, approvals } = of;
  if (over !== null && work.kind === 'run') return { kind: 'over-budget', overrun: over, ask: askOf(work) };
  if (work.kind === 'nothing' || work.kind === 'frozen') return work;
  if (work.kind === 'refuse') return { ...work, kind: 'refused' };
  if (run === null) return { kind: 'nothing', reason: 'nothing was asked for' };
  const reusedFrom = work.kind === 'reuse' ? (run.url ?? `commit ${run.head.slice(0, 7)}`) : null;
  return modelState(run, { model: facts.model, policy: facts.policy, number, approvals, reusedFrom });
}

/** What to ask for so that the same is done later. */
function askOf({ trains, candidate }: RunWork): 'train' | 'evaluate' | 'drift' {
  if (trains) return 'train';
  return candidate.kind === 'none' ? 'drift' : 'evaluate';
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
