import type { Policy } from './policy.ts';

/** What a policy says about people, money and strangers, rather than about models. */
const guards = ['access', 'author-may-approve', 'environments', 'budget', 'forks', 'locks', 'freezes'] as const;

/** A policy with the guards of another one in place of its own. */
export function guardedBy(policy: Policy, other: Policy): Policy {
  const kept = Object.entries(policy).filter(([key]) => !guards.some((guard) => guard === key));
  const taken = guards.flatMap((guard) => (other[guard] === undefined ? [] : [[guard, other[guard]] as const]));
  // Both parts are of valid policies, and each of these keys stands on its own.
  return Object.fromEntries([...kept, ...taken]) as unknown as Policy;
}
