import { hasValue } from '../../data/column-stream.ts';
import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { ClassifierRows } from './class-rows.ts';

/** Which columns of a classifier's rows say what. */
export interface ClassifierColumns {
  readonly target: string;
  /** The column of predicted classes. Without it a score of at least 0.5 predicts the one class, and the highest score among several. */
  readonly prediction: string | null;
  /** The score of one class (task binary: the positive one) or of each. */
  readonly scores: readonly { readonly class: string; readonly column: string }[];
}

/** The label that counts as positive where nothing is said: true, or 1 however it is written. */
export const usualPositive = '1';

/**
 * Reads scores, predictions and, of labelled rows, the truth of a classifier. Rows without one of them are passed over and
 * counted. Memory: ten bytes a row and class. Throws `bad-input` for a missing column, for labels that no score is of, and for
 * labelled rows with one class only.
 */
export async function readClassifier(
  dataset: Dataset,
  options: ClassifierColumns & { readonly isLabelled: boolean },
): Promise<ClassifierRows> {
  const { scores, prediction, target, isLabelled } = options;
  const classes = scores.map((score) => ({
    class: score.class,
    scores: new Float64Array(dataset.rows),
    predicted: new Uint8Array(dataset.rows),
    truth: isLabelled ? new Uint8Array(dataset.rows) : null,
  }));
  const labels = new Set<string>();
  let [count, passedOver] = [0, 0];
  const texts = [...(prediction === null ? [] : [prediction]), ...(isLabelled ? [target] : [])];
  await dataset.streamColumns({
    columns: [
      ...scores.map(({ column }) => ({ name: column, as: 'number' as const })),
      ...texts.map((name) => ({ name, as: 'text' as const })),
    ],
    onChunk({ rows, columns }) {
      const numbers = columns.slice(0, scores.length);
      const [first, second] = columns
        .slice(scores.length)
        .map((column) => (column.kind === 'text' ? column.values : []));
      const [predictions, truths] = prediction === null ? [undefined, first] : [first, second];
      for (let row = 0; row < rows; row += 1) {
        const values = numbers.map((column) =>
          column.kind === 'number' && hasValue(column.valid, row) ? (column.values[row] ?? Number.NaN) : Number.NaN,
        );
        const predicted = prediction === null ? predictedBy(values, scores) : labelOf(predictions?.[row]);
        const truth = isLabelled ? labelOf(truths?.[row]) : '';
        if (predicted === null || truth === null || !values.every(Number.isFinite)) {
          passedOver += 1;
          continue;
        }
        if (isLabelled && labels.size <= 100) labels.add(truth);
        for (const [index, one] of classes.entries()) {
          one.scores[count] = values[index] ?? 0;
          one.predicted[count] = predicted === labelOf(one.class) ? 1 : 0;
          if (one.truth !== null) one.truth[count] = truth === labelOf(one.class) ? 1 : 0;
        }
        count += 1;
      }
    },
  });
  if (isLabelled) refuseLabels(labels, options);
  return {
    count,
    passedOver,
    classes: classes.map((one) => ({
      class: one.class,
      scores: one.scores.subarray(0, count),
      predicted: one.predicted.subarray(0, count),
      truth: one.truth?.subarray(0, count) ?? null,
    })),
  };
}

/** Labels as one text each: `true`, `1` and `1.0` mean the same, and so do `false` and `0`. */
function labelOf(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  if (text === 'true') return '1';
  if (text === 'false') return '0';
  return text.trim() !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

function predictedBy(values: readonly number[], scores: ClassifierColumns['scores']): string | null {
  if (scores.length === 1) return (values[0] ?? 0) >= 0.5 ? labelOf(scores[0]?.class) : '';
  return labelOf(scores[values.indexOf(Math.max(...values))]?.class);
}

function refuseLabels(labels: ReadonlySet<string>, { target, scores }: ClassifierColumns): void {
  const found = [...labels]
    .slice(0, 10)
    .map((label) => JSON.stringify(label))
    .join(', ');
  const known = scores.map((score) => labelOf(score.class) ?? '');
  const name = JSON.stringify(target);
  if (scores.length === 1) {
    const [positive = ''] = known;
    if (labels.size <= 2 && labels.has(positive)) return;
    throw new AppError(
      'bad-input',
      `expected two labels in ${name}, one of them ${JSON.stringify(positive)}, found ${found || 'none'}; say which label the score is of, e.g. \`--score yes=COLUMN\`, or name a score of each`,
    );
  }
  const missing = known.filter((label) => !labels.has(label));
  const unknown = [...labels].filter((label) => !known.includes(label));
  if (missing.length + unknown.length === 0) return;
  throw new AppError(
    'bad-input',
    `expected the labels of ${name} to be those that scores are of (${known.slice(0, 10).join(', ')}), found ${found || 'none'}; name one score for each label`,
  );
}
