import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import type { MetricQuestion, MetricSource } from '../../../src/ports/metric-source.ts';
import { readConnections } from '../../../src/rollout/connections.ts';

/** What a part of the query is at the source: a number, nothing, or something that is no measurement. */
export type Cell = number | null | 'NaN' | 'text' | 'two';

/** What the server is asked, as it arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** One adapter, and a server that answers it as the service's documentation says. */
export interface SourceUnderTest {
  readonly kind: string;
  /** The settings of the connection as YAML, beside its kind and lists. */
  readonly settings: (url: string) => string;
  readonly env?: (url: string) => Readonly<Record<string, string>>;
  /** The parts of an error rate. The server tells them apart by the words `served` and `failed`. */
  readonly query: Readonly<Record<string, string>>;
  /** What the server says while a part is this cell; null: another request, e.g. for a token, which always succeeds. */
  readonly answer: (
    asked: Asked,
    cellOf: (text: string) => Cell,
  ) => { readonly status?: number; readonly body: unknown };
  /** Requests that are not about the part itself pass while the service is broken. */
  readonly isPreparation?: (asked: Asked) => boolean;
  /** Where absence means zero for events. */
  readonly absentEvents?: 'zero' | 'no-series';
  /** How a hostile version must arrive; null where nothing of it may. */
  readonly hostile: { readonly version: string; readonly arrives: string | null };
  /** Services that cannot say something: a number is never text in a typed table, e.g. */
  readonly impossible?: readonly ('NaN' | 'text' | 'two')[];
}

/** A window of one minute that ended just now. */
export const now = Date.parse('2026-03-01T12:01:00Z');

export function questionOf(
  query: Readonly<Record<string, string>>,
  more: Partial<MetricQuestion> = {},
): MetricQuestion {
  return {
    name: 'errors',
    metric: RolloutMetricPolicy.parse({ source: 'it', kind: 'error-rate', query }),
    model: 'fraud',
    arm: 'champion',
    version: 'v1.4.0',
    from: '2026-03-01T12:00:00Z',
    to: '2026-03-01T12:01:00Z',
    ...more,
  };
}

type Trouble =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'silent' | 'html' | 'huge' | 'skewed' | 'cut' };

/** A server that breaks as services break, in front of one that answers as documented. */
export async function startSource(source: Pick<SourceUnderTest, 'answer' | 'isPreparation'>, clock = () => now) {
  const state: { cells: Record<'served' | 'failed', Cell>; trouble: Trouble | null; readonly asked: Asked[] } = {
    cells: { served: 150, failed: 6 },
    trouble: null,
    asked: [],
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { method = '', headers } = request;
    const asked = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: Buffer.concat(chunks).toString(),
    };
    state.asked.push(asked);
    response.setHeader('date', new Date(clock()).toUTCString());
    const trouble = source.isPreparation?.(asked) ? null : state.trouble;
    switch (trouble?.kind) {
      case 'silent':
        return;
      case 'cut':
        response.write('{"sta');
        return void response.destroy();
      case 'html':
        return void response.setHeader('content-type', 'text/html').end('<html>Sign in</html>');
      case 'huge': {
        response.on('error', () => undefined);
        return void response.end(`"${'x'.repeat(17_000_000)}"`);
      }
      case 'status':
        return void response
          .writeHead(trouble.status, { 'content-type': 'application/json', ...trouble.headers })
          .end(JSON.stringify({ message: `no: ${JSON.stringify(headers)}` }));
      default: {
        if (trouble?.kind === 'skewed') response.setHeader('date', new Date(clock() + 300_000).toUTCString());
        const { status = 200, body } = source.answer(
          asked,
          (text) => state.cells[/failed/.test(text) ? 'failed' : 'served'],
        );
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Opens a source as a policy of acme/fraud would, through a file of connections. */
export function openSource(options: {
  readonly kind: string;
  readonly settings: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly at?: number;
}): MetricSource {
  const settings = options.settings.trim().replaceAll(/\n\s*/g, '\n    ');
  const text = `connections:\n  it:\n    kind: ${options.kind}\n    ${settings}\n    repositories: [acme/*]\n    environments: [production]\n`;
  const env = { SECRET: 's3cr3t-s3cr3t', ...options.env };
  const read = readConnections({ text, file: 'connections.yml', env, now: () => options.at ?? now });
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems, null, 2));
  return read.connections.openMetricSource({ connection: 'it', repository: 'acme/fraud', environment: 'production' });
}

/** What every metric source must do, over the wire. */
export function sourceContract(source: SourceUnderTest): void {
  describe(`${source.kind}, as every metric source`, () => {
    async function start() {
      const server = await startSource(source);
      const env = source.env?.(server.url) ?? {};
      return Object.assign(server, {
        source: openSource({ kind: source.kind, settings: source.settings(server.url), env }),
      });
    }

    it('measures a value of the window', async () => {
      await using server = await start();

      expect(await server.source.measure(questionOf(source.query))).toMatchObject({
        kind: 'value',
        counts: { n: 150, x: 6 },
      });
    });

    it('tells no series from no traffic', async () => {
      await using server = await start();

      server.state.cells.served = null;
      expect(await server.source.measure(questionOf(source.query))).toMatchObject({
        kind: 'missing',
        missing: 'no-series',
      });
      server.state.cells = { served: 0, failed: 0 };
      expect(await server.source.measure(questionOf(source.query))).toMatchObject({
        kind: 'missing',
        missing: 'no-traffic',
      });
    });

    it('takes no failures for none only where it knows that they would be seen', async () => {
      await using server = await start();

      server.state.cells.failed = null;
      const measured = await server.source.measure(questionOf(source.query));

      expect(measured).toMatchObject(
        source.absentEvents === 'zero'
          ? { kind: 'value', counts: { n: 150, x: 0 } }
          : { kind: 'missing', missing: 'no-series' },
      );
    });

    for (const cell of ['NaN', 'text', 'two'] as const) {
      it.skipIf(source.impossible?.includes(cell) ?? false)(`refuses ${cell} as a number, and says so`, async () => {
        await using server = await start();

        server.state.cells.failed = cell;
        const measured = await server.source.measure(questionOf(source.query));

        expect(measured).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/expected .*found .*; /s) });
      });
    }

    it('refuses more failures than requests', async () => {
      await using server = await start();

      server.state.cells.failed = 151;

      expect(await server.source.measure(questionOf(source.query))).toMatchObject({
        kind: 'failed',
        reason: expect.stringContaining('151 of 150'),
      });
    });

    const troubles: readonly (readonly [string, Trouble, RegExp])[] = [
      ['401', { kind: 'status', status: 401 }, /credential/],
      ['403', { kind: 'status', status: 403 }, /credential/],
      ['429', { kind: 'status', status: 429, headers: { 'retry-after': '17' } }, /429.*after 17 s/],
      ['500', { kind: 'status', status: 500 }, /500/],
      ['a redirect', { kind: 'status', status: 302, headers: { location: 'http://169.254.169.254/' } }, /redirect/],
      ['a web page', { kind: 'html' }, /web page/],
      ['a huge answer', { kind: 'huge' }, /16000000 bytes/],
      ['a broken connection', { kind: 'cut' }, /expected to reach|expected JSON/],
      ['another clock', { kind: 'skewed' }, /clock.*300 s ahead/],
    ];
    for (const [name, trouble, words] of troubles) {
      it(`fails with a sentence and no secret on ${name}`, async () => {
        await using server = await start();
        server.state.trouble = trouble;

        const measured = await server.source.measure(questionOf(source.query));

        expect(measured).toMatchObject({ kind: 'failed', reason: expect.stringMatching(words) });
        expect(JSON.stringify(measured)).not.toContain('s3cr3t');
      });
    }

    it('gives up on a server that never answers', async () => {
      await using server = await start();
      server.state.trouble = { kind: 'silent' };
      const settings = `${source.settings(server.url)}\ntimeout-seconds: 0.2`;

      const measured = await openSource({ kind: source.kind, settings, env: source.env?.(server.url) ?? {} }).measure(
        questionOf(source.query),
      );

      expect(measured).toMatchObject({ kind: 'failed', reason: expect.stringContaining('within 0.2 s') });
    });

    it('lets a hostile version mean itself', async () => {
      await using server = await start();

      const { version, arrives } = source.hostile;
      const measured = await server.source.measure(questionOf(source.query, { version }));

      const arrived = server.state.asked.map(({ query, body }) => `${plain(String(query))} ${body} ${plain(body)}`);
      if (arrives !== null) return expect(arrived.join('\n')).toContain(arrives);
      expect(server.state.asked).toEqual([]);
      expect(measured).toMatchObject({ kind: 'failed', reason: expect.stringContaining('name it otherwise') });
    });

    it('refuses a part that it does not know before anything moves', async () => {
      await using server = await start();
      const query = { ...source.query, evnets: 'x' };

      expect(await server.source.check(questionOf(query))).toEqual([expect.stringContaining('did you mean `events`?')]);
      expect(server.state.asked).toEqual([]);
    });

    it('finds nothing wrong with a metric that answers, and says what is wrong with one that does not', async () => {
      await using server = await start();

      expect(await server.source.check(questionOf(source.query))).toEqual([]);
      server.state.cells.served = null;
      expect(await server.source.check(questionOf(source.query))).toHaveLength(1);
    });
  });
}

function plain(body: string): string {
  try {
    return decodeURIComponent(body.replaceAll('+', ' '));
  } catch {
    return body;
  }
}
