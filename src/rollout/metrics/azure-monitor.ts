import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import { Address } from '../connections/address.ts';
import { askJson } from '../connections/ask.ts';
import type { Opening } from '../connections/opening.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { tokenSource } from '../connections/token.ts';
import { understood } from '../connections/understood.ts';
import { fillIn, inAddress, inQuotes } from '../fill-in.ts';
import { checkByMeasuring } from './check.ts';
import { measureByParts, type PartAnswer } from './parts.ts';
import { answerOfRows } from './rows.ts';
import { fillInsOf, windowOf } from './window.ts';

const id = z.string().regex(/^[0-9A-Za-z.-]{1,100}$/, 'an id; copy it from the portal');

/** What the operator writes of Azure Monitor: a workspace of Log Analytics (Application Insights keeps its data in one), and an app registration that may read it. */
export const Connection = z.strictObject({
  workspace: id.describe('The id of the Log Analytics workspace.'),
  tenant: id,
  'client-id': id,
  'client-secret': Secret,
  url: Address.default('https://api.loganalytics.azure.com'),
  'login-url': Address.default('https://login.microsoftonline.com'),
  ...Timeout.shape,
});
type Settings = z.output<typeof Connection>;

/** https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format; `error` beside tables tells of a part that is left out. */
const Answer = z.looseObject({
  tables: z.array(z.looseObject({ name: z.string(), rows: z.array(z.array(z.unknown())) })).min(1),
  error: z.looseObject({ message: z.string().default('a partial error') }).optional(),
});

/** The port to Azure Monitor: KQL over exactly the window. */
export function openAzureMonitor({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  const ask = { name: place.name, timeoutMs: connection['timeout-seconds'] * 1000 };
  const token = tokenSource({
    ask,
    now: place.now,
    form: async () => ({
      url: `${connection['login-url']}/${inAddress(connection.tenant)}/oauth2/v2.0/token`,
      fields: {
        grant_type: 'client_credentials',
        client_id: connection['client-id'],
        client_secret: place.secret(connection['client-secret']),
        scope: `${connection.url}/.default`,
      },
    }),
  });
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  function measure(question: MetricQuestion) {
    return measureByParts(question, (part, text) => partOf(question, part, text));
  }

  async function partOf(question: MetricQuestion, part: string, text: string): Promise<PartAnswer> {
    const { from, to } = windowOf(question);
    // A timespan holds both its ends; the next window begins with the instant after this one's end.
    const timespan = `${new Date(from + 1).toISOString()}/${new Date(to).toISOString()}`;
    const answer = await askJson({
      ...ask,
      url: `${connection.url}/v1/workspaces/${inAddress(connection.workspace)}/query`,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token()}` },
      body: JSON.stringify({ query: fillIn(text, fillInsOf(question), inQuotes), timespan }),
      now: place.now,
    });
    const { tables, error } = understood(answer, { schema: Answer, name: place.name, service: 'Azure Monitor' });
    if (error !== undefined) {
      throw new AppError(
        'unavailable',
        `expected all data of \`${place.name}\`, found "${oneLine(error.message, 200)}"; a part says nothing`,
      );
    }
    return answerOfRows(part, tables[0]?.rows ?? []);
  }
}
