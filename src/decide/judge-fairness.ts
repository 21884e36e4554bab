import { type FairnessMetric, fairnessDefinitions, fairnessMetrics } from '../evaluate/fairness/fairness-metric.ts';
import type {
  Disparity,
  FairnessAttribute,
  FairnessComparison,
  FairnessReport,
} from '../evaluate/fairness/fairness-report.ts';
import { canonicalLabel } from '../evaluate/target.ts';
import type { FairnessGate, FairnessPolicy } from '../policy/fairness-policy.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { count, counted, fixed, significant } from '../render/number.ts';
import type { Result } from '../result.ts';
import { type Verdict, worst } from '../verdict.ts';
import { decidingRows } from './deciding-rows.ts';
import { type FairnessVerdict, noChampion } from './judgement.ts';

const bounds = ['at-most', 'at-least', 'not-worse-by'] as const;
type Bound = (typeof bounds)[number];

const boundWords: Readonly<Record<Bound, string>> = { 'at-most': '≤', 'at-least': '≥', 'not-worse-by': 'not worse by' };

/**
 * Every fairness gate of the policy held against every protected column and intersection. The interval decides: all of it
 * keeps the bound, or all of it breaks it, else nothing is decided. Where fewer than two groups could be assessed nothing is
 * known; where some could not, `note` says how many. A result that lacks what the policy asks for is an error.
 */
export function judgeFairness(options: {
  readonly policy: Pick<ModelPolicy, 'fairness' | 'positive-label'>;
  readonly evaluation: Result['evaluation'];
  /** What stands for a measurement that is not there. */
  readonly absent: { readonly verdict: 'error'; readonly reason: string };
}): readonly FairnessVerdict[] {
  const { evaluation, absent } = options;
  const { fairness } = options.policy;
  if (fairness === undefined) return [];
  const report = evaluation?.fairness;
  const attributes = report !== undefined && isMeasuredBy(options.policy, report) ? report.attributes : [];
  return askedFor(fairness).flatMap((columns) => {
    const attribute = attributes.find((one) => isOf(one, columns)) ?? null;
    return fairnessMetrics.flatMap((metric) => {
      const gate = fairness.gates[metric];
      if (gate === undefined) return [];
      return [judged({ metric, gate, columns, attribute, hasChampion: evaluation?.champion !== null, absent })];
    });
  });
}

/** What a fairness gate is about, e.g. `equal opportunity by sex × region`. */
export function fairnessTitle({ metric, columns }: Pick<FairnessVerdict, 'metric' | 'columns'>): string {
  return `${fairnessDefinitions[metric].title} by ${columns.join(' × ')}`;
}

/** What was measured under other minima, or for another class, does not say what this policy asks. */
function isMeasuredBy(
  { fairness, 'positive-label': positive }: Pick<ModelPolicy, 'fairness' | 'positive-label'>,
  report: FairnessReport,
): boolean {
  const label = canonicalLabel(String(fairness?.['positive-label'] ?? positive ?? 1));
  return (
    report.minRows === fairness?.['min-rows'] &&
    report.minCases === fairness['min-cases'] &&
    report.positive === label.slice(0, 200)
  );
}

function askedFor({ protected: names, intersections }: FairnessPolicy): readonly (readonly string[])[] {
  return [...names.map((name) => [name]), ...intersections];
}

function isOf({ columns }: FairnessAttribute, asked: readonly string[]): boolean {
  return columns.length === asked.length && columns.every((column, place) => column === asked[place]);
}

interface Question {
  readonly metric: FairnessMetric;
  readonly gate: FairnessGate;
  readonly columns: readonly string[];
  readonly attribute: FairnessAttribute | null;
  readonly hasChampion: boolean;
  readonly absent: { readonly verdict: 'error'; readonly reason: string };
}

interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
}

function judged(question: Question): FairnessVerdict {
  const { metric, gate, columns, attribute, absent } = question;
  const comparison = attribute?.metrics[metric] ?? null;
  const asked = bounds.flatMap((bound) => (gate[bound] === undefined ? [] : [{ bound, limit: gate[bound] }]));
  const findings = asked.map(({ bound, limit }) =>
    comparison === null ? absent : finding({ ...question, comparison, bound, limit }),
  );
  const verdict = worst(findings.map((one) => one.verdict));
  const reasons = findings.filter((one) => one.verdict === verdict && one.reason !== '').map((one) => one.reason);
  return {
    columns,
    metric,
    comparison,
    bound: asked.map(({ bound, limit }) => `${boundWords[bound]} ${share(limit)}`).join(' and '),
    verdict,
    reason: [...new Set(reasons)].join('; '),
    note: attribute === null || comparison === null ? '' : unassessedWords(attribute, comparison),
  };
}

interface BoundQuestion extends Question {
  readonly comparison: FairnessComparison;
  readonly bound: Bound;
  readonly limit: number;
}

function finding(question: BoundQuestion): Finding {
  const { comparison, bound, limit } = question;
  const { candidate, rows } = comparison;
  const unknown = unknownFinding(candidate);
  if (unknown !== null) return unknown;
  if (candidate.kind !== 'value') return { verdict: 'error', reason: candidate.reason };
  if (bound === 'not-worse-by') return changeFinding(question);
  const turn = bound === 'at-most' ? 1 : -1;
  const held = heldAgainst({ ...turned(candidate, turn), limit: limit * turn, rows });
  const side = bound === 'at-most' ? 'above' : 'below';
  return held ?? { verdict: 'fail', reason: `${share(candidate.value)} is ${side} ${share(limit)}` };
}

function changeFinding({ metric, comparison, limit, hasChampion }: BoundQuestion): Finding {
  const { champion, difference, rows } = comparison;
  if (champion.kind === 'missing' && !hasChampion) return { verdict: 'inconclusive', reason: noChampion };
  if (champion.kind !== 'value') return { verdict: 'error', reason: `champion: ${champion.reason}` };
  if (difference === null) return { verdict: 'inconclusive', reason: 'too few rows for an interval' };
  const worsening = turned(difference, fairnessDefinitions[metric].better === 'lower' ? 1 : -1);
  const held = heldAgainst({ ...worsening, limit, rows });
  return held ?? { verdict: 'fail', reason: `more unequal by ${share(worsening.value)} (limit ${share(limit)})` };
}

function unknownFinding(candidate: Disparity): Finding | null {
  return candidate.kind === 'missing' ? { verdict: 'inconclusive', reason: candidate.reason } : null;
}

/** What must not lie above the limit. Null when all of it does. */
function heldAgainst(options: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  readonly rows: number;
}): Finding | null {
  const { value, low, high, limit, rows } = options;
  if (high <= limit) return { verdict: 'pass', reason: '' };
  if (low > limit) return null;
  const width = value > limit ? value - low : high - value;
  return { verdict: 'inconclusive', reason: decidingRows({ rows, width, distance: Math.abs(value - limit) }) };
}

function turned(
  { value, low, high }: { readonly value: number; readonly low: number; readonly high: number },
  turn: 1 | -1,
): { readonly value: number; readonly low: number; readonly high: number } {
  return turn === 1 ? { value, low, high } : { value: -value, low: -high, high: -low };
}

function unassessedWords({ groups, otherRows }: FairnessAttribute, { notAssessed, rows }: FairnessComparison): string {
  const left = groups.reduce((sum, group) => sum + group.rows, 0) - rows;
  const parts = [
    ...(notAssessed === 0 ? [] : [`${counted(notAssessed, 'group')} of ${count(left)} rows in all`]),
    ...(otherRows === 0 ? [] : [`${counted(otherRows, 'row')} of rarer values`]),
  ];
  return parts.length === 0 ? '' : `not assessed: ${parts.join(', ')}`;
}

/** A limit as it was written, a measurement to three digits. */
function share(value: number): string {
  const decimals = String(value).split('.')[1]?.length ?? 0;
  return decimals <= 4 ? fixed(value, decimals) : significant(value, 3);
}
