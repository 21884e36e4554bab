import type { AnswerSheet } from '../answer-sheet.ts';
import type { BinaryScores } from '../metrics/scores.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Target } from '../target.ts';
import {
  checkProbability,
  clamped,
  classFinder,
  type SheetContext,
  type SheetPolicy,
  wrongAnswer,
  wrongWidth,
} from './sheet-context.ts';

/** A sheet of two classes: the probability of the positive one, a label, or both. */
export function binarySheet(truth: Uint8Array, { model, target, runtime, policy }: SheetContext): AnswerSheet {
  const predicted = new Uint8Array(truth.length);
  const probability = new Float64Array(truth.length);
  const classOf = classFinder(target);
  let hasScores = true;
  const positive = positivePlace(target, runtime);
  const costs = costsOf(policy);
  return {
    add({ scores, width, labels }, { places, firstRow }) {
      hasScores &&= scores !== null;
      if (scores !== null && width > 2) throw wrongWidth(model, { expected: '1 or 2 probabilities per row', width });
      for (const [row, place] of places.entries()) {
        const label = labels?.[row];
        const share = scores?.[row * width + (width === 2 ? positive : 0)];
        if (share !== undefined) checkProbability(share, { model, row: firstRow + row });
        if (place < 0) continue;
        if (share !== undefined) probability[place] = clamped(share);
        const kind = label === undefined ? Number((share ?? 0) > 0.5) : classOf(label);
        if (kind === undefined) {
          const value = JSON.stringify(label);
          throw wrongAnswer(model, { expected: target.classes.join(' or '), value, row: firstRow + row });
        }
        predicted[place] = kind;
      }
    },
    scores: () => ({ kind: 'binary', truth, predicted, probability: hasScores ? probability : null, costs }),
  };
}

/** Which of two probabilities is the positive class's: where the model says so, else the second. */
function positivePlace(target: Target, { classes }: Runtime): number {
  if (classes === null || classes.length !== 2) return 1;
  const classOf = classFinder(target);
  return classOf(classes[0] ?? '') === 1 ? 0 : 1;
}

function costsOf(policy: SheetPolicy | undefined): BinaryScores['costs'] {
  const threshold = policy?.threshold;
  if (typeof threshold !== 'object' || !('costs' in threshold)) return undefined;
  return { falsePositive: threshold.costs['false-positive'], falseNegative: threshold.costs['false-negative'] };
}
