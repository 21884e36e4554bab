import { openDataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { ExplanationPolicy } from '../../policy/explanation-policy.ts';
import { type EvaluationRequest, featuresOf, loadChampion } from '../evaluate.ts';
import type { ModelIdentity } from '../evaluation-report.ts';
import { loadModel } from '../runtime/load-model.ts';
import { type Runtime, requestOf } from '../runtime/runtime.ts';
import { readTarget } from '../target.ts';
import { explainOpened } from './explain-evaluated.ts';
import type { ExplanationReport } from './explanation-report.ts';

/** The explanation of two models, and which models they are. */
export interface HoldoutExplanation {
  readonly holdoutDigest: string;
  readonly candidate: ModelIdentity;
  readonly champion: ModelIdentity | null;
  readonly explanation: ExplanationReport;
}

/**
 * Explains models without measuring them otherwise: the same rows and numbers as within an evaluation. Throws AppError when
 * the holdout or the candidate cannot be used, or on names that are not there.
 */
export async function explainHoldout(
  request: EvaluationRequest & {
    readonly explanation: ExplanationPolicy;
    readonly names: readonly string[];
    /** The folder that the policy's training paths are relative to. */
    readonly trainRoot: string;
  },
): Promise<HoldoutExplanation> {
  const { policy, explanation, names, onProgress } = request;
  await using dataset = await openDataset({
    root: request.holdoutRoot,
    paths: policy.data.holdout,
    csv: policy.data.csv,
  });
  const features = featuresOf(dataset, policy);
  const wanted = requestOf(policy, { features, dataset, root: request.holdoutRoot });
  const target = await readTarget(dataset, policy);
  const candidate = await loadModel({ ...wanted, path: request.candidate });
  let champion: Runtime | AppError | null = null;
  try {
    if (request.champion !== null) champion = await loadChampion({ ...wanted, path: request.champion });
    const report = await explainOpened(
      { dataset, target, policy, explanation, candidate, champion, names, onProgress },
      request.trainRoot,
    );
    return {
      holdoutDigest: dataset.digest,
      candidate: candidate.identity,
      champion: champion === null || champion instanceof AppError ? null : champion.identity,
      explanation: report,
    };
  } finally {
    await candidate.dispose();
    if (champion !== null && !(champion instanceof AppError)) await champion.dispose();
  }
}
