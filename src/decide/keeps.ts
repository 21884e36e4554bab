import type { PullFacts } from '../facts/pull-facts.ts';
import { type Renewal, wishFor } from './check-pull-request.ts';
import { forkRefusal } from './fork.ts';
import { wishedSeed } from './seed.ts';
import type { ModelView } from './view.ts';
import { isOpen } from './work.ts';

/**
 * What was decided for this head before and stands: the same delivery again, or the timer's look, must not start anything.
 * Given up is what was superseded (the head is back), what was frozen, what waited for an approval that is there now, what
 * another base branch judged, what somebody asks for again, and, when the pull request is reopened, what was cancelled.
 */
export function keeps(
  facts: Pick<PullFacts, 'shown' | 'runs' | 'base' | 'judged' | 'approvals'>,
  renewal: Renewal,
): { readonly models: ReadonlyMap<string, ModelView>; readonly claims: Readonly<Record<string, string>> } {
  const { shown, base } = facts;
  const isOfBase = shown !== null && shown.view.base.ref === base.ref && shown.view.policy.kind === 'valid';
  if (!isOfBase) return { models: new Map(), claims: {} };
  const kept = shown.view.models.filter((view) => stands(view, facts, renewal));
  const claims = Object.entries(shown.claims).filter(([model]) => kept.some((view) => view.model === model));
  return { models: new Map(kept.map((view) => [view.model, view])), claims: Object.fromEntries(claims) };
}

function stands(
  { model, state, seed }: ModelView,
  facts: Pick<PullFacts, 'shown' | 'runs' | 'judged' | 'approvals'>,
  renewal: Renewal,
): boolean {
  const { wishes, again, revive } = renewal;
  const wish = wishFor(model, wishes);
  const run = facts.runs.find(({ claim }) => claim === facts.shown?.claims[model]);
  const open = run !== undefined && isOpen(run);
  if (wish !== null) {
    const trains = run?.models.some((part) => part.model === model && part.trains) ?? false;
    const asked =
      facts.judged.kind === 'valid' ? facts.judged.range.models.find((own) => own.model === model) : undefined;
    const isSameSeed = asked === undefined || wishedSeed(asked, wishes) === (seed ?? null);
    return open && (wish !== 'train' || (trains && isSameSeed));
  }
  if (again === 'all' || again === model) return open;
  if (state.kind === 'refused' && state.code === 'fork') return !isRunApproved(facts);
  if (state.kind === 'over-budget') return !isBudgetApproved(facts);
  return state.kind !== 'superseded' && state.kind !== 'frozen' && !(revive && state.kind === 'cancelled');
}

function isBudgetApproved({ judged }: Pick<PullFacts, 'judged'>): boolean {
  return judged.kind === 'valid' && judged.range.budget.approvedBy !== null;
}

function isRunApproved({ judged, approvals }: Pick<PullFacts, 'judged' | 'approvals'>): boolean {
  return judged.kind === 'valid' && forkRefusal(judged.range, approvals) === null;
}
