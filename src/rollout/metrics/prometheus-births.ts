import type { CounterTrack } from './counter-increase.ts';
import { type PrometheusServer, queryPrometheus } from './prometheus-api.ts';
import { numberIn } from './prometheus-tracks.ts';

const mostTargets = 200;

/**
 * The tracks that are known to have begun at zero in the window: they had no sample before, though their target had been
 * scraped before without them. Of a target that was never scraped before nothing is known of its past, and nothing is
 * counted that may have happened before.
 */
export async function bornTracks(
  server: PrometheusServer,
  tracks: readonly CounterTrack[],
  window: { readonly from: number; readonly to: number },
  lookbackMs: number,
): Promise<ReadonlySet<CounterTrack>> {
  const young = tracks.filter(({ readings, labels }) => (readings[0]?.at ?? 0) > window.from && 'instance' in labels);
  const targets = [...new Set(young.map(({ labels }) => labels['instance'] ?? ''))].slice(0, mostTargets);
  if (targets.length === 0) return new Set();
  const pattern = targets.map((target) => target.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  const query = `up{instance=~${JSON.stringify(pattern)}}[${window.to - window.from + lookbackMs}ms]`;
  const data = await queryPrometheus(server, query, window.to);
  const scrapes = data.resultType === 'matrix' ? data.result : [];
  return new Set(young.filter((track) => wasScrapedBefore(track)));

  function wasScrapedBefore({ labels, readings }: CounterTrack): boolean {
    const birth = readings[0]?.at ?? 0;
    return scrapes.some(
      ({ metric, values }) =>
        metric['instance'] === labels['instance'] &&
        (metric['job'] ?? '') === (labels['job'] ?? '') &&
        values.some(([at, up]) => Math.round(at * 1000) < birth && numberIn(up) === 1),
    );
  }
}
