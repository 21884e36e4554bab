import { execFileSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import { openSource, questionOf } from './source-contract.ts';

const schema = `
create sequence counter;
create table served (version text, at timestamptz, failed boolean, score double precision, note text);
insert into served select 'v1.4.0', '2026-03-01T12:00:00Z'::timestamptz + i * interval '1 second', i % 10 = 0, i, 'many' from generate_series(0, 119) i;
create table labels (version text, exposed_at timestamptz, labelled_at timestamptz, wrong boolean);
insert into labels select 'v1.4.0', '2026-03-01T11:00:00Z'::timestamptz + i * interval '1 second',
  '2026-03-01T11:00:00Z'::timestamptz + i * interval '1 second' + (case when i % 2 = 0 then 1 else 90 end) * interval '1 minute', true
  from generate_series(1, 60) i;
`;

/** PGlite behind the wire protocol, or a database on the server that SISKIN_TEST_DATABASE_URL names. */
async function startDatabase() {
  const server = process.env['SISKIN_TEST_DATABASE_URL'];
  if (server !== undefined) {
    const name = `siskin_source_${process.pid}`;
    execFileSync('psql', ['--quiet', server, '-c', `create database ${name}`]);
    const url = new URL(server);
    url.pathname = `/${name}`;
    execFileSync('psql', ['--quiet', url.href, '-c', schema]);
    return { url: url.href, stop: async () => undefined };
  }
  const database = await PGlite.create();
  await database.exec(schema);
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    let isStarted = false;
    let chain = Promise.resolve();
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      chain = chain.then(async () => {
        if (isStarted) return void socket.write(await database.execProtocolRaw(chunk));
        isStarted = true;
        // AuthenticationOk and ReadyForQuery: PGlite has one session, which is always there.
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]));
      });
    });
    // The server ends the transaction of a client that went away.
    socket.on('close', () => {
      chain = chain.then(async () => void (await database.exec('ROLLBACK')));
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo; // it listens on TCP
  return {
    url: `postgres://siskin:s3cr3t@127.0.0.1:${port}/postgres`,
    async stop() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await database.close();
    },
  };
}

const window = 'version = {version} AND at > {from} AND at <= {to}';
const query = {
  requests: `SELECT count(*) FROM served WHERE ${window}`,
  events: `SELECT count(*) FROM served WHERE failed AND ${window}`,
};

describe('PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof startDatabase>>;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(async () => await database.stop());

  function source(settings = '') {
    return openSource({
      kind: 'postgresql',
      settings: `url: {env: DATABASE}\n${settings}`,
      env: { DATABASE: database.url },
    });
  }

  function measure(parts: Readonly<Record<string, string>>) {
    return source().measure(questionOf({ ...query, ...parts }));
  }

  it('counts what was exposed after the beginning of the window, up to its end', async () => {
    expect(await measure({})).toEqual({ kind: 'value', counts: { n: 60, x: 6 }, reset: false });
  });

  it('tells nothing from zero', async () => {
    expect(
      await measure({
        requests: `SELECT count(*) FROM served WHERE false AND ${window}`,
        events: `SELECT 0 WHERE {from} < {to}`,
      }),
    ).toMatchObject({ missing: 'no-traffic' });
    expect(await measure({ requests: `SELECT sum(score) FROM served WHERE false AND ${window}` })).toMatchObject({
      missing: 'no-series',
    });
    expect(await measure({ requests: `SELECT 1 WHERE {from} > {to}` })).toMatchObject({ missing: 'no-series' });
  });

  it.each([
    ['two rows', `SELECT i FROM generate_series(1, 2) i WHERE {from} < {to}`, /found 2 rows/],
    ['two columns', 'SELECT 1, 2 WHERE {from} < {to}', /2 columns/],
    ['NaN', `SELECT 'NaN'::float8 WHERE {from} < {to}`, /NaN/],
    ['a text', 'SELECT note FROM served WHERE at > {from} AND {to} > {from} LIMIT 1', /found a string/],
    ['a table that is not there', 'SELECT count(*) FROM absent WHERE {from} < {to}', /"absent" does not exist/],
    ['bad SQL', 'SELEKT 1 WHERE {from} < {to}', /syntax error/],
  ])('refuses %s', async (_, requests, words) => {
    expect(await measure({ requests })).toMatchObject({ kind: 'failed', reason: expect.stringMatching(words) });
  });

  it.each([
    ['a write', 'INSERT INTO served (at) VALUES ({from}), ({to}) RETURNING 1'],
    [
      'a write within a query',
      'WITH gone AS (DELETE FROM served WHERE at > {from} AND at <= {to} RETURNING 1) SELECT count(*) FROM gone',
    ],
    ['a second statement', 'SELECT 1 WHERE {from} < {to}) AS a; DELETE FROM served; SELECT (1'],
    ['another mode', `SELECT 1 FROM set_config('transaction_read_only', 'off', false) WHERE {from} < {to}`],
    ['a function that writes', `SELECT nextval('counter') WHERE {from} < {to}`],
  ])('cannot be made to do %s', async (_, requests) => {
    expect(await measure({ requests })).toMatchObject({ kind: 'failed' });
    expect(await measure({})).toMatchObject({ counts: { n: 60 } });
  });

  it('takes a hostile version as a value', async () => {
    const version = "v1.4.0' OR true --";

    expect(await source().measure(questionOf(query, { version }))).toMatchObject({ missing: 'no-traffic' });
  });

  it('compares cohorts whose labels had equal time, however late one looks', async () => {
    const cohort = 'version = {version} AND exposed_at > {from} AND exposed_at <= {to}';
    const labels = {
      users: `SELECT count(*) FROM labels WHERE ${cohort}`,
      converted: `SELECT count(*) FROM labels WHERE wrong AND labelled_at <= exposed_at + interval '1 hour' AND ${cohort}`,
    };
    const metric = RolloutMetricPolicy.parse({ source: 'it', kind: 'conversion', query: labels });

    const measured = await source('delay-seconds: 3600').measure({ ...questionOf(query), metric });

    // Those who were exposed from 11:00 to 11:01, of whom every other got a label within its hour.
    expect(measured).toEqual({ kind: 'value', counts: { n: 60, x: 30 }, reset: false });
  });

  it('says that the address is none, or that nobody is there, without its password', async () => {
    for (const url of ['mysql://s3cr3t@localhost', 'postgres://siskin:s3cr3t@127.0.0.1:9/x']) {
      const one = openSource({ kind: 'postgresql', settings: 'url: {env: DATABASE}', env: { DATABASE: url } });

      const measured = await one.measure(questionOf(query));

      expect(measured).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^expected .*found .*; /) });
      expect(JSON.stringify(measured)).not.toContain('s3cr3t');
    }
  });
});
