import { AppError } from '../../error.ts';
import { nearest } from '../../policy/nearest.ts';
import { quoted } from '../../policy/quoted.ts';
import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { Measured, MetricQuestion } from '../../ports/metric-source.ts';
import { countsOf } from './counts.ts';

/** One part of a query: what its number means in the window. */
interface PartMeaning {
  readonly meaning: string;
  readonly optional?: true;
}

type Parts = Readonly<Record<string, PartMeaning>>;
type Kind = RolloutMetricPolicy['kind'];

/** What the query of a metric is made of, by its kind, whatever the source. Where there are two sets, either will do. */
export const partsOf: Readonly<Record<Kind, readonly Parts[]>> = {
  'error-rate': [{ requests: { meaning: 'requests answered' }, events: { meaning: 'those that failed' } }],
  'latency-quantile': [
    { buckets: { meaning: 'a histogram of durations, as cumulative counts by upper edge' } },
    { requests: { meaning: 'requests answered' }, slow: { meaning: 'those slower than `edge`' } },
  ],
  mean: [
    {
      sum: { meaning: 'the sum of the values' },
      squares: { meaning: 'the sum of their squares; not needed with `bounds`', optional: true },
      count: { meaning: 'how many values' },
    },
  ],
  ratio: [{ numerator: { meaning: 'what is divided' }, denominator: { meaning: 'by what' } }],
  conversion: [{ users: { meaning: 'users exposed' }, converted: { meaning: 'those who did it' } }],
};

/** Whether a part counts some of what another part counts: the counter of such a part is often born with the first of them. */
export function isSubset(part: string): boolean {
  return ['events', 'slow', 'converted'].includes(part);
}

/** A latency's edge as the histogram names it. */
export type Edge = number | '+Inf';

/** What a source says to one part. */
export type PartAnswer =
  | {
      readonly kind: 'number';
      readonly value: number;
      /** A counter began again in the window. */
      readonly reset?: boolean;
    }
  | { readonly kind: 'buckets'; readonly buckets: readonly (readonly [Edge, number])[]; readonly reset?: boolean }
  /** Nothing matched: neither a number nor a zero. */
  | { readonly kind: 'nothing'; readonly reason: string };

/** Asks a source for one part; what is wrong is thrown as AppError. */
export type AskPart = (part: string, text: string) => Promise<PartAnswer>;

/** Measures a metric part by part. Never throws. */
export async function measureByParts(question: MetricQuestion, ask: AskPart): Promise<Measured> {
  const problems = partProblems(question.metric);
  if (problems.length > 0) return failed(problems.join(' '));
  try {
    const asked = Object.entries(question.metric.query ?? {});
    const answers = await Promise.all(asked.map(async ([part, text]) => [part, await ask(part, text)] as const));
    return countsOf(question.metric, new Map(answers));
  } catch (error) {
    return failed(
      error instanceof AppError ? error.message : 'expected an answer, found a fault of Siskin; report this',
    );
  }
}

function failed(reason: string): Measured {
  return { kind: 'failed', reason: reason.slice(0, 500) };
}

/** What can never be measured because of how the metric is written, one sentence each. */
export function partProblems(metric: RolloutMetricPolicy): readonly string[] {
  const sets = partsOf[metric.kind];
  const all = [...new Set(sets.flatMap((set) => Object.keys(set)))];
  const list = sets.map((set) => named(neededOf(metric, set))).join(', or ');
  if (metric.query === undefined) {
    return [`expected \`query\` with ${list}, found none; add it.`];
  }
  const written = Object.keys(metric.query);
  const unknown = written.filter((part) => !all.includes(part));
  const sentences = unknown.map((part) => {
    const meant = nearest(part, all);
    const fix = meant === null ? `take ${list}` : `did you mean \`${meant}\`?`;
    return `expected a part of ${metric.kind}, found ${quoted(part)}; ${fix}${fix.endsWith('?') ? '' : '.'}`;
  });
  const isComplete = sets.some(
    (set) => neededOf(metric, set).every((part) => written.includes(part)) && written.every((part) => part in set),
  );
  if (!isComplete && unknown.length === 0) {
    sentences.push(`expected ${list} in \`query\`, found ${named(written) || 'nothing'}; ${completion(metric, sets)}.`);
  }
  if (written.includes('slow') && metric.edge === undefined) {
    sentences.push('expected `edge` beside the part `slow`, found none; write the edge that the query counts from.');
  }
  return sentences;
}

function neededOf(metric: RolloutMetricPolicy, set: Parts): readonly string[] {
  return Object.keys(set).filter((part) => !set[part]?.optional || (part === 'squares' && !metric.bounds));
}

function completion(metric: RolloutMetricPolicy, sets: readonly Parts[]): string {
  const written = metric.query ?? {};
  const lacking = sets.flatMap((set) => neededOf(metric, set)).filter((part) => !(part in written));
  const meanings = lacking.map((part) => `\`${part}\` (${sets.find((set) => part in set)?.[part]?.meaning})`);
  return lacking.length === 0 ? 'keep the parts of one of them' : `add ${meanings.join(', ')}`;
}

function named(parts: readonly string[]): string {
  return parts.map((part) => quoted(part)).join(' and ');
}
