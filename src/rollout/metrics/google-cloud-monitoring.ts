import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Address } from '../connections/address.ts';
import { askJson } from '../connections/ask.ts';
import { googleToken } from '../connections/google-token.ts';
import type { Opening } from '../connections/opening.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { fillIn, inAddress, inQuotes } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { answerOfPoints, Series } from './google-points.ts';
import { isSubset, measureByParts, type PartAnswer } from './parts.ts';
import { fillInsOf, windowOf } from './window.ts';

/** What the operator writes of Google Cloud Monitoring. The service account needs `roles/monitoring.viewer`. */
export const Connection = z.strictObject({
  project: z.string().regex(/^[a-z0-9:.-]{1,100}$/, 'the id of a project; copy it from the console'),
  key: Secret,
  url: Address.default('https://monitoring.googleapis.com'),
  ...Timeout.shape,
});
type Settings = z.output<typeof Connection>;

const Answer = z.looseObject({
  timeSeries: z.array(Series).default([]),
  executionErrors: z.array(z.unknown()).default([]),
  nextPageToken: z.string().optional(),
});

/** The port to Google Cloud Monitoring: a filter's counts over exactly the window, also of distributions. */
export function openGoogleCloudMonitoring({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  const common = { name: place.name, timeoutMs: connection['timeout-seconds'] * 1000 };
  const scope = 'https://www.googleapis.com/auth/monitoring.read';
  const token = googleToken({ ...common, now: place.now, scope, key: () => place.secret(connection.key) });
  const root = `${connection.url}/v3/projects/${inAddress(connection.project)}`;
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  function measure(question: MetricQuestion) {
    return measureByParts(question, async (part, text) => {
      const filled = fillIn(text, fillInsOf(question), inQuotes);
      const answer = await partOf(question, part, filled);
      // A counter of failures is often written with the first failure: where others of its metric are written, none of it is zero.
      return answer.kind === 'nothing' && isSubset(part) && (await isWritten(question, filled))
        ? { kind: 'number', value: 0 }
        : answer;
    });
  }

  async function partOf(question: MetricQuestion, part: string, text: string): Promise<PartAnswer> {
    const { from, to } = windowOf(question);
    const seconds = (to - from) / 1000;
    if (seconds < 60 || seconds % 60 !== 0) {
      throw new AppError(
        'bad-input',
        `expected whole minutes, which Cloud Monitoring aligns to, found ${seconds} s; set interval-seconds to a multiple of 60`,
      );
    }
    const [, inner] = /^\s*sum\s*\(([\s\S]*)\)\s*$/i.exec(text) ?? [];
    const query = new URLSearchParams({
      filter: (inner ?? text).trim(),
      'interval.startTime': new Date(from).toISOString(),
      'interval.endTime': new Date(to).toISOString(),
      'aggregation.alignmentPeriod': `${seconds}s`,
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
      ...(inner !== undefined && { 'aggregation.crossSeriesReducer': 'REDUCE_SUM' }),
    });
    const answer = await ask(`timeSeries?${query}`);
    const { timeSeries, executionErrors, nextPageToken } = understood(answer, {
      schema: Answer,
      name: place.name,
      service: 'Cloud Monitoring',
    });
    if (executionErrors.length > 0 || nextPageToken) {
      throw new AppError(
        'unavailable',
        `expected all data of \`${place.name}\`, found a part; match fewer series, or write sum(…)`,
      );
    }
    return answerOfPoints(part, timeSeries, { from, to });
  }

  /** Whether any series of the metric was written in the last hour. */
  async function isWritten(question: MetricQuestion, text: string): Promise<boolean> {
    const type = /metric\.type\s*=\s*"([^"\\]+)"/.exec(text)?.[1];
    if (type === undefined) return false;
    const { to } = windowOf(question);
    const query = new URLSearchParams({
      filter: `metric.type="${type}"`,
      'interval.startTime': new Date(to - 3_600_000).toISOString(),
      'interval.endTime': new Date(to).toISOString(),
      view: 'HEADERS',
      pageSize: '1',
    });
    const answer = await ask(`timeSeries?${query}`);
    const { timeSeries } = understood(answer, { schema: Answer, name: place.name, service: 'Cloud Monitoring' });
    return timeSeries.length > 0;
  }

  async function ask(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${await token()}` };
    return await askJson({ ...common, url: `${root}/${path}`, headers, now: place.now });
  }
}
