import { describe, expect, it } from 'vitest';
import { counter, from, measure } from './prometheus-measure.ts';
import { answerPrometheus, type HeldSeries } from './prometheus-server.ts';
import { type Cell, now, openSource, questionOf, sourceContract, startSource } from './source-contract.ts';

sourceContract({
  kind: 'prometheus',
  settings: (url) => `url: ${url}\nuser: siskin\npassword: {env: SECRET}`,
  query: { requests: 'served_total{version="{version}"}', events: 'failed_total{version="{version}"}' },
  absentEvents: 'no-series',
  answer: (asked, cellOf) =>
    answerPrometheus([...held('served_total', cellOf('served')), ...held('failed_total', cellOf('failed'))], asked),
  hostile: { version: 'v1"} or vector(1) #\\', arrives: 'version="v1\\"} or vector(1) #\\\\"' },
});

function held(name: string, cell: Cell): readonly HeldSeries[] {
  const labels = { __name__: name, version: 'v1.4.0', instance: 'a:1', job: 'fraud' };
  if (cell === null) return [];
  const last = typeof cell === 'number' ? String(1000 + cell) : cell === 'two' ? '1001' : cell;
  const samples = [
    [from - 1, '1000'],
    [now, last],
  ] as const;
  const one = { labels, samples };
  return cell === 'two' ? [one, { labels: { ...labels, instance: 'b:1' }, samples }] : [one];
}

describe('counters from raw samples', () => {
  const up = counter('up', [
    [-10, 1],
    [5, 1],
    [20, 1],
    [35, 1],
    [50, 1],
  ]);

  it('counts from the last sample before the window to the last one in it, whole', async () => {
    const series = [
      counter('served_total', [
        [-25, 90],
        [-10, 100],
        [5, 107],
        [50, 131],
      ]),
      counter('failed_total', [
        [-10, 3],
        [50, 4],
      ]),
    ];

    const { measured } = await measure({ series, query: { requests: 'served_total', events: 'failed_total' } });

    expect(measured).toEqual({ kind: 'value', counts: { n: 31, x: 1 }, reset: false });
  });

  it('counts on after a restart, and says that there was one', async () => {
    const series = [
      counter('served_total', [
        [-10, 100],
        [20, 130],
        [35, 4],
        [50, 10],
      ]),
      counter('failed_total', [
        [-10, 0],
        [50, 0],
      ]),
    ];

    const { measured } = await measure({ series, query: { requests: 'served_total', events: 'failed_total' } });

    expect(measured).toEqual({ kind: 'value', counts: { n: 40, x: 0 }, reset: true });
  });

  it('counts a series from zero that was born under the eyes of Prometheus, and no other', async () => {
    const query = { requests: 'sum(served_total)', events: 'sum(failed_total)' };
    const known = [
      up,
      counter('served_total', [
        [-10, 100],
        [50, 150],
      ]),
      counter('failed_total', [[35, 7]]),
    ];
    const unknown = [
      counter('served_total', [
        [35, 100],
        [50, 150],
      ]),
      counter('failed_total', [[35, 7]]),
    ];

    expect((await measure({ series: known, query })).measured).toMatchObject({ counts: { n: 50, x: 7 } });
    expect((await measure({ series: unknown, query })).measured).toMatchObject({ counts: { n: 50, x: 0 } });
  });

  it('sums series where sum is written, and else names the labels that differ', async () => {
    const series = [
      counter('served_total', [
        [-10, 0],
        [50, 10],
      ]),
      counter(
        'served_total',
        [
          [-10, 0],
          [50, 5],
        ],
        { instance: 'b:1', code: '500' },
      ),
    ];
    const events = 'sum(served_total{code=~"5.."})';

    const { measured } = await measure({ series, query: { requests: 'sum(served_total)', events } });
    const refused = await measure({ series, query: { requests: 'served_total', events } });

    expect(measured).toMatchObject({ counts: { n: 15, x: 5 } });
    expect(refused.measured).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('differ by `code`, `instance`'),
    });
    expect(refused.checked).toEqual([expect.stringContaining('differ by `code`, `instance`')]);
  });

  it('takes failures that no series tells of for none where their metric exists', async () => {
    const series = [
      counter(
        'served_total',
        [
          [-10, 0],
          [50, 10],
        ],
        { code: '200' },
      ),
    ];
    const query = { requests: 'sum(served_total)', events: 'sum(served_total{code=~"5.."})' };

    expect((await measure({ series, query })).measured).toMatchObject({ counts: { n: 10, x: 0 } });
  });

  it('never takes failures for none when whoever counts them is gone', async () => {
    const series = [
      counter('served_total', [
        [-10, 0],
        [50, 10],
      ]),
      counter('failed_total', [[-10, 3]]),
    ];

    const { measured } = await measure({ series, query: { requests: 'served_total', events: 'failed_total' } });

    expect(measured).toMatchObject({
      kind: 'missing',
      missing: 'no-series',
      reason: expect.stringContaining('nothing is scraped any more'),
    });
  });

  it('refuses a label that the metric does not have', async () => {
    const series = [
      counter(
        'served_total',
        [
          [-10, 0],
          [50, 10],
        ],
        { code: '200' },
      ),
    ];
    const query = { requests: 'sum(served_total)', events: 'sum(served_total{cod=~"5.."})' };

    expect((await measure({ series, query })).checked).toEqual([
      '`events`: expected a label of served_total, found `cod`; did you mean `code`?',
    ]);
  });

  it('refuses an expression without a range, which would count from the start of the process', async () => {
    const query = { requests: 'sum(a) + sum(b)', events: 'sum(increase(c[{seconds}s]))' };

    expect((await measure({ series: [], query })).checked).toEqual([
      expect.stringMatching(/^`requests`: .*without a range/),
    ]);
  });

  it('says that nothing is scraped any more where samples ended', async () => {
    const series = [counter('served_total', [[-10, 5]]), counter('failed_total', [[-10, 5]])];

    const { measured } = await measure({ series, query: { requests: 'served_total', events: 'failed_total' } });

    expect(measured).toMatchObject({
      kind: 'missing',
      missing: 'no-series',
      reason: expect.stringContaining('nothing is scraped any more'),
    });
  });

  it('measures means, and takes the widest spread that bounds allow where squares are not counted', async () => {
    const series = [
      counter('score_sum', [
        [-10, 0],
        [50, 6],
      ]),
      counter('score_count', [
        [-10, 0],
        [50, 10],
      ]),
    ];
    const query = { sum: 'score_sum', count: 'score_count' };

    const bounded = await measure({ series, query, metric: { kind: 'mean', bounds: [0, 1] } });
    const free = await measure({ series, query, metric: { kind: 'mean' } });

    expect(bounded.measured).toMatchObject({ counts: { n: 10, sum: 6, sumsq: 6 } });
    expect(free.checked).toEqual([expect.stringContaining('add `squares` (the sum of their squares')]);
  });

  it('tells nothing of a credential that cannot be sent', async () => {
    for (const secret of ['hunter2\nhunter2', 'hunter2€', 'hunter2\u0000']) {
      const source = openSource({
        kind: 'prometheus',
        settings: 'url: http://127.0.0.1:9\ntoken: {env: T}',
        env: { T: secret },
      });

      const measured = await source.measure(questionOf({ requests: 'a', events: 'b' }));

      expect(measured).toMatchObject({ kind: 'failed', reason: expect.stringContaining('a header that cannot') });
      expect(JSON.stringify(measured)).not.toContain('hunter2');
    }
  });

  it('fails on warnings: they mean that a part of the data is left out', async () => {
    await using server = await startSource({
      answer: () => ({
        body: { status: 'success', data: { resultType: 'matrix', result: [] }, warnings: ['a store is down'] },
      }),
    });
    const source = openSource({ kind: 'prometheus', settings: `url: ${server.url}` });

    expect(await source.measure(questionOf({ requests: 'a', events: 'b' }))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('a store is down'),
    });
  });
});
