import { AppError } from '../../error.ts';
import type { ModelPolicy } from '../../policy/policy.ts';
import type { RowKeys } from '../row-truth.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { canonicalLabel, type Target } from '../target.ts';

/** What the policy says of how answers are read and kept. */
export type SheetPolicy = Pick<
  ModelPolicy,
  'metrics' | 'metric-options' | 'ranking' | 'forecast' | 'multilabel' | 'threshold'
>;

/** What every sheet needs to know to judge an answer. */
export interface SheetContext {
  readonly target: Target;
  readonly runtime: Runtime;
  /** What messages call the model. */
  readonly model: string;
  readonly policy?: SheetPolicy | undefined;
  /** Query, series and time of the rows, for the tasks that have them. */
  readonly keys?: RowKeys | undefined;
}

/** The place of a label among the target's classes. Models that were trained on 0 and 1 may say so whatever the target says. */
export function classFinder({ task, classes }: Target): (label: string) => number | undefined {
  const places = new Map(classes.map((name, place) => [name, place]));
  if (task === 'binary')
    for (const [place, code] of ['0', '1'].entries()) if (!places.has(code)) places.set(code, place);
  return (label) => places.get(label) ?? places.get(canonicalLabel(label));
}

/** Throws `bad-input` unless the number can be a probability. */
export function checkProbability(
  share: number,
  { model, row }: { readonly model: string; readonly row: number },
): void {
  if (share >= -1e-6 && share <= 1 + 1e-6) return;
  throw wrongAnswer(model, { expected: 'probabilities between 0 and 1', value: share, row });
}

/** Takes away what rounding put outside [0, 1]. */
export function clamped(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** The error of an answer that cannot be one; `row` counts from 0. */
export function wrongAnswer(
  model: string,
  options: { readonly expected: string; readonly value: number | string; readonly row: number },
): AppError {
  const fix =
    typeof options.value === 'number' && !Number.isFinite(options.value)
      ? 'look for missing or extreme feature values, and at the training'
      : 'export the model with its last activation (sigmoid or softmax) and the labels of the data';
  return new AppError(
    'bad-input',
    `expected ${options.expected} from the ${model}, found ${options.value} in row ${options.row + 1} of the holdout; ${fix}`,
  );
}

/** The error of a model that gives another number of values per row than its task needs. */
export function wrongWidth(
  model: string,
  { expected, width }: { readonly expected: string; readonly width: number },
): AppError {
  return new AppError(
    'bad-input',
    `expected ${expected} from the ${model}, found ${width} per row; check \`task\` and the model's output`,
  );
}
