import { AppError } from '../../error.ts';
import type { ThresholdPolicy } from '../../policy/task-policy.ts';
import type { Side } from '../compare-models.ts';
import type { ThresholdReport } from '../task-report.ts';
import { applyThreshold, ruleReport, type Thresholded } from './apply-threshold.ts';

/** Both models after a threshold, and the threshold as reports show it. */
export interface ThresholdedSides {
  readonly candidate: Side;
  readonly champion: Side | AppError | null;
  readonly threshold: ThresholdReport | null;
}

/**
 * Judges the rows of a binary task by the policy's threshold; each model has its own. Without a policy nothing changes. A
 * champion without probabilities becomes its error; a candidate without them throws `bad-input`.
 */
export function thresholdSides(
  { candidate, champion }: { readonly candidate: Side; readonly champion: Side | AppError | null },
  policy: ThresholdPolicy | undefined,
): ThresholdedSides {
  const ours = policy === undefined ? null : applyThreshold(policy, { scores: candidate.scores, model: 'candidate' });
  if (policy === undefined || ours === null) return { candidate, champion, threshold: null };
  const theirs = champion === null || champion instanceof AppError ? null : thresholdedChampion(champion, policy);
  const rival = theirs === null || theirs instanceof AppError ? null : theirs;
  return {
    candidate: { ...candidate, scores: ours.scores },
    champion: championAfter(champion, theirs),
    threshold: { ...ruleReport(policy), candidate: ours.threshold, champion: rival?.threshold ?? null },
  };
}

function thresholdedChampion({ scores }: Side, policy: ThresholdPolicy): Thresholded | AppError | null {
  try {
    return applyThreshold(policy, { scores, model: 'champion' });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function championAfter(champion: Side | AppError | null, found: Thresholded | AppError | null): Side | AppError | null {
  if (found === null || champion === null || champion instanceof AppError) return champion;
  return found instanceof AppError ? found : { ...champion, scores: found.scores };
}
