import { z } from 'zod';
import { AppError } from '../../error.ts';
import { nearest } from '../../policy/nearest.ts';
import { quoted } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Address } from '../connections/address.ts';
import { Authorization, authorization } from '../connections/authorization.ts';
import type { Opening } from '../connections/opening.ts';
import { fillIn, inPromql } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { type CounterTrack, increaseOf, inWindow } from './counter-increase.ts';
import { isSubset, measureByParts, type PartAnswer, partProblems } from './parts.ts';
import { labelsOf, type PrometheusServer, queryPrometheus } from './prometheus-api.ts';
import { bornTracks } from './prometheus-births.ts';
import { hasRange, parseSelector } from './prometheus-selector.ts';
import { counterTracks, differing, edgesOf, histogramTracks, numberIn } from './prometheus-tracks.ts';
import { fillInsOf, windowOf } from './window.ts';

/** What the operator writes of a Prometheus, or of what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics). */
export const Connection = z.strictObject({
  url: Address,
  ...Authorization.shape,
  tenant: z.string().min(1).max(200).optional().describe('For Mimir and Cortex: the tenant (X-Scope-OrgID).'),
  'timeout-seconds': z.number().min(0.1).max(60).default(10).describe('How long one query may take.'),
  'lookback-seconds': z
    .number()
    .int()
    .min(10)
    .max(3600)
    .default(300)
    .describe('How far before a window a counter’s last sample may lie: more than the longest scrape interval.'),
});

/** The port to a Prometheus. Counters are differences of their raw samples; any other expression is evaluated as it stands. */
export function openPrometheus({
  connection,
  place,
}: {
  readonly connection: z.output<typeof Connection>;
  readonly place: Opening;
}): MetricSource {
  const { tenant, 'timeout-seconds': timeout, 'lookback-seconds': lookback } = connection;
  const server: PrometheusServer = {
    name: place.name,
    url: connection.url,
    timeoutMs: timeout * 1000,
    now: place.now,
    headers: () => ({ ...authorization(connection, place), ...(tenant && { 'x-scope-orgid': tenant }) }),
  };
  return prometheusSource(server, lookback * 1000);
}

/** The same for any server that speaks the API. */
export function prometheusSource(server: PrometheusServer, lookbackMs: number): MetricSource {
  return { measure, check: (question) => check(server, question, measure) };

  function measure(question: MetricQuestion) {
    return measureByParts(question, async (part, text) => {
      const filled = filledIn(question, text);
      const answer = await partOf(server, { part, text: filled, question, lookbackMs });
      if (answer.kind !== 'nothing' || !isSubset(part)) return answer;
      return (await isReadElsewhere(server, filled, question)) ? { kind: 'number', value: 0 } : answer;
    });
  }
}

/** Whether others of the metric were read in this window: then there is none of these, while silence could mean that nobody counts. */
async function isReadElsewhere(server: PrometheusServer, text: string, question: MetricQuestion): Promise<boolean> {
  const metric = parseSelector(text)?.metric;
  if (!metric) return false;
  const { from, to } = windowOf(question);
  const data = await queryPrometheus(server, `count(present_over_time(${metric}[${to - from}ms]))`, to);
  return data.resultType === 'vector' && data.result.length > 0;
}

function filledIn(question: MetricQuestion, text: string): string {
  return fillIn(text, fillInsOf(question), inPromql);
}

interface Part {
  readonly part: string;
  readonly text: string;
  readonly question: MetricQuestion;
  readonly lookbackMs: number;
}

async function partOf(server: PrometheusServer, given: Part): Promise<PartAnswer> {
  const counter = parseSelector(given.text);
  return counter === null ? evaluated(server, given) : await counted(server, { ...given, ...counter });
}

async function counted(
  server: PrometheusServer,
  { part, question, lookbackMs, selector, isSummed }: Part & { readonly selector: string; readonly isSummed: boolean },
): Promise<PartAnswer> {
  const window = windowOf(question);
  const range = `${selector}[${window.to - window.from + lookbackMs}ms]`;
  const data = await queryPrometheus(server, range, window.to);
  if (data.resultType !== 'matrix')
    throw new AppError('bad-input', `expected series, found a ${data.resultType}; name a counter`);
  const tracks = (part === 'buckets' ? histogramTracks : counterTracks)(data.result);
  const read = tracks.filter((track) => inWindow(track, window).length > 0);
  const differ = isSummed ? null : differing(read);
  if (differ !== null) throw severalSeries(part, read.length, differ);
  const born = await bornTracks(server, read, window, lookbackMs);
  const increase = increaseOf(read, { ...window, isBorn: (track: CounterTrack) => born.has(track) });
  if (increase === null) {
    const stale =
      tracks.length > 0
        ? 'no sample in this window, but earlier ones: nothing is scraped any more'
        : 'no series matches';
    return { kind: 'nothing', reason: `${stale} ${quoted(selector)}` };
  }
  const { cumulative, reset } = increase;
  // The contract of evidence allows 500 edges.
  if (part === 'buckets') return { kind: 'buckets', buckets: edgesOf(cumulative, 500), reset };
  return { kind: 'number', value: cumulative[0]?.[1] ?? 0, reset };
}

async function evaluated(server: PrometheusServer, { part, text, question }: Part): Promise<PartAnswer> {
  const data = await queryPrometheus(server, text, windowOf(question).to);
  if (data.resultType === 'scalar') return { kind: 'number', value: numberIn(data.result[1]) };
  if (data.resultType !== 'vector') {
    throw new AppError('bad-input', `\`${part}\`: expected a number, found a ${data.resultType}; correct the query`);
  }
  if (data.result.length === 0) return { kind: 'nothing', reason: `nothing matches ${quoted(text)}` };
  if (part === 'buckets') {
    const cumulative = data.result.map(
      ({ metric, value }) => [numberIn(metric['le'] ?? ''), numberIn(value?.[1] ?? '')] as const,
    );
    return {
      kind: 'buckets',
      buckets: edgesOf(
        [...cumulative].sort(([a], [b]) => a - b),
        500,
      ),
    };
  }
  const differ = differing(data.result.map(({ metric }) => ({ labels: metric, readings: [] })));
  if (differ !== null) throw severalSeries(part, data.result.length, differ);
  return { kind: 'number', value: numberIn(data.result[0]?.value?.[1] ?? '') };
}

function severalSeries(part: string, count: number, differ: string): AppError {
  return new AppError(
    'bad-input',
    `\`${part}\`: expected one series, found ${count} that differ by ${differ}; match one of them, or write sum(…) where their sum is meant`,
  );
}

async function check(
  server: PrometheusServer,
  question: MetricQuestion,
  measure: MetricSource['measure'],
): Promise<readonly string[]> {
  const wrong = partProblems(question.metric);
  if (wrong.length > 0) return wrong;
  try {
    const parts = Object.entries(question.metric.query ?? {});
    const sentences = (await Promise.all(parts.map((part) => partTrouble(server, question, part)))).flat();
    if (sentences.length > 0) return sentences;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [error.message];
  }
  return checkByMeasuring(question, measure);
}

async function partTrouble(
  server: PrometheusServer,
  question: MetricQuestion,
  [part, text]: readonly [string, string],
): Promise<readonly string[]> {
  const counter = parseSelector(filledIn(question, text));
  if (counter === null) {
    if (hasRange(text)) return [];
    return [
      `\`${part}\`: expected a counter, or an expression over a range such as increase(…[{seconds}s]), found ${quoted(text)}; without a range it would count from the start of the process.`,
    ];
  }
  if (counter.metric === null) return [];
  const known = await labelsOf(server, counter.metric);
  if (known.length === 0) {
    return [
      `\`${part}\`: expected a metric that \`${server.name}\` has, found ${quoted(counter.metric)}; correct its name.`,
    ];
  }
  return counter.labels
    .filter((label) => !known.includes(label))
    .map((label) => {
      const meant = nearest(label, known);
      const fix = meant === null ? `it has ${known.slice(0, 20).join(', ')}.` : `did you mean \`${meant}\`?`;
      return `\`${part}\`: expected a label of ${counter.metric}, found ${quoted(label)}; ${fix}`;
    });
}
