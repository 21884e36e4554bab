import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine, quoted } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { signedForAws } from '../aws-signature.ts';
import { Address } from '../connections/address.ts';
import { askJson } from '../connections/ask.ts';
import { AwsKeys, awsCredentials } from '../connections/aws-keys.ts';
import type { Opening } from '../connections/opening.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { asPlainWord, fillIn } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { measureByParts, type PartAnswer } from './parts.ts';
import { fillInsOf, windowOf } from './window.ts';

/** What the operator writes of Amazon CloudWatch. The credentials need `cloudwatch:GetMetricData` only. */
export const Connection = z.strictObject({
  ...AwsKeys.shape,
  url: Address.optional().describe('Default: https://monitoring.<region>.amazonaws.com.'),
  ...Timeout.shape,
});
type Settings = z.output<typeof Connection>;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html, in its JSON protocol: times are seconds since 1970. */
const Answer = z.looseObject({
  MetricDataResults: z.array(
    z.looseObject({
      Label: z.string().default(''),
      StatusCode: z.string().default('Complete'),
      Timestamps: z.array(z.number()).default([]),
      Values: z.array(z.number()).default([]),
    }),
  ),
  Messages: z.array(z.looseObject({ Value: z.string().default('') })).default([]),
  NextToken: z.string().nullish(),
});

const periodMs = 60_000;

/** The port to CloudWatch: the sum of an expression's minutes in the window. */
export function openCloudwatch({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  function measure(question: MetricQuestion) {
    return measureByParts(question, (part, text) => partOf(question, part, text));
  }

  async function partOf(question: MetricQuestion, part: string, text: string): Promise<PartAnswer> {
    const { from, to } = windowOf(question);
    if ((to - from) % periodMs !== 0) {
      const seconds = (to - from) / 1000;
      throw new AppError(
        'bad-input',
        `expected whole minutes, which CloudWatch counts in, found ${seconds} s; set interval-seconds to a multiple of 60`,
      );
    }
    const expression = fillIn(text, fillInsOf(question), asPlainWord);
    const { MetricDataResults: results, Messages: messages, NextToken: next } = await ask({ from, to, expression });
    if (messages.length > 0) {
      throw new AppError(
        'bad-input',
        `expected an answer of \`${place.name}\`, found "${oneLine(messages[0]?.Value ?? '', 200)}"; correct the query`,
      );
    }
    const [first] = results;
    if (first === undefined) return { kind: 'nothing', reason: `no metric matches ${quoted(expression)}` };
    if (results.length > 1 || next) {
      const labels = results.slice(0, 3).map(({ Label }) => quoted(Label));
      throw new AppError(
        'bad-input',
        `\`${part}\`: expected one series, found several (${labels.join(', ')}); write SUM(…) around them`,
      );
    }
    if (first.StatusCode !== 'Complete') {
      throw new AppError(
        'unavailable',
        `expected all data of \`${place.name}\`, found ${quoted(first.StatusCode)}; a part says nothing`,
      );
    }
    const values = first.Timestamps.flatMap((at, index) =>
      at * 1000 >= from && at * 1000 < to ? [first.Values[index] ?? Number.NaN] : [],
    );
    if (values.length === 0)
      return { kind: 'nothing', reason: 'no data in this window; FILL(…, 0) makes silence a zero' };
    return { kind: 'number', value: values.reduce((sum, value) => sum + value, 0) };
  }

  async function ask(wanted: {
    readonly from: number;
    readonly to: number;
    readonly expression: string;
  }): Promise<z.output<typeof Answer>> {
    const url = connection.url ?? `https://monitoring.${connection.region}.amazonaws.com`;
    const query = { Id: 'part', Expression: wanted.expression, Period: periodMs / 1000, ReturnData: true };
    const body = JSON.stringify({
      StartTime: wanted.from / 1000,
      EndTime: wanted.to / 1000,
      ScanBy: 'TimestampAscending',
      MetricDataQueries: [query],
    });
    const headers = signedForAws({
      method: 'POST',
      url: `${url}/`,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData',
      },
      body,
      service: 'monitoring',
      region: connection.region,
      credentials: awsCredentials(connection, place),
      at: place.now(),
    });
    const timeoutMs = connection['timeout-seconds'] * 1000;
    const answer = await askJson({
      name: place.name,
      url: `${url}/`,
      method: 'POST',
      headers,
      body,
      timeoutMs,
      now: place.now,
    });
    return understood(answer, { schema: Answer, name: place.name, service: 'CloudWatch' });
  }
}
