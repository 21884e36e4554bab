import type { Difference } from '../evaluate/difference.ts';
import type { MetricComparison } from '../evaluate/evaluation-report.ts';
import { type MetricName, metricDefinitions } from '../evaluate/metric-name.ts';
import { type Margin, marginOf } from '../policy/margin.ts';
import type { Gate } from '../policy/policy.ts';
import { bytes, fixed, milliseconds, significant } from '../render/number.ts';
import { type Verdict, worst } from '../verdict.ts';
import { decidingRows } from './deciding-rows.ts';
import { type GateVerdict, looksUsedUp, noChampion } from './judgement.ts';

/**
 * Holds one gate against its measurement. The interval that is shown decides: a bound on the difference passes when all of
 * the interval keeps it and fails when all of it breaks it. Bounds on the candidate itself are held against its value. A
 * measurement that is missing or failed is an error, and the champion's too when a bound needs it.
 */
export function judgeGate(options: {
  readonly metric: MetricName;
  readonly gate: Gate;
  readonly comparison: MetricComparison | null;
  /** False when nothing serves yet that the candidate could be compared with. */
  readonly hasChampion: boolean;
  /** All looks that the policy plans for the holdout are used up, so that no interval decides any more. */
  readonly isExhausted?: boolean;
  /** What is known when there is no comparison at all. */
  readonly absent: { readonly verdict: 'error'; readonly reason: string };
}): GateVerdict {
  const { metric, gate, comparison, hasChampion, isExhausted = false, absent } = options;
  const found = bounds(gate).map(([bound, limit]) =>
    comparison === null ? absent : finding({ metric, bound, limit, comparison, hasChampion, isExhausted }),
  );
  const findings = found.length > 0 ? found : [comparison === null ? absent : shown(comparison)];
  const verdict = worst(findings.map((one) => one.verdict));
  const reasons = findings.filter((one) => one.verdict === verdict && one.reason !== '').map((one) => one.reason);
  return {
    metric,
    kind: gateKind(gate),
    comparison,
    bound: bounds(gate)
      .map(([bound, limit]) => `${boundWords[bound]} ${marginWords(metric, limit)}`)
      .join(' and '),
    limit: differenceLimit(metric, { gate, comparison }),
    verdict,
    reason: [...new Set(reasons)].join('; '),
  };
}

/** Guardrail, target or info; without a kind of its own a gate that only asks for better is a target. */
function gateKind(gate: Gate): GateVerdict['kind'] {
  if (gate.kind !== undefined) return gate.kind;
  return bounds(gate).every(([bound]) => bound === 'better-by') ? 'target' : 'guardrail';
}

/** The stricter bound where both are given: better by more than something is also not worse. */
function differenceLimit(
  metric: MetricName,
  { gate, comparison }: { readonly gate: Gate; readonly comparison: MetricComparison | null },
): number | null {
  const isBetter = gate['better-by'] !== undefined;
  const margin = gate['better-by'] ?? gate['not-worse-by'];
  if (margin === undefined) return null;
  const champion = comparison?.champion.kind === 'value' ? comparison.champion.value : null;
  // A share of what nobody knows lies nowhere.
  if (typeof margin === 'string' && champion === null) return null;
  const size = marginOf(margin, champion ?? 0);
  return isBetter === (metricDefinitions[metric].better === 'higher') ? size : 0 - size;
}

type Bound = 'not-worse-by' | 'better-by' | 'at-least' | 'at-most';

const boundWords: Readonly<Record<Bound, string>> = {
  'not-worse-by': 'not worse by',
  'better-by': 'better by',
  'at-least': '≥',
  'at-most': '≤',
};

interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
}

interface Question {
  readonly metric: MetricName;
  readonly bound: Bound;
  readonly limit: Margin;
  readonly comparison: MetricComparison;
  readonly hasChampion: boolean;
  readonly isExhausted: boolean;
}

function bounds(gate: Gate): readonly (readonly [Bound, Margin])[] {
  const all = ['not-worse-by', 'better-by', 'at-least', 'at-most'] as const;
  return all.flatMap((bound) => {
    const limit = gate[bound];
    return limit === undefined ? [] : [[bound, limit] as const];
  });
}

function finding(question: Question): Finding {
  const { metric, comparison, bound, limit } = question;
  const { candidate, champion, difference } = comparison;
  if (candidate.kind !== 'value') return { verdict: 'error', reason: candidate.reason };
  if ((bound === 'at-least' || bound === 'at-most') && typeof limit === 'number') {
    return absoluteFinding({ metric, bound, limit }, candidate.value);
  }
  if (champion.kind === 'missing' && !question.hasChampion) return { verdict: 'inconclusive', reason: noChampion };
  if (champion.kind !== 'value') return { verdict: 'error', reason: `champion: ${champion.reason}` };
  if (difference === null) return { verdict: 'inconclusive', reason: 'too few rows for an interval' };
  const isSampled = !['milliseconds', 'bytes'].includes(metricDefinitions[metric].unit);
  if (isSampled && question.isExhausted) return { verdict: 'inconclusive', reason: looksUsedUp };
  return differenceFinding(question, { difference, rows: comparison.rows, margin: marginOf(limit, champion.value) });
}

function absoluteFinding(
  { metric, bound, limit }: { readonly metric: MetricName; readonly bound: Bound; readonly limit: number },
  value: number,
): Finding {
  if (bound === 'at-least' ? value >= limit : value <= limit) return { verdict: 'pass', reason: '' };
  const side = bound === 'at-least' ? 'below' : 'above';
  return { verdict: 'fail', reason: `${quantity(metric, value)} is ${side} ${quantity(metric, limit)}` };
}

function differenceFinding(
  { metric, bound, limit }: Question,
  { difference, rows, margin }: { readonly difference: Difference; readonly rows: number; readonly margin: number },
): Finding {
  const { value, low, high } = gain(metric, difference);
  const must = bound === 'better-by' ? margin : -margin;
  const isPassed = bound === 'better-by' ? low > must : low >= must;
  if (isPassed) return { verdict: 'pass', reason: '' };
  const isFailed = bound === 'better-by' ? high <= must : high < must;
  if (isFailed) return { verdict: 'fail', reason: `${movement(metric, value)} (${limitWords(metric, bound, limit)})` };
  const width = value > must ? value - low : high - value;
  if (metricDefinitions[metric].unit === 'milliseconds') {
    return { verdict: 'inconclusive', reason: 'the timing is too noisy to decide' };
  }
  return { verdict: 'inconclusive', reason: decidingRows({ rows, width, distance: Math.abs(value - must) }) };
}

/** The difference turned so that above zero is better. */
function gain(
  metric: MetricName,
  { value, low, high }: Difference,
): { readonly value: number; readonly low: number; readonly high: number } {
  if (metricDefinitions[metric].better === 'higher') return { value, low, high };
  return { value: 0 - value, low: 0 - high, high: 0 - low };
}

function movement(metric: MetricName, gained: number): string {
  if (gained === 0) return 'no better';
  return gained > 0 ? `better by ${quantity(metric, gained)}` : `worse by ${quantity(metric, -gained)}`;
}

function limitWords(metric: MetricName, bound: Bound, limit: Margin): string {
  return bound === 'better-by' ? `asked for ${marginWords(metric, limit)}` : `limit ${marginWords(metric, limit)}`;
}

/** A share stands as it was written, beside nothing: what it comes to is the limit that reports draw. */
function marginWords(metric: MetricName, limit: Margin): string {
  return typeof limit === 'string' ? `${limit} of the champion’s` : quantity(metric, limit);
}

/** A gate without a bound asks for nothing but a number to show. */
function shown({ candidate }: MetricComparison): Finding {
  if (candidate.kind === 'value') return { verdict: 'pass', reason: '' };
  return { verdict: 'inconclusive', reason: candidate.reason };
}

/** A measured value or a limit as people read it: limits as they were written, measurements to three digits. */
function quantity(metric: MetricName, value: number): string {
  switch (metricDefinitions[metric].unit) {
    case 'milliseconds':
      return milliseconds(value);
    case 'bytes':
      return bytes(value);
    default: {
      const written = String(Math.abs(value));
      const decimals = written.includes('e') ? 9 : (written.split('.')[1]?.length ?? 0);
      return decimals <= 5 ? fixed(value, decimals) : significant(value, 3);
    }
  }
}
