import { AppError } from '../../error.ts';
import type { ThresholdPolicy } from '../../policy/task-policy.ts';
import { rowKeys } from '../comparison/row-keys.ts';
import type { BinaryScores, Scores } from '../metrics/scores.ts';
import type { ThresholdReport } from '../task-report.ts';
import { type ChosenThreshold, chooseThreshold, type ThresholdRule } from './choose-threshold.ts';

/** Scores with the labels that a threshold gives, and the threshold. */
export interface Thresholded {
  readonly scores: BinaryScores;
  readonly threshold: ThresholdReport['candidate'];
}

/**
 * Calls rows positive from a policy's threshold on. A number is taken as it is. A rule is cross-fitted: the rows fall into two
 * halves by a hash of what is known of each, and each half is judged with the threshold chosen on the other, so that no
 * row is judged with a threshold that has seen it. Throws `bad-input` for a model without probabilities.
 */
export function applyThreshold(
  policy: ThresholdPolicy,
  { scores, model }: { readonly scores: Scores; readonly model: string },
): Thresholded | null {
  if (scores.kind !== 'binary') return null;
  const { probability, truth } = scores;
  if (probability === null) {
    throw new AppError(
      'bad-input',
      `expected probabilities from the ${model} for \`threshold\`, found labels only; export the probabilities too, or remove \`threshold\``,
    );
  }
  if (typeof policy === 'number') {
    const threshold = { value: policy, halves: null, isReached: true };
    return { scores: { ...scores, predicted: calledFrom(probability, () => policy) }, threshold };
  }
  const rule = ruleOf(policy);
  const whole = chooseThreshold(rule, { truth, probability });
  const keys = rowKeys({ kind: 'binary', candidate: scores, champion: scores });
  const halves = [0, 1].map((half) => chosenOn(keys, { rule, scores: { truth, probability }, half }));
  const [first = whole, second = whole] = halves;
  const predicted = calledFrom(probability, (row) => (((keys[row] ?? 0) & 1) === 0 ? second.value : first.value));
  const isReached = whole.isReached && first.isReached && second.isReached;
  return {
    scores: { ...scores, predicted },
    threshold: { value: whole.value, halves: [first.value, second.value], isReached },
  };
}

/** The rule of a policy as reports show it, without the thresholds that it led to. */
export function ruleReport(policy: ThresholdPolicy): Pick<ThresholdReport, 'rule' | 'bound' | 'costs'> {
  if (typeof policy === 'number') return { rule: 'fixed', bound: policy, costs: null };
  const rule = ruleOf(policy);
  if (rule.kind !== 'costs') return { rule: rule.kind, bound: rule.bound, costs: null };
  const { falsePositive, falseNegative } = rule;
  return { rule: 'costs', bound: null, costs: { falsePositive, falseNegative } };
}

function ruleOf(policy: Exclude<ThresholdPolicy, number>): ThresholdRule {
  if ('at-precision' in policy) return { kind: 'at-precision', bound: policy['at-precision'] };
  if ('at-recall' in policy) return { kind: 'at-recall', bound: policy['at-recall'] };
  const { 'false-positive': falsePositive, 'false-negative': falseNegative } = policy.costs;
  return { kind: 'costs', falsePositive, falseNegative };
}

/** The threshold chosen on the rows of one half. */
function chosenOn(
  keys: Uint32Array,
  options: {
    readonly rule: ThresholdRule;
    readonly scores: { readonly truth: Uint8Array; readonly probability: Float64Array };
    readonly half: number;
  },
): ChosenThreshold {
  const { rule, scores, half } = options;
  const isOwn = (row: number) => ((keys[row] ?? 0) & 1) === half;
  return chooseThreshold(rule, {
    truth: scores.truth.filter((_, row) => isOwn(row)),
    probability: scores.probability.filter((_, row) => isOwn(row)),
  });
}

function calledFrom(probability: Float64Array, thresholdOf: (row: number) => number): Uint8Array {
  return Uint8Array.from(probability, (share, row) => (share >= thresholdOf(row) ? 1 : 0));
}
