import { openDataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import { explainModels } from './explain-models.ts';
import type { ExplanationReport } from './explanation-report.ts';
import type { ExplanationRequest } from './explanation-session.ts';

/** Explains models that are open, with background rows from where the policy says. Throws AppError as explainModels does. */
export async function explainOpened(
  request: Omit<ExplanationRequest, 'reference'>,
  /** The folder that the policy's paths are relative to. */
  root: string,
): Promise<ExplanationReport> {
  const { explanation, policy } = request;
  if (explanation['background-from'] === 'holdout') return await explainModels({ ...request, reference: null });
  await using reference = await openDataset({ root, paths: policy.data.train, csv: policy.data.csv });
  return await explainModels({ ...request, reference });
}

/**
 * The explanation that belongs to an evaluation; null when its policy asks for none. It decides nothing, so what it cannot
 * do is said in the report and is no failure of the evaluation.
 */
export async function explainEvaluated(
  request: Omit<ExplanationRequest, 'reference' | 'explanation' | 'names'>,
  root: string,
): Promise<ExplanationReport | null> {
  const { explanation } = request.policy;
  if (explanation === undefined) return null;
  try {
    return await explainOpened({ ...request, explanation, names: [] }, root);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const failed = { kind: 'failed', reason: thrown.message.slice(0, 1000) } as const;
    return {
      confidence: request.policy.confidence,
      ofRows: request.target.rows,
      features: 0,
      championAbsence: null,
      modelRows: { estimated: 0, asked: 0, budget: explanation['budget-rows'] },
      ...(explanation.method === 'shapley' ? {} : { permutation: failed }),
      ...(explanation.method === 'permutation' ? {} : { shapley: failed }),
      notes: [],
    };
  }
}
