import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RolloutMetricPolicy } from '../../../src/policy/rollout-metric-policy.ts';
import type { Measured, MetricQuestion } from '../../../src/ports/metric-source.ts';
import { openSource } from '../../rollout/metrics/source-contract.ts';
import { toolAt } from '../tool.ts';
import { startPrometheus, startTarget, type Target } from './prometheus-process.ts';

const program = toolAt('SISKIN_PROMETHEUS');
const stepMs = 250;
const steps = 32;

/** What two processes of a model really counted, at every moment: the second restarts, the failures are born late. */
function expose(step: number): readonly [string, string | null] {
  const first = [
    `served_total{version="v1",code="200"} ${1000 + 7 * step}`,
    // The first failures come in one burst while Prometheus watches.
    ...(step < 12 ? [] : [`served_total{version="v1",code="500"} ${40 + (step - 12)}`]),
    ...histogram(step * 10),
  ];
  if (step >= 16 && step < 18) return [first.join('\n'), null];
  const since = step < 16 ? step : step - 18;
  return [`${first.join('\n')}\n`, `served_total{version="v1",code="200"} ${3 * since}\n`];
}

function histogram(count: number): readonly string[] {
  const fast = Math.floor(count / 2);
  return [`seconds_bucket{version="v1",le="0.1"} ${fast}`, `seconds_bucket{version="v1",le="+Inf"} ${count}`];
}

describe('a real Prometheus', () => {
  let first: Target;
  let second: Target;
  let server: Awaited<ReturnType<typeof startPrometheus>>;
  let began = 0;

  beforeAll(async () => {
    [first, second] = [await startTarget(), await startTarget()];
    show(0);
    server = await startPrometheus(program, [first, second]);
    await wait(1500);
    began = Date.now();
    for (let step = 0; step < steps; step += 1) {
      show(step);
      await wait(stepMs);
    }
    // The last state is scraped before the last window ends.
    await wait(1500);
  }, 30_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    first?.stop();
    second?.stop();
  });

  function show(step: number): void {
    const [one, two] = expose(step);
    first.text = `${one}\n`;
    second.text = two;
  }

  function question(from: number, to: number, metric: Readonly<Record<string, unknown>>): MetricQuestion {
    return {
      name: 'errors',
      metric: RolloutMetricPolicy.parse({ source: 'it', kind: 'error-rate', ...metric }),
      model: 'fraud',
      arm: 'champion',
      version: 'v1',
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
    };
  }

  async function measure(from: number, to: number, metric: Readonly<Record<string, unknown>>): Promise<Measured> {
    const source = openSource({ kind: 'prometheus', settings: `url: ${server.url}`, at: Date.now() });
    return await source.measure(question(from, to, metric));
  }

  const errors = {
    query: {
      requests: 'sum(served_total{version="{version}"})',
      events: 'sum(served_total{version="{version}",code=~"5.."})',
    },
  };

  it('gives windows that add up to exactly what was counted, over a restart and over the birth of a series', async () => {
    const end = Date.now();
    const edges = Array.from({ length: 6 }, (_, index) => began - 700 + ((end - began + 700) * index) / 5);
    const windows = edges.slice(1).map(async (to, index) => await measure(edges[index] ?? 0, to, errors));
    const measured = await Promise.all(windows);

    const counts = measured.map((one) =>
      one.kind === 'value' && 'x' in one.counts ? one.counts : { n: Number.NaN, x: Number.NaN },
    );
    const whole = await measure(edges[0] ?? 0, end, errors);
    const n = counts.reduce((sum, one) => sum + one.n, 0);
    const x = counts.reduce((sum, one) => sum + one.x, 0);

    expect(counts.every((one) => Number.isInteger(one.n) && Number.isInteger(one.x))).toBe(true);
    expect(measured.filter((one) => one.kind === 'value' && one.reset)).toHaveLength(1);
    // The failures: 40 at once, and 19 more.
    expect(x).toBe(40 + steps - 1 - 12);
    expect(whole).toMatchObject({ kind: 'value', counts: { n, x }, reset: true });
    // What the second process counted after its last scrape is lost with it: at most two scrapes of 3 a step.
    const served = 7 * (steps - 1) + x + 3 * (steps - 1 - 18);
    expect(n).toBeGreaterThan(served + 3 * 15 - 3 * 5);
    expect(n).toBeLessThanOrEqual(served + 3 * 15);
  });

  it('agrees with the server’s own increase, which extrapolates, to a few per cent', async () => {
    const metric = {
      kind: 'ratio',
      query: {
        numerator: 'sum(increase(served_total{code="200"}[{seconds}s]))',
        denominator: 'sum(served_total{code="200"})',
      },
    };

    const measured = await measure(Date.now() - 12_000, Date.now(), metric);

    const { n, x } = measured.kind === 'value' && 'x' in measured.counts ? measured.counts : { n: 0, x: 0 };
    expect(x / n).toBeGreaterThan(0.8);
    expect(x / n).toBeLessThan(1.2);
  });

  it('reads a histogram’s buckets', async () => {
    const metric = {
      kind: 'latency-quantile',
      edge: 0.1,
      query: { buckets: 'sum by (le) (seconds_bucket{version="{version}"})' },
    };

    const measured = await measure(began - 700, Date.now(), metric);

    const n = 10 * (steps - 1);
    expect(measured).toMatchObject({
      counts: {
        n,
        buckets: [
          [0.1, n / 2],
          ['+Inf', n],
        ],
      },
    });
  });

  it('refuses two series, what is not there, and what cannot be parsed, at the release already', async () => {
    const source = openSource({ kind: 'prometheus', settings: `url: ${server.url}`, at: Date.now() });
    const check = async (requests: string) =>
      await source.check(question(began, Date.now(), { query: { requests, events: 'sum(served_total{code="500"})' } }));

    expect(await check('sum(served_total{version="{version}"})')).toEqual([]);
    expect(await check('served_total')).toEqual([expect.stringMatching(/found 3 that differ by `code`, `instance`/)]);
    expect(await check('served_totl')).toEqual([expect.stringContaining('correct its name')]);
    expect(await check('sum(served_total{vesion="x"})')).toEqual([expect.stringContaining('did you mean `version`?')]);
    expect(await check('sum(increase(served_total[1m])')).toEqual([expect.stringContaining('parse error')]);
    expect(await check('sum(served_total{version="v1')).not.toEqual([]);
    expect(await check('increase(served_total[1m]) * NaN')).not.toEqual([]);
    expect(await check('label_replace(vector(1), "a", "b", "c", "d")[5m:]')).not.toEqual([]);
  });

  it('lets a hostile version match nothing but itself', async () => {
    const source = openSource({ kind: 'prometheus', settings: `url: ${server.url}`, at: Date.now() });
    for (const version of ['v1"} or served_total{a="', '.*', 'v1|x', '\\', "'", '`', '{{}}', '\n', '😀']) {
      for (const operator of ['=', '=~']) {
        const query = {
          requests: `sum(served_total{version${operator}"{version}"})`,
          events: `sum(served_total{version${operator}'{version}'})`,
        };

        const measured = await source.measure({ ...question(began, Date.now(), { query }), version });

        expect([version, measured]).toEqual([
          version,
          expect.objectContaining({ kind: 'missing', missing: 'no-series' }),
        ]);
      }
    }
  });

  it('says that a process is gone when its samples end', async () => {
    const measured = await measure(Date.now() - 100, Date.now() + 100_000, {
      query: { requests: 'sum(absent_total)', events: 'sum(absent_total)' },
    });

    expect(measured).toMatchObject({ kind: 'missing', missing: 'no-series' });
  });
});

async function wait(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
