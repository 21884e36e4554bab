import type { AnswerSheet } from '../answer-sheet.ts';
import type { Target } from '../target.ts';
import { checkProbability, clamped, type SheetContext, wrongAnswer, wrongWidth } from './sheet-context.ts';

/**
 * A sheet of label sets: a probability for each label, of which those above 0.5 are called (or above the policy's fixed
 * threshold), or the set itself as text.
 */
export function labelSetSheet(truth: Uint8Array, { model, target, policy, runtime }: SheetContext): AnswerSheet {
  const labels = target.classes.length;
  const predicted = new Uint8Array(truth.length);
  const probability = new Float64Array(truth.length);
  const limit = typeof policy?.threshold === 'number' ? policy.threshold : 0.5;
  const separator = policy?.multilabel?.separator ?? '|';
  const columns = labelColumns(target, runtime.classes);
  let hasScores = true;
  return {
    add({ scores, width, labels: texts }, { places, firstRow }) {
      hasScores &&= scores !== null;
      if (scores !== null && width !== labels) {
        throw wrongWidth(model, { expected: `${labels} probabilities per row, one for each label`, width });
      }
      for (const [row, place] of places.entries()) {
        for (let at = 0; at < labels && scores !== null; at++) {
          const share = scores[row * labels + at] ?? Number.NaN;
          checkProbability(share, { model, row: firstRow + row });
          const to = place * labels + (columns[at] ?? at);
          if (place < 0) continue;
          probability[to] = clamped(share);
          predicted[to] = share > limit ? 1 : 0;
        }
        if (texts === null || place < 0) continue;
        predicted.fill(0, place * labels, (place + 1) * labels);
        for (const label of labelsIn(texts[row] ?? '', separator)) {
          const at = target.classes.indexOf(label);
          if (at < 0) throw wrongAnswer(model, { expected: knownLabels(target), value: label, row: firstRow + row });
          predicted[place * labels + at] = 1;
        }
      }
    },
    scores: () => ({ kind: 'multilabel', labels, truth, predicted, probability: hasScores ? probability : null }),
  };
}

/** The labels in a text like `red|round`, each without blanks around it. */
export function labelsIn(text: string, separator: string): readonly string[] {
  return text
    .split(separator)
    .map((label) => label.trim())
    .filter((label) => label !== '');
}

/** The label that each column of probabilities belongs to, where the model names them; else they stand in the target's order. */
function labelColumns({ classes }: Target, named: readonly string[] | null): readonly number[] {
  const places = (named ?? []).map((label) => classes.indexOf(label));
  const isWhole = places.length === classes.length && new Set(places).size === classes.length && !places.includes(-1);
  return isWhole ? places : classes.map((_, place) => place);
}

function knownLabels({ classes }: Target): string {
  return `the labels ${classes.slice(0, 20).join(', ')}`;
}
