import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { Measured } from '../../ports/metric-source.ts';
import type { Edge, PartAnswer } from './parts.ts';

type Buckets = readonly (readonly [Edge, number])[];
type Answers = ReadonlyMap<string, PartAnswer>;

/** The counts that the parts make together, or why they make none. */
export function countsOf(metric: RolloutMetricPolicy, answers: Answers): Measured {
  for (const [part, answer] of answers) {
    if (answer.kind === 'nothing') return missing('no-series', `\`${part}\`: ${answer.reason}`);
    const oddity = oddityOf(part, answer);
    if (oddity !== null) return failed(oddity);
  }
  const reset = [...answers.values()].some((answer) => answer.kind !== 'nothing' && answer.reset === true);
  switch (metric.kind) {
    case 'error-rate':
      return share(answers, { of: 'requests', events: 'events', reset });
    case 'conversion':
      return share(answers, { of: 'users', events: 'converted', reset });
    case 'ratio':
      return ratio(answers, reset);
    case 'mean':
      return mean(metric, answers, reset);
    case 'latency-quantile':
      return answers.has('buckets') ? histogram(metric, answers, reset) : edgeOnly(metric, answers, reset);
    default:
      return metric.kind satisfies never;
  }
}

/** Sums may be negative; everything that is counted may not. */
function oddityOf(part: string, answer: PartAnswer): string | null {
  if (answer.kind === 'nothing') return null;
  const wantsBuckets = part === 'buckets';
  if (wantsBuckets !== (answer.kind === 'buckets')) {
    const [expected, found] = wantsBuckets ? ['a histogram', 'one number'] : ['one number', 'a histogram'];
    return `\`${part}\`: expected ${expected}, found ${found}; correct the query`;
  }
  if (answer.kind === 'buckets') return bucketOddity(answer.buckets);
  const { value } = answer;
  const least = part === 'sum' || part === 'numerator' ? Number.NEGATIVE_INFINITY : 0;
  if (Number.isFinite(value) && value >= least) return null;
  return `\`${part}\`: expected a number${least === 0 ? ' of at least 0' : ''}, found ${value}; correct the query`;
}

function bucketOddity(buckets: Buckets): string | null {
  const edges = buckets.map(([edge]) => (edge === '+Inf' ? Number.POSITIVE_INFINITY : edge));
  const isOrdered = edges.every(
    (edge, index) => !Number.isNaN(edge) && (index === 0 || edge > (edges[index - 1] ?? edge)),
  );
  const isCumulative = buckets.every(
    ([, count], index) => Number.isFinite(count) && count >= 0 && count >= (buckets[index - 1]?.[1] ?? 0),
  );
  if (buckets.at(-1)?.[0] !== '+Inf')
    return '`buckets`: expected an edge +Inf at the end, found none; keep the label `le`';
  if (isOrdered && isCumulative) return null;
  return '`buckets`: expected counts that rise with their edges, found others; ask for a cumulative histogram';
}

function share(
  answers: Answers,
  parts: { readonly of: string; readonly events: string; readonly reset: boolean },
): Measured {
  const n = numberOf(answers, parts.of);
  const x = numberOf(answers, parts.events);
  // Estimates of a server that extrapolates may pass each other by a rounding error.
  if (x > n * (1 + 1e-6) + 1e-6) {
    return failed(
      `expected at most as many \`${parts.events}\` as \`${parts.of}\`, found ${x} of ${n}; let both queries speak of the same requests`,
    );
  }
  if (n === 0) return noTraffic(parts.of);
  return { kind: 'value', counts: { n, x: Math.min(x, n) }, reset: parts.reset };
}

function ratio(answers: Answers, reset: boolean): Measured {
  const n = numberOf(answers, 'denominator');
  const x = numberOf(answers, 'numerator');
  if (n === 0) return noTraffic('denominator');
  if (x < 0) return failed(`\`numerator\`: expected a number of at least 0, found ${x}; correct the query`);
  return { kind: 'value', counts: { n, x }, reset };
}

function mean(metric: RolloutMetricPolicy, answers: Answers, reset: boolean): Measured {
  const n = numberOf(answers, 'count');
  const sum = numberOf(answers, 'sum');
  if (n === 0) return noTraffic('count');
  const slack = 1e-9 * Math.max(1, Math.abs(sum));
  const [low, high] = metric.bounds ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (sum < n * low - slack || sum > n * high + slack) {
    return failed(`expected a mean from ${low} to ${high}, found ${sum / n}; correct \`bounds\` or the query`);
  }
  // Σ(x−low)(high−x) ≥ 0 bounds the squares from above: without them the spread is taken to be as wide as it can be.
  const widest = (low + high) * sum - n * low * high;
  const sumsq = answers.has('squares') ? numberOf(answers, 'squares') : Math.max(widest, (sum * sum) / n);
  if (sumsq * n < sum * sum * (1 - 1e-9) - 1e-9) {
    return failed(
      `\`squares\`: expected at least ${(sum * sum) / n} for this sum and count, found ${sumsq}; let it sum the squares of the same values`,
    );
  }
  return { kind: 'value', counts: { n, sum, sumsq }, reset };
}

function histogram(metric: RolloutMetricPolicy, answers: Answers, reset: boolean): Measured {
  const answer = answers.get('buckets');
  const buckets = answer?.kind === 'buckets' ? answer.buckets : [];
  const n = buckets.at(-1)?.[1] ?? 0;
  if (n === 0) return noTraffic('buckets');
  if (metric.edge !== undefined && !buckets.some(([edge]) => edge === metric.edge)) {
    const edges = buckets.slice(0, -1).map(([edge]) => edge);
    return failed(
      `expected the edge ${metric.edge} in the histogram, found ${edges.slice(0, 30).join(', ')}; write one of them, or a quantile`,
    );
  }
  return { kind: 'value', counts: { n, buckets: buckets.map(([edge, count]) => [edge, count]) }, reset };
}

/** A source without histograms counts on one side of one edge, which is all that its test needs. */
function edgeOnly(metric: RolloutMetricPolicy, answers: Answers, reset: boolean): Measured {
  const counted = share(answers, { of: 'requests', events: 'slow', reset });
  if (counted.kind !== 'value' || !('x' in counted.counts)) return counted;
  const { n, x } = counted.counts;
  // The part `slow` is refused without an edge.
  return {
    ...counted,
    counts: {
      n,
      buckets: [
        [metric.edge ?? 0, n - x],
        ['+Inf', n],
      ],
    },
  };
}

function numberOf(answers: Answers, part: string): number {
  const answer = answers.get(part);
  return answer?.kind === 'number' ? answer.value : Number.NaN;
}

function noTraffic(part: string): Measured {
  return missing('no-traffic', `\`${part}\` is 0 in this window`);
}

function missing(why: 'no-series' | 'no-traffic', reason: string): Measured {
  return { kind: 'missing', missing: why, reason: reason.slice(0, 500) };
}

function failed(reason: string): Measured {
  return { kind: 'failed', reason: reason.slice(0, 500) };
}
