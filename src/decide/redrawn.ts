import type { Plan } from '../effect.ts';
import type { ShownRun } from '../facts/run-facts.ts';
import { afterSpending, spendingOf, tightest } from './budget.ts';
import { modelState } from './model-state.ts';
import { nextCommands } from './next-commands.ts';
import { emptyPlan } from './plans.ts';
import { type RunCost, runCost } from './run-cost.ts';
import { isSame, show } from './show.ts';
import type { ModelState, ModelView } from './view.ts';

/** The view with every model that waits for this run as the run's record has it now. */
export function redrawn(facts: ShownRun): Plan {
  const { run, policy, shown, approvals, now } = facts;
  if (shown === null) return emptyPlan;
  const models = shown.view.models.map((view): ModelView => {
    if (shown.claims[view.model] !== run.claim) return view;
    const state = modelState(run, {
      model: view.model,
      policy: policy?.models[view.model] ?? null,
      approvals,
      number: shown.view.number,
    });
    const { cost: before, ...rest } = view;
    const cost = costNow(view.model, before, facts);
    const seen = { ...rest, runUrl: run.url, state: whoEnded(state, view.state) };
    return cost === undefined ? seen : { ...seen, cost };
  });
  // Where no command made sense before (a push, a closed pull request) none does now.
  const next = shown.view.next.length === 0 ? [] : nextCommands({ models, head: shown.view.head });
  return show({ ...shown, view: { ...shown.view, models, next, updatedAt: now } }, shown);
}

/** The record does not keep who ended a run; what is shown already does. */
function whoEnded(state: ModelState, shown: ModelState): ModelState {
  const isEnd = state.kind === 'cancelled' || state.kind === 'superseded';
  return isEnd && shown.kind === state.kind ? shown : state;
}

/** What the run takes changes when it ends or is run again; what others spend meanwhile is no news here. */
function costNow(model: string, before: RunCost | undefined, { ledger, budget }: ShownRun): RunCost | undefined {
  const own = ledger.filter((entry) => entry.model === model);
  const left = budget === null ? null : tightest(budget);
  const cost = runCost(own, left) ?? undefined;
  if (cost === undefined || before === undefined) return cost ?? before;
  return isSame({ ...cost, left: null }, { ...before, left: null }) ? before : cost;
}

/** The same run with another ledger, and the budget as it is then. */
export function withLedger<Facts extends ShownRun>(facts: Facts, ledger: ShownRun['ledger']): Facts {
  const [before, after] = [spendingOf(facts.ledger), spendingOf(ledger)];
  const more = { seconds: after.seconds - before.seconds, micros: after.micros - before.micros };
  return { ...facts, ledger, budget: facts.budget === null ? null : afterSpending(facts.budget, more) };
}
