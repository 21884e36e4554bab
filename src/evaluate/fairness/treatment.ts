import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { FairnessPolicy } from '../../policy/fairness-policy.ts';
import type { ModelPolicy } from '../../policy/policy.ts';
import type { Side } from '../compare-models.ts';
import type { RowGroups } from '../comparison/row-groups.ts';
import { readSlices, type SliceColumn } from '../slices.ts';
import type { Target } from '../target.ts';
import type { FairnessReport } from './fairness-report.ts';
import { groupings, selectedClass } from './groups.ts';
import { measureFairness } from './measure-fairness.ts';

/** What is looked at to tell whether groups are treated alike: the protected columns, filled while the models are asked. */
export interface Treatment {
  readonly fairness: FairnessPolicy;
  readonly columns: readonly SliceColumn[];
  readonly positive: { readonly place: number; readonly label: string };
  readonly confidence: number;
}

/**
 * The protected columns of a policy; null when it names none. Throws AppError for a column or a class that is not there,
 * before a model is asked.
 */
export async function readTreatment(
  dataset: Dataset,
  { policy, target }: { readonly policy: ModelPolicy; readonly target: Target },
): Promise<Treatment | null> {
  const { fairness, confidence } = policy;
  if (fairness === undefined) return null;
  const place = selectedClass(fairness, target);
  const columns = await readSlices(dataset, {
    columns: fairness.protected,
    rows: target.rows,
    key: 'fairness.protected',
  });
  return { fairness, columns, positive: { place, label: target.classes[place] ?? '' }, confidence };
}

/** How both models treat the groups, once they have answered for every row. */
export function compareTreatment(options: {
  readonly treatment: Treatment;
  readonly candidate: Side;
  readonly champion: Side | AppError | null;
  /** Rows that belong together; none do when absent. */
  readonly clusters?: RowGroups | null;
}): FairnessReport | null {
  const { treatment, candidate, champion, clusters = null } = options;
  const { fairness, columns, positive, confidence } = treatment;
  const absent =
    champion instanceof AppError
      ? ({ kind: 'failed', reason: champion.message.slice(0, 500) } as const)
      : ({ kind: 'missing', reason: 'no champion yet' } as const);
  const rival = champion === null || champion instanceof AppError ? null : champion;
  return measureFairness({
    fairness,
    groupings: groupings(fairness, columns),
    positive,
    candidate: candidate.scores,
    champion: rival?.scores ?? null,
    isSame: rival?.runtime.identity.digest === candidate.runtime.identity.digest,
    absent,
    confidence,
    clusters,
  });
}
