import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../src/render/report/report.ts';
import { judged, judgement, model, result, view, worse } from '../fixture.ts';
import { hostileViews, poisoned } from '../hostile-view.ts';
import { rich } from '../rich-fixture.ts';

const report = renderReport({ result: result(), judgement: judgement() });
/** Narrow no-break spaces as plain ones: what is tested is read by people. */
const read = report.replace(/[\u00a0\u202f]/g, ' ');

describe('the report', () => {
  test('begins with the verdict in a sentence and has its sections in order', () => {
    expect(report.match(/<h1>.*<\/h1>/)?.[0]).toContain('>Review</span> better in ROC AUC');
    expect(Array.from(report.matchAll(/<h2[^>]*>([^<]+)/g), ([, title]) => title)).toEqual([
      'Metrics',
      'Data: what moved',
      'Data: the schema',
      'Slices',
      'Cost',
      'Training, as reported by its job',
      'Lineage',
      'How to reproduce',
    ]);
  });

  test('needs nothing from anywhere and runs nothing', () => {
    expect(report).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\son\w+=/i);
    expect(report).not.toMatch(/ (?:src|srcset|style|action)=/);
    expect(new Set(Array.from(report.matchAll(/href="(.)/g), ([, first]) => first))).toEqual(new Set(['#']));
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(report) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(report).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
  });

  test('draws each interval against its margin, better to the right whatever the sign', () => {
    const plots = Array.from(report.matchAll(/<svg[^>]*aria-labelledby="interval-[\s\S]*?<\/svg>/g), ([plot]) => plot);
    const dot = (plot = '') => Number(/circle cx="([\d.]+)"/.exec(plot)?.[1]);

    expect(plots).toHaveLength(3);
    // ROC AUC rose, recall fell, and log loss fell, which is better.
    expect([dot(plots[0]) > 85, dot(plots[1]) > 85, dot(plots[2]) > 85]).toEqual([true, false, true]);
    expect(plots.every((plot) => plot.includes('stroke-dasharray'))).toBe(true);
  });

  test('gives every plot a title and a description under ids of its own', () => {
    const ids = Array.from(report.matchAll(/\sid="([^"]+)"/g), ([, id]) => id);

    expect(report.match(/<svg role="img"/g)?.length).toBe(report.match(/<desc id="[^"]+">[^<]+/g)?.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(read).toContain('The reference is highest at −5, the current data at −5.');
  });

  test('names rows and columns of its tables for a screen reader', () => {
    expect(report.match(/<table/g)?.length).toBe(report.match(/role="group" aria-label="[^"]+" tabindex="0"/g)?.length);
    expect(report).toContain('<th scope="col" class="number">champion</th>');
    expect(report).toContain('<th scope="row">ROC AUC</th>');
  });

  test('says where each number comes from and how to get it again', () => {
    expect(read).toContain(`98 112 rows, <code>sha256:${'c'.repeat(64)}</code>`);
    expect(read).toContain('SISKIN&#95;SEED=1 node train/late-arrival.js');
  });

  test('of a run that could not do everything says what and why', () => {
    const failures = [
      { part: 'evaluation' as const, code: 'bad-input', message: 'expected an ONNX file, found 12 bytes; train again' },
    ];
    const bare = result({ evaluation: null, drift: null, validation: null, training: null, failures });
    const html = renderReport({ result: bare, judgement: judgement({ gates: [], verdict: 'error' }) });

    expect(html).toContain('What could not be done');
    expect(html).toContain('expected an ONNX file, found 12 bytes; train again');
    expect(html).not.toContain('<h2 id="slices-title">');
  });

  test('lets nothing that came from outside become an element or an attribute', () => {
    const elements = (html: string) => Array.from(html.matchAll(/<([a-z][a-z0-9]*)[\s>]/gi), ([, name]) => name);
    const known = new Set(elements(renderReport(rich())));

    fc.assert(
      fc.property(hostileViews, (hostile) => {
        for (const { state } of hostile.models) {
          if (state.kind !== 'judged') continue;
          const html = renderReport(state);

          expect(elements(html).filter((name) => !known.has(name))).toEqual([]);
          expect((html.match(/<[a-z][^>]*>/gi) ?? []).filter((tag) => /\son\w+=|javascript:/i.test(tag))).toEqual([]);
          expect(html).not.toContain('\u202e');
          expect(html.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('escapes each foreign string and keeps the words', () => {
    const state = poisoned(view({ models: [model(worse())] }), ['<b>&"\''], 1).models[0]?.state;

    expect(state?.kind === 'judged' && renderReport(state)).toContain('&#60;b&#62;&#38;&#34;&#39;');
  });

  test('of four thousand columns stays readable: pictures of a dozen, all in the table', () => {
    const drift = result().drift;
    const one = drift?.columns['delay'];
    if (drift === null || one === undefined) throw new Error('the fixture has lost a column');
    const columns = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`c${index}`, one]));
    const html = renderReport({ result: result({ drift: { ...drift, columns } }), judgement: judgement() });

    expect(html.match(/<figure/g)).toHaveLength(12);
    expect(html.match(/<th scope="row"><code>c\d+<\/code><\/th><td><span class="chip/g)).toHaveLength(4000);
    expect(html.length).toBeLessThan(12_000_000);
  });
});

test('a state that was judged is all that a report needs', () => {
  const state = judged();

  expect(state.kind === 'judged' && renderReport(state)).toBe(report);
});
