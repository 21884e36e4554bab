import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import { readConnections } from '../../../src/rollout/connections.ts';
import { parseMatchers } from '../../../src/rollout/metrics/label-matchers.ts';
import { parseExposition } from '../../../src/rollout/metrics/openmetrics-text.ts';
import { openServeMetrics } from '../../../src/serve/serve-metrics.ts';
import { now, questionOf } from './source-contract.ts';

/** A model server that shows its counters, asked by a Siskin whose clock is set. */
async function start() {
  const state = { text: '', clock: now + 1000, status: 200, asked: 0 };
  const server = createServer((request, response) => {
    state.asked += 1;
    response.setHeader('date', new Date(state.clock).toUTCString());
    response.writeHead(state.status).end(request.url === '/metrics/champion' ? state.text : 'served_total 1\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    state,
    open,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function open(path = '/metrics/{arm}') {
    const text = `connections: {it: {kind: openmetrics, url: 'http://127.0.0.1:${port}${path}', repositories: [acme/*], environments: [production]}}`;
    const read = readConnections({ text, file: 'c.yml', env: {}, now: () => state.clock });
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
    return read.connections.openMetricSource({ connection: 'it', repository: 'acme/fraud', environment: 'production' });
  }
}

const query = { requests: 'sum(served_total)', events: 'sum(served_total{code=~"5.."})' };

function questionPart(parts: Readonly<Record<string, string>>) {
  return { metric: questionOf(parts).metric };
}

function windowAfter(minutes: number) {
  const edge = (at: number) => new Date(now + at * 60_000).toISOString();
  return questionOf(query, { from: edge(minutes - 1), to: edge(minutes) });
}

describe('a server’s own counters', () => {
  it('are counted from edge to edge, also what was born in between, and restarts are seen', async () => {
    await using server = await start();
    const source = server.open();
    server.state.text = '# HELP served_total x\nserved_total{code="200"} 100\n';
    const first = await source.measure(windowAfter(0));

    server.state.clock += 60_000;
    server.state.text = 'served_total{code="200"} 190\nserved_total{code="500"} 7\n';
    const second = await source.measure(windowAfter(1));
    server.state.clock += 60_000;
    server.state.text = 'served_total{code="200"} 20\nserved_total{code="500"} 1\n';
    const third = await source.measure(windowAfter(2));

    expect(first).toMatchObject({
      kind: 'missing',
      missing: 'no-series',
      reason: expect.stringContaining('no reading from the beginning'),
    });
    expect(second).toEqual({ kind: 'value', counts: { n: 97, x: 7 }, reset: false });
    expect(third).toEqual({ kind: 'value', counts: { n: 21, x: 1 }, reset: true });
  });

  it('are read once for all metrics of a window', async () => {
    await using server = await start();
    const source = server.open();
    server.state.text = 'served_total 5\n';

    await Promise.all([source.measure(windowAfter(0)), source.measure(windowAfter(0)), source.measure(windowAfter(0))]);

    expect(server.state.asked).toBe(1);
  });

  it('make the first window after a restart of Siskin missing, and no window wrong', async () => {
    await using server = await start();
    server.state.text = 'served_total 100\n';
    await server.open().measure(windowAfter(0));

    server.state.clock += 60_000;
    server.state.text = 'served_total 150\n';
    const restarted = server.open();

    expect(await restarted.measure(windowAfter(1))).toMatchObject({ kind: 'missing', missing: 'no-series' });
    server.state.clock += 60_000;
    server.state.text = 'served_total 190\n';
    expect(await restarted.measure(windowAfter(2))).toMatchObject({ counts: { n: 40, x: 0 } });
  });

  it('are not read for a window that ended long ago, or has not ended', async () => {
    await using server = await start();
    const source = server.open();

    expect(await source.measure(windowAfter(-5))).toMatchObject({
      kind: 'missing',
      reason: expect.stringContaining('ended long ago'),
    });
    expect(await source.measure(windowAfter(5))).toMatchObject({ kind: 'failed' });
    expect(server.state.asked).toBe(0);
  });

  it('may be read again after they could not be', async () => {
    await using server = await start();
    const source = server.open();
    server.state.text = 'served_total 1\n';
    server.state.status = 503;
    const failed = await source.measure(windowAfter(0));
    server.state.status = 200;

    expect(failed).toMatchObject({ kind: 'failed', reason: expect.stringContaining('503') });
    expect(await source.measure(windowAfter(0))).toMatchObject({ kind: 'missing' });
  });

  it('say at the release whether they are there', async () => {
    await using server = await start();
    const source = server.open();
    server.state.text = 'served_total{code="200"} 1\n';

    expect(await source.check(windowAfter(0))).toEqual([]);
    expect(await source.check(questionOf({ ...query, requests: 'absent_total' }))).toEqual([
      expect.stringContaining('nothing matches `absent_total`'),
    ]);
    expect(await source.check(questionOf({ ...query, requests: 'rate(served_total[1m])' }))).toEqual([
      expect.stringContaining('expected a counter'),
    ]);
  });

  it('are those of `siskin serve`, for both arms, from the first request of a new version on', async () => {
    await using server = await start();
    const metrics = openServeMetrics();
    const labels = 'model="{model}",version="{version}",arm="{arm}"';
    const parts = {
      requests: `siskin_serve_requests_total{${labels}}`,
      events: `sum(siskin_serve_errors_total{${labels}})`,
    };
    const ask = async (minutes: number, arm: 'candidate' | 'champion') =>
      await source.measure({ ...windowAfter(minutes), ...questionPart(parts), arm, version: arm });
    const source = server.open('/metrics/champion');
    await answer('champion', 10, 1);
    const first = await ask(0, 'champion');

    await answer('champion', 20, 2);
    await answer('candidate', 5, 3);
    server.state.clock += 60_000;

    expect(first).toMatchObject({ kind: 'missing' });
    expect(await ask(1, 'champion')).toEqual({ kind: 'value', counts: { n: 20, x: 2 }, reset: false });
    expect(await ask(1, 'candidate')).toEqual({ kind: 'value', counts: { n: 5, x: 3 }, reset: false });

    async function answer(arm: 'candidate' | 'champion', count: number, failed: number): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        metrics.answered({ model: 'fraud', version: arm, arm, status: index < failed ? 500 : 200, seconds: 0.01 });
      }
      server.state.text = await metrics.render([], 0);
    }
  });

  it('may be histograms', async () => {
    await using server = await start();
    const source = server.open();
    const metric = RolloutMetricPolicy.parse({
      source: 'it',
      kind: 'latency-quantile',
      edge: 1,
      query: { buckets: 'sum by (le) (s_bucket)' },
    });
    server.state.text = 's_bucket{le="1"} 3\ns_bucket{le="+Inf"} 4\ns_sum 1\ns_count 4\n';
    await source.measure({ ...windowAfter(0), metric });
    server.state.clock += 60_000;
    server.state.text = 's_bucket{le="1"} 5\ns_bucket{le="+Inf"} 9\n';

    const buckets = [
      [1, 2],
      ['+Inf', 5],
    ];
    expect(await source.measure({ ...windowAfter(1), metric })).toEqual({
      kind: 'value',
      counts: { n: 5, buckets },
      reset: false,
    });
  });
});

describe('an exposition', () => {
  it('is read with escapes, timestamps and exemplars', () => {
    const text = 'a{x="q\\"\\\\\\n",y="{}"} 1e3 1700000000000\nb +Inf\nc_total 3 # {trace_id="x"} 1\n# EOF\n';

    expect(parseExposition(text, 'it')).toEqual([
      { name: 'a', labels: { x: 'q"\\\n', y: '{}' }, value: 1000 },
      { name: 'b', labels: {}, value: Number.POSITIVE_INFINITY },
      { name: 'c_total', labels: {}, value: 3 },
    ]);
  });

  it.each(['<html>', 'a{x=1} 2', 'a{x="1} 2', '{} 1'])('that is none is refused: %s', (text) => {
    expect(() => parseExposition(`ok 1\n${text}`, 'it')).toThrow(/in line 2/);
  });
});

describe('matchers', () => {
  it.each([
    ['code="500"', { code: '500' }, true],
    ['code!="500", x=~"a|b.*"', { code: '200', x: 'bcd' }, true],
    ['code=~"5.."', { code: '1500' }, false],
    ['code!~"5.."', {}, true],
    ["v='it\\'s'", { v: "it's" }, true],
  ] as const)('%s of %j: %s', (text, labels, expected) => {
    expect(parseMatchers(text)(labels)).toBe(expected);
  });

  it.each(['code=500', 'a=~"(x+)+"', 'a=~"x*"', 'a=~".*.*.*"', 'a="x" b="y"'])('refuses %s', (text) => {
    expect(() => parseMatchers(text)).toThrow(/expected/);
  });
});
