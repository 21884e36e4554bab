import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine, quoted } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Address } from '../connections/address.ts';
import { askJson } from '../connections/ask.ts';
import type { Opening } from '../connections/opening.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { fillIn } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { measureByParts, type PartAnswer } from './parts.ts';
import { fillInsOf, windowOf } from './window.ts';

/** What the operator writes of Datadog. */
export const Connection = z.strictObject({
  url: Address.default('https://api.datadoghq.com').describe('The API of your site, e.g. https://api.datadoghq.eu.'),
  'api-key': Secret,
  'application-key': Secret,
  ...Timeout.shape,
});
type Settings = z.output<typeof Connection>;

/** https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-points (v1). Points stand at the start of their rollup. */
const Answer = z.looseObject({
  status: z.string().default('ok'),
  error: z.string().optional(),
  series: z
    .array(
      z.looseObject({
        scope: z.string().default(''),
        interval: z.number().positive(),
        pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
      }),
    )
    .default([]),
});

/** The port to Datadog: the sum of what a query counted per rollup in the window. */
export function openDatadog({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  function measure(question: MetricQuestion) {
    return measureByParts(question, (part, text) => partOf({ connection, place, question, part, text }));
  }
}

async function partOf(given: {
  readonly connection: Settings;
  readonly place: Opening;
  readonly question: MetricQuestion;
  readonly part: string;
  readonly text: string;
}): Promise<PartAnswer> {
  const { connection, place, question, part } = given;
  const text = fillIn(given.text, fillInsOf(question), asTag);
  if (!/\.as_count\(\)|\.rollup\(\s*(?:sum|count)\b/.test(text)) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected a query that counts, found ${quoted(text)}; end it with .as_count()`,
    );
  }
  const { from, to } = windowOf(question);
  const query = new URLSearchParams({
    from: String(Math.floor(from / 1000)),
    to: String(Math.ceil(to / 1000)),
    query: text,
  });
  const answer = await askJson({
    name: place.name,
    url: `${connection.url}/api/v1/query?${query}`,
    headers: {
      'dd-api-key': place.secret(connection['api-key']),
      'dd-application-key': place.secret(connection['application-key']),
    },
    timeoutMs: connection['timeout-seconds'] * 1000,
    now: place.now,
  });
  const { status, error, series } = understood(answer, { schema: Answer, name: place.name, service: 'Datadog' });
  if (status !== 'ok')
    throw new AppError(
      'bad-input',
      `expected an answer of \`${place.name}\`, found ${oneLine(error ?? status, 200)}; correct the query`,
    );
  const [first] = series;
  if (first === undefined) return { kind: 'nothing', reason: `no series matches ${quoted(text)}` };
  if (series.length > 1) {
    const scopes = series.slice(0, 3).map(({ scope }) => quoted(scope));
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected one series, found ${series.length} (${scopes.join(', ')}); sum them, without \`by\``,
    );
  }
  if (first.interval * 1000 > to - from) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected points of at most ${(to - from) / 1000} s, found ${first.interval} s; add .rollup(sum, {seconds})`,
    );
  }
  const counted = first.pointlist.filter(([at, value]) => at >= from && at < to && value !== null);
  if (counted.length === 0)
    return { kind: 'nothing', reason: 'no point in this window; default_zero(…) makes silence a zero' };
  return { kind: 'number', value: counted.reduce((sum, [, value]) => sum + (value ?? 0), 0) };
}

/** Datadog itself writes every other character of a tag as an underscore. */
function asTag(value: string): string {
  return value.replaceAll(/[^\p{L}\p{N}_\-:./]/gu, '_');
}
