import pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine } from '../../policy/quoted.ts';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import type { Opening } from '../connections/opening.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { checkByMeasuring } from './check.ts';
import { measureByParts, type PartAnswer } from './parts.ts';
import { answerOfRows } from './rows.ts';
import { parameterised } from './sql-parameters.ts';

/** What the operator writes of a PostgreSQL. The address is a credential as a whole; its role should read a few tables only. */
export const Connection = z.strictObject({ url: Secret, ...Timeout.shape });
type Settings = z.output<typeof Connection>;

/** Edges of a histogram, and one row to see that there are more. */
const mostRows = 501;

/** The port to a PostgreSQL: one snapshot for all parts of a metric, in a transaction that can only read. */
export function openPostgresql({
  connection,
  place,
}: {
  readonly connection: Settings;
  readonly place: Opening;
}): MetricSource {
  return { measure, check: (question) => checkByMeasuring(question, measure) };

  async function measure(question: MetricQuestion) {
    const open: { session?: Promise<pg.Client> } = {};
    try {
      return await measureByParts(question, async (part, text) => {
        const { sql, values } = parameterised(part, text, question);
        open.session ??= begin(connection, place);
        return await ask(await open.session, { name: place.name, part, sql, values });
      });
    } finally {
      // What it said of its connection was said by the parts.
      await open.session?.then((client) => client.end()).catch(() => undefined);
    }
  }
}

async function begin(connection: Settings, place: Opening): Promise<pg.Client> {
  const milliseconds = connection['timeout-seconds'] * 1000;
  const url = place.secret(connection.url);
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new AppError(
      'bad-config',
      `expected postgres://… in \`url\` of \`${place.name}\`, found another text; correct it`,
    );
  }
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: milliseconds,
    statement_timeout: milliseconds,
    query_timeout: milliseconds + 500,
    application_name: 'siskin',
  });
  // A server that goes away between two queries is seen by the next.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw told(error, place.name);
  }
}

async function ask(
  client: pg.Client,
  {
    name,
    part,
    sql,
    values,
  }: { readonly name: string; readonly part: string; readonly sql: string; readonly values: readonly unknown[] },
): Promise<PartAnswer> {
  // As a subquery it can only select; the extended protocol takes one statement at a time.
  const text = `SELECT * FROM (\n${sql}\n) AS part LIMIT ${mostRows}`;
  const query = { text, values: [...values], rowMode: 'array', queryMode: 'extended' } as const;
  try {
    const { rows } = await client.query<unknown[]>(query);
    return answerOfRows(part, rows);
  } catch (error) {
    throw told(error, name);
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function told(error: unknown, name: string): unknown {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const said = oneLine(error instanceof Error ? error.message : 'an error', 200);
  if (code === '57014' || /timeout/i.test(said)) {
    return new AppError(
      'timed-out',
      `expected an answer of \`${name}\` in time, found "${said}"; make the query quicker or the timeout longer`,
    );
  }
  if (code.startsWith('28') || code === '42501') {
    return new AppError(
      'not-permitted',
      `expected \`${name}\` to let its role read, found "${said}"; grant it, or correct the credential`,
    );
  }
  if (/^(?:0A|22|25|42)/.test(code)) {
    return new AppError('bad-input', `expected a query that \`${name}\` can answer, found "${said}"; correct it`);
  }
  return new AppError('unavailable', `expected to reach \`${name}\`, found "${said}"; check its address`);
}
