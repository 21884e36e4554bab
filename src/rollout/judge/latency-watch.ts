import type { RolloutMetricPolicy } from '../../policy/rollout-metric-policy.ts';
import type { ArmCounts } from '../evidence.ts';
import { bucketsFault } from '../evidence-faults.ts';
import { type EventCounts, eventWatch } from './count-watch.ts';
import { dispersionOf } from './dispersion.ts';
import type { MetricWatch } from './metric-watch.ts';

type Histogram = Extract<ArmCounts, { readonly buckets: unknown }>;

/**
 * Watches "slower than an edge of the histogram" as events. The edge is the policy's, else the one at which the champion's history
 * is nearest to the quantile; without history the first interval chooses it, and is itself not judged.
 */
export function latencyWatch(policy: RolloutMetricPolicy): MetricWatch {
  const quantile = policy.quantile ?? 0.95;
  const earlier: Histogram[] = [];
  // Not before traffic moves: all of the history has a say in the edge.
  let begun: MetricWatch | null = null;
  return {
    addHistory(champion) {
      const fault = faultOf(champion);
      if (fault !== null || !('buckets' in champion)) return fault;
      earlier.push(champion);
      return null;
    },
    add({ candidate, champion }) {
      const fault = faultOf(candidate) ?? faultOf(champion);
      if (fault !== null || !('buckets' in candidate) || !('buckets' in champion)) return fault;
      if (edgesOf(candidate) !== edgesOf(champion)) {
        return `the edges of the histograms differ: ${shown(candidate)} of the candidate, ${shown(champion)} of the champion`;
      }
      begun ??= watchAt(policy.edge ?? nearestEdge(earlier, quantile));
      if (begun !== null) return begun.add({ candidate, champion });
      const edge = nearestEdge([champion], quantile);
      begun = watchAt(edge);
      return edge === null ? 'the histogram has no finite edge' : `this interval chose the edge ${edge}`;
    },
    evidence: () => begun?.evidence() ?? { harm: 0, nonInferiority: 0, superiority: 0 },
    dispersion() {
      const watch = begun ?? watchAt(policy.edge ?? nearestEdge(earlier, quantile));
      return watch?.dispersion() ?? dispersionOf([], policy.dispersion);
    },
    effect: () => begun?.effect() ?? null,
  };

  function watchAt(edge: number | null): MetricWatch | null {
    if (edge === null) return null;
    const watch = eventWatch(policy, (counts) => slower(counts, edge));
    for (const counts of earlier) watch.addHistory(counts);
    return watch;
  }
}

function slower(counts: ArmCounts, edge: number): EventCounts | string {
  if (!('buckets' in counts)) return 'expected `buckets`, found other counts';
  const within = counts.buckets.find(([upper]) => upper === edge);
  if (within === undefined) return `expected the edge ${edge} in the histogram, found ${shown(counts)}`;
  return { n: counts.n, x: Math.max(0, counts.n - within[1]) };
}

function faultOf(counts: ArmCounts): string | null {
  if (!('buckets' in counts)) return 'expected `buckets`, found other counts';
  const fault = bucketsFault(counts);
  return fault === null ? null : `expected ${fault.expected}, found ${fault.found}`;
}

function edgesOf({ buckets }: Histogram): string {
  return buckets.flatMap(([upper]) => (upper === '+Inf' ? [] : [upper])).join(' ');
}

function shown(histogram: Histogram): string {
  const edges = edgesOf(histogram);
  return edges.length > 80 ? `${edges.slice(0, 80)}…` : edges;
}

/** The finite edge up to which the share of all requests is nearest to the quantile; the lower of two. */
function nearestEdge(histograms: readonly Histogram[], quantile: number): number | null {
  const within = new Map<number, number>();
  let all = 0;
  for (const { n, buckets } of histograms) {
    all += n;
    for (const [upper, count] of buckets) if (upper !== '+Inf') within.set(upper, (within.get(upper) ?? 0) + count);
  }
  let best: { readonly edge: number; readonly off: number } | null = null;
  for (const [edge, count] of [...within].sort(([a], [b]) => a - b)) {
    const off = all > 0 ? Math.abs(count / all - quantile) : 1;
    if (best === null || off < best.off) best = { edge, off };
  }
  return best === null ? null : best.edge;
}
