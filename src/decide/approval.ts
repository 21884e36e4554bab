import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import type { ModelPolicy, Policy } from '../policy/policy.ts';
import type { Approval } from '../store/approval-record.ts';

/** A missed gate that does not decide, by whom and why. */
export interface GateOverride {
  readonly by: string;
  readonly reason: string;
}

/** What overrides are held against: a candidate, judged by the gates of its model. */
export interface Candidate {
  readonly model: string;
  readonly policy: ModelPolicy;
  /** Digest of the candidate; null when none was measured. */
  readonly artifact: string | null;
}

/** Identifies what a policy says, or what it says of one model. */
export function policyDigest(policy: Policy | ModelPolicy): Digest {
  return digestOf(canonicalJson(policy));
}

/** The subject of an approval that is about a gate, by what commands call it. */
export function gateSubject(model: string, gate: string): string {
  return `${model}/${gate}`;
}

/**
 * The approvals of a pull request that hold for its present head: given for this very commit, or, but for the code of a
 * fork, for one with the same tree, as a rebase leaves it. The tree is null where it was not looked up.
 */
export function approvalsOf(
  head: { readonly sha: string; readonly tree: string | null },
  approvals: readonly Approval[],
): readonly Approval[] {
  return approvals.filter(
    (approval) => approval.head === head.sha || (approval.kind !== 'run' && approval.tree === head.tree),
  );
}

/** Who let the code of a fork run at exactly this commit under exactly this policy; null when nobody did. */
export function runApproval(
  asked: { readonly head: string; readonly policy: Policy },
  approvals: readonly Approval[],
): Approval | null {
  const policy = policyDigest(asked.policy);
  const isIt = (one: Approval) => one.kind === 'run' && one.head === asked.head && one.policy === policy;
  return approvals.find(isIt) ?? null;
}

/** Who let a commit exceed the budget under exactly this policy; null when nobody did. */
export function budgetApproval(policy: Policy, approvals: readonly Approval[]): Approval | null {
  const digest = policyDigest(policy);
  return approvals.find((one) => one.kind === 'budget' && one.policy === digest) ?? null;
}

/** The gates of a candidate that somebody overrode: for these very bytes, under these very gates. */
export function overridesFor(
  { model, policy, artifact }: Candidate,
  approvals: readonly Approval[],
): ReadonlyMap<string, GateOverride> {
  const digest = policyDigest(policy);
  const prefix = `${model}/`;
  const own = approvals.filter(
    (one) =>
      one.kind === 'override-gate' &&
      artifact !== null &&
      one.artifact === artifact &&
      one.policy === digest &&
      one.subject.startsWith(prefix),
  );
  return new Map(own.map(({ subject, by, reason }) => [subject.slice(prefix.length), { by, reason }]));
}
