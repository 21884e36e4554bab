import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine } from '../../policy/quoted.ts';
import { type Ask, askJson } from '../connections/ask.ts';

const sample = z.tuple([z.number(), z.string()]);
const labels = z.record(z.string(), z.string());

/** A native histogram as the HTTP API writes it: [rule, lower edge, upper edge, count] per bucket. */
const NativeHistogram = z.looseObject({
  count: z.string(),
  sum: z.string(),
  buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).default([]),
});

const Data = z.discriminatedUnion('resultType', [
  z.looseObject({
    resultType: z.literal('matrix'),
    result: z.array(
      z.looseObject({
        metric: labels,
        values: z.array(sample).default([]),
        histograms: z.array(z.tuple([z.number(), NativeHistogram])).default([]),
      }),
    ),
  }),
  z.looseObject({
    resultType: z.literal('vector'),
    result: z.array(z.looseObject({ metric: labels, value: sample.optional() })),
  }),
  z.looseObject({ resultType: z.literal('scalar'), result: sample }),
  z.looseObject({ resultType: z.literal('string'), result: sample }),
]);
/** The answer of an instant query. */
export type PrometheusData = z.infer<typeof Data>;
/** One series of a matrix. */
export type PrometheusSeries = Extract<PrometheusData, { resultType: 'matrix' }>['result'][number];

/** Where a Prometheus (or what speaks its API) answers, and as whom one asks. */
export interface PrometheusServer extends Pick<Ask, 'name' | 'timeoutMs' | 'limitBytes' | 'now'> {
  readonly url: string;
  readonly headers: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

/** Evaluates one expression at one instant (milliseconds since 1970). A warning is an error: it means that something is left out. */
export async function queryPrometheus(server: PrometheusServer, query: string, at: number): Promise<PrometheusData> {
  const body = new URLSearchParams({ query, time: (at / 1000).toFixed(3) });
  const answer = await askPrometheus(server, { path: '/api/v1/query', body: body.toString() });
  return understood(server, Data, answer);
}

/** The names of all labels that the series of a metric have. */
export async function labelsOf(server: PrometheusServer, selector: string): Promise<readonly string[]> {
  const query = new URLSearchParams({ 'match[]': selector });
  const answer = await askPrometheus(server, { path: `/api/v1/labels?${query}` });
  return understood(server, z.array(z.string()), answer);
}

async function askPrometheus(
  server: PrometheusServer,
  { path, body }: { readonly path: string; readonly body?: string },
): Promise<unknown> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const headers = { ...(await server.headers()), ...(body === undefined ? {} : form) };
  const ask = { ...server, url: `${server.url}${path}`, headers };
  const answer = await askJson(body === undefined ? ask : { ...ask, method: 'POST', body });
  const { status, data, error, warnings } = understood(server, Envelope, answer);
  if (status !== 'success') {
    throw new AppError(
      'bad-input',
      `expected an answer of \`${server.name}\`, found ${oneLine(error, 200)}; correct the query`,
    );
  }
  if (warnings.length > 0) {
    throw new AppError(
      'unavailable',
      `expected all data of \`${server.name}\`, found the warning "${oneLine(warnings[0] ?? '', 200)}"; a part of the data says nothing`,
    );
  }
  return data;
}

const Envelope = z.looseObject({
  status: z.enum(['success', 'error']),
  data: z.unknown(),
  error: z.string().default('an error'),
  warnings: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
});

function understood<Schema extends z.ZodType>(
  { name }: PrometheusServer,
  schema: Schema,
  answer: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new AppError(
    'unavailable',
    `expected an answer as Prometheus writes it from \`${name}\`, found another${where === '' ? '' : ` at ${where}`}; check the address`,
  );
}
