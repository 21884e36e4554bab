import type { ModelPolicy } from '../policy/policy.ts';
import type { Result } from '../result.ts';
import type { Approval } from '../store/approval-record.ts';
import { specialGates } from './gate-name.ts';
import { judge } from './judge.ts';
import { noChampion } from './judgement.ts';

/**
 * Whether the candidate of a result may become the champion of the default branch: it passes, or it is the first and
 * nothing is wrong with it. A committed model is its own champion, so nothing is kept for it.
 */
export function isAcceptable(judged: {
  readonly model: string;
  readonly policy: ModelPolicy;
  readonly result: Result;
  /** Those that hold for the commit. */
  readonly approvals?: readonly Approval[];
}): boolean {
  const { policy, result } = judged;
  if (policy.model !== undefined || result.evaluation === null) return false;
  const { verdict, fairness, edge } = judge(judged);
  // A bound on fairness or serving that is not shown to be kept is not kept by being the first.
  const isOpen = specialGates({ fairness, ...(edge === undefined ? {} : { edge }) }).some(
    (gate) => gate.verdict === 'inconclusive' && gate.override === undefined && gate.reason !== noChampion,
  );
  return verdict === 'pass' || (verdict === 'inconclusive' && result.evaluation.champion === null && !isOpen);
}
