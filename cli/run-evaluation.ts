import { type Evaluation, type EvaluationRequest, evaluateModels } from '../src/evaluate/evaluate.ts';
import { cacheFolder } from './cache-folder.ts';
import type { Invocation } from './command.ts';
import { typedLooks, wantsCost } from './comparison-options.ts';
import { progressLine } from './evaluation-output.ts';
import { noteLook, readLooks } from './look-ledger.ts';

/** Evaluates as the terminal does: shows how far it is, and counts how often the holdout has judged a candidate. */
export async function runEvaluation(
  invocation: Invocation,
  request: Omit<EvaluationRequest, 'looks' | 'onProgress' | 'measuresCost'>,
): Promise<Evaluation> {
  const folder = cacheFolder(invocation.folder);
  const known = readLooks(folder);
  const evaluation = await evaluateModels({
    ...request,
    // What is judged against nothing is no look.
    looks: request.champion === null ? undefined : (typedLooks(invocation) ?? known ?? undefined),
    measuresCost: wantsCost(invocation),
    onProgress: progressLine(invocation.stderr),
  });
  const { holdoutDigest, candidate } = evaluation.report;
  if (request.champion !== null && known !== null) {
    noteLook(folder, { look: { holdout: holdoutDigest, candidate: candidate.digest }, known });
  }
  return evaluation;
}
