import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Address } from '../connections/address.ts';
import { askJson } from '../connections/ask.ts';
import type { Opening } from '../connections/opening.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { fillIn, inQuotes } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { measureByParts, type PartAnswer } from './parts.ts';
import { answerOfRows } from './rows.ts';
import { fillInsOf, windowOf } from './window.ts';

/** What the operator writes of New Relic. */
export const Connection = z.strictObject({
  url: Address.default('https://api.newrelic.com').describe('For EU accounts https://api.eu.newrelic.com.'),
  account: z.number().int().positive().describe('The number of the account.'),
  key: Secret,
  ...Timeout.shape,
});
type Settings = z.output<typeof Connection>;

const Row = z.record(z.string(), z.unknown());
const Answer = z.looseObject({
  data: z
    .looseObject({
      actor: z.looseObject({
        account: z.looseObject({ nrql: z.looseObject({ results: z.array(Row) }).nullable() }).nullable(),
      }),
    })
    .nullish(),
  errors: z.array(z.looseObject({ message: z.string() })).default([]),
});

const graph =
  'query($account: Int!, $nrql: Nrql!, $timeout: Seconds) { actor { account(id: $account) { nrql(query: $nrql, timeout: $timeout) { results } } } }';

/** The port to New Relic: NRQL by NerdGraph, over exactly the window. */
export function openNewRelic({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  function measure(question: MetricQuestion) {
    return measureByParts(question, async (part, text) => await partOf(part, nrqlOf(question, part, text)));
  }

  async function partOf(part: string, nrql: string): Promise<PartAnswer> {
    const seconds = connection['timeout-seconds'];
    const variables = { account: connection.account, nrql, timeout: Math.ceil(Math.max(5, seconds)) };
    const answer = await askJson({
      name: place.name,
      url: `${connection.url}/graphql`,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'api-key': place.secret(connection.key) },
      body: JSON.stringify({ query: graph, variables }),
      timeoutMs: seconds * 1000,
      now: place.now,
    });
    const { data, errors } = understood(answer, { schema: Answer, name: place.name, service: 'New Relic' });
    const results = data?.actor.account?.nrql?.results;
    if (errors.length > 0 || results === undefined) {
      const said = oneLine(errors[0]?.message ?? 'no results', 200);
      throw new AppError(
        'bad-input',
        `expected an answer of \`${place.name}\`, found "${said}"; correct the query or what the key may read`,
      );
    }
    return answerOfRows(
      part,
      results.map((row) => Object.values(row)),
    );
  }
}

function nrqlOf(question: MetricQuestion, part: string, text: string): string {
  // Words within quotes are values, e.g. of a label.
  if (/\b(?:since|until|timeseries|facet)\b/i.test(text.replaceAll(/'(?:\\.|[^'\\])*'/g, ''))) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected NRQL without SINCE, UNTIL, TIMESERIES and FACET, found one of them; the window is added`,
    );
  }
  const { from, to } = windowOf(question);
  return `${fillIn(text, fillInsOf(question), inQuotes)} SINCE ${from} UNTIL ${to}`;
}
