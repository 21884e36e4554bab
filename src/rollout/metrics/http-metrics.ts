import { z } from 'zod';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Address } from '../connections/address.ts';
import { askJson } from '../connections/ask.ts';
import { Authorization, authorization } from '../connections/authorization.ts';
import type { Opening } from '../connections/opening.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { measureByParts, type PartAnswer } from './parts.ts';
import { fillInsOf } from './window.ts';

/** What the operator writes of a server of their own that keeps the contract of docs/metric-sources.md. */
export const Connection = z.strictObject({ url: Address, ...Authorization.shape, ...Timeout.shape });
type Settings = z.output<typeof Connection>;

const bucket = z.tuple([z.union([z.number(), z.literal('+Inf')]), z.number()]);
const Answer = z.looseObject({
  parts: z.record(z.string(), z.union([z.number(), z.null(), z.array(bucket).max(500)])),
  reset: z.boolean().default(false),
});

/** The port to a server of the operator: one POST for all parts of a metric. */
export function openHttpMetrics({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  function measure(question: MetricQuestion) {
    let answer: Promise<z.output<typeof Answer>> | null = null;
    return measureByParts(question, async (part) => {
      answer ??= ask(question);
      const { parts, reset } = await answer;
      return partOf(parts[part], reset);
    });
  }

  async function ask(question: MetricQuestion): Promise<z.output<typeof Answer>> {
    const { name, metric, model, arm, version, from, to } = question;
    const query = Object.entries(metric.query ?? {}).map(([part, text]) => [
      part,
      fillIn(text, fillInsOf(question), asItIs),
    ]);
    const answer = await askJson({
      name: place.name,
      url: connection.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization(connection, place) },
      body: JSON.stringify({
        metric: name,
        kind: metric.kind,
        model,
        arm,
        version,
        from,
        to,
        query: Object.fromEntries(query),
      }),
      timeoutMs: connection['timeout-seconds'] * 1000,
      now: place.now,
    });
    return understood(answer, { schema: Answer, name: place.name, service: 'the contract' });
  }
}

function partOf(part: z.output<typeof Answer>['parts'][string] | undefined, reset: boolean): PartAnswer {
  if (part === undefined || part === null) return { kind: 'nothing', reason: 'the server knows nothing of it' };
  return typeof part === 'number' ? { kind: 'number', value: part, reset } : { kind: 'buckets', buckets: part, reset };
}
