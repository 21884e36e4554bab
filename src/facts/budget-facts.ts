import type { Actor, Repository } from '../intent.ts';
import { type BudgetLimit, limitsOf, type Spending } from '../policy/budget-limit.ts';
import type { BudgetPolicy } from '../policy/budget-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { StoreReader } from '../ports.ts';
import type { PastJobs, Spender } from '../store/ledger-record.ts';

/** What a run may cost here, what was spent, and what jobs usually take. */
export interface Budget {
  readonly policy: BudgetPolicy | undefined;
  readonly spender: Spender;
  /** Each limit that applies, with what was spent of it. */
  readonly spent: readonly { readonly limit: BudgetLimit; readonly spent: Spending }[];
  readonly past: readonly PastJobs[];
  /** Who approved that this commit exceeds the limits; null when nobody did. */
  readonly approvedBy: string | null;
}

/** Why a run may be asked for. */
export interface Cause {
  readonly actor: Actor;
  /** Of the pull request; null for a push. */
  readonly author: string | null;
  readonly pullRequest: number | null;
  /** Who approved that this commit exceeds the budget; null when nobody did. */
  readonly approvedBy: string | null;
}

/** Who causes a run: a person, a bot, or, for what Siskin itself takes up again, whoever the change is of. */
export function spenderOf(
  { id, owner }: Repository,
  cause: {
    readonly actor: Actor;
    readonly author: string | null;
    readonly pullRequest: number | null;
    readonly policy: Policy;
  },
): Spender {
  const { actor, author, pullRequest, policy } = cause;
  const person = (actor.kind === 'siskin' ? (author ?? actor.login) : actor.login).toLowerCase();
  return {
    repositoryId: id,
    owner: owner.toLowerCase(),
    pullRequest,
    person,
    currency: policy.budget?.currency ?? 'USD',
  };
}

/** Older jobs tell little of what one takes today. */
const pastDays = 90;

/** Reads our own ledger only: what was spent under each limit, and how long jobs took. */
export async function gatherBudget(
  policy: Policy,
  of: { readonly spender: Spender; readonly approvedBy: string | null; readonly now: string },
  store: StoreReader,
): Promise<Budget> {
  const { spender, approvedBy, now } = of;
  const limits = limitsOf(policy.budget).filter(({ per }) => per !== 'pull-request' || spender.pullRequest !== null);
  const [spent, past] = await Promise.all([
    limits.length === 0 ? [] : store.readSpending(spender, { limits, at: now, except: null }),
    store.listPastJobs(spender.repositoryId, new Date(Date.parse(now) - pastDays * 86_400_000).toISOString()),
  ]);
  const ofLimits = limits.flatMap((limit, at) => (spent[at] === undefined ? [] : [{ limit, spent: spent[at] }]));
  return { policy: policy.budget, spender, spent: ofLimits, past, approvedBy };
}
