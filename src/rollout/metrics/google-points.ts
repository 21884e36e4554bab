import { z } from 'zod';
import { AppError } from '../../error.ts';
import { quoted } from '../../policy/quoted.ts';
import type { Edge, PartAnswer } from './parts.ts';
import { numberOf } from './rows.ts';

/** Numbers of 64 bits are written as text. */
const Distribution = z.looseObject({
  count: z.coerce.number().default(0),
  bucketCounts: z.array(z.coerce.number()).default([]),
  bucketOptions: z
    .looseObject({
      explicitBuckets: z.looseObject({ bounds: z.array(z.number()).default([]) }).optional(),
      linearBuckets: z
        .looseObject({ numFiniteBuckets: z.number().max(10_000), width: z.number(), offset: z.number().default(0) })
        .optional(),
      exponentialBuckets: z
        .looseObject({ numFiniteBuckets: z.number().max(10_000), growthFactor: z.number(), scale: z.number() })
        .optional(),
    })
    .default({}),
});

/** One series of https://cloud.google.com/monitoring/api/ref_v3/rest/v3/TimeSeries. */
export const Series = z.looseObject({
  metric: z
    .looseObject({ type: z.string().optional(), labels: z.record(z.string(), z.string()).default({}) })
    .default({ labels: {} }),
  resource: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }).default({ labels: {} }),
  points: z
    .array(
      z.looseObject({
        interval: z.looseObject({ endTime: z.string() }),
        value: z.looseObject({
          int64Value: z.unknown().optional(),
          doubleValue: z.unknown().optional(),
          distributionValue: Distribution.optional(),
        }),
      }),
    )
    .default([]),
});
/** One series with its points. */
export type Series = z.output<typeof Series>;

/** The counts of the one series whose aligned points end in the window. */
export function answerOfPoints(
  part: string,
  series: readonly Series[],
  { from, to }: { readonly from: number; readonly to: number },
): PartAnswer {
  const [first] = series;
  if (first === undefined) return { kind: 'nothing', reason: 'no series matches the filter' };
  if (series.length > 1) throw severalSeries(part, series);
  const points = first.points.filter(
    ({ interval }) => Date.parse(interval.endTime) > from && Date.parse(interval.endTime) <= to,
  );
  if (points.length === 0) return { kind: 'nothing', reason: 'no point in this window' };
  if (part === 'buckets')
    return { kind: 'buckets', buckets: bucketsOf(points.map(({ value }) => value.distributionValue)) };
  const values = points.map(({ value }) => value.int64Value ?? value.doubleValue ?? value.distributionValue?.count);
  return { kind: 'number', value: values.reduce<number>((sum, value) => sum + numberOf(part, value ?? null), 0) };
}

function severalSeries(part: string, series: readonly Series[]): AppError {
  const shown = series
    .slice(0, 3)
    .map(({ metric, resource }) => quoted(JSON.stringify({ ...resource.labels, ...metric.labels })));
  return new AppError(
    'bad-input',
    `\`${part}\`: expected one series, found ${series.length} (${shown.join(', ')}); match one of them, or write sum(…) around the filter`,
  );
}

/** Bucket counts are for themselves and may end early; what lies above the last edge is the last bucket. */
function bucketsOf(
  values: readonly (z.output<typeof Distribution> | undefined)[],
): readonly (readonly [Edge, number])[] {
  const distributions = values.map((value) => {
    if (value !== undefined) return value;
    throw new AppError(
      'bad-input',
      '`buckets`: expected a distribution, found one number; ask for a metric of kind DISTRIBUTION',
    );
  });
  const bounds = boundsOf(distributions[0]);
  let sum = 0;
  const edges: (readonly [Edge, number])[] = bounds.map((edge, index) => {
    sum += distributions.reduce((all, { bucketCounts }) => all + (bucketCounts[index] ?? 0), 0);
    return [edge, sum];
  });
  return [...edges.slice(-499), ['+Inf', distributions.reduce((all, { count }) => all + count, 0)]];
}

function boundsOf(distribution: z.output<typeof Distribution> | undefined): readonly number[] {
  const { explicitBuckets, linearBuckets: linear, exponentialBuckets: exponential } = distribution?.bucketOptions ?? {};
  if (linear)
    return Array.from({ length: linear.numFiniteBuckets + 1 }, (_, index) => linear.offset + linear.width * index);
  if (exponential) {
    const { numFiniteBuckets: count, scale, growthFactor: factor } = exponential;
    return Array.from({ length: count + 1 }, (_, index) => scale * factor ** index);
  }
  return explicitBuckets?.bounds ?? [];
}
