import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/decide/judge.ts';
import { byteLength } from '../../../src/render/budget.ts';
import { commentLimitBytes, renderComment } from '../../../src/render/comment.ts';
import { renderReport, renderReports, reportLimitBytes } from '../../../src/render/report/report.ts';
import { subjectOf } from '../../../src/render/report/subject.ts';
import { Result } from '../../../src/result.ts';
import { judged, judgement, model, policy, result, view } from '../fixture.ts';
import { rich, richResult } from '../rich-fixture.ts';

const report = renderReport({ ...rich(), policy });
const read = report.replace(/[\u00a0\u202f]/g, ' ');
const section = (id: string, page = read) =>
  new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(page)?.[0] ?? '';

describe('the report of everything', () => {
  test('has a section for each part, in the order in which they are read', () => {
    expect(Array.from(report.matchAll(/<section id="([^"]+)"/g), ([, id]) => id)).toEqual([
      'metrics',
      'drift',
      'windows',
      'together',
      'estimate',
      'schema',
      'task',
      'slices',
      'changed',
      'fairness',
      'explanation',
      'cost',
      'training',
      'lineage',
      'reproduce',
    ]);
  });

  test('begins with tiles, each of which leads to a section that is there', () => {
    const targets = Array.from(report.matchAll(/href="#([^"]+)"/g), ([, id]) => id ?? '');

    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((id) => !report.includes(`id="${id}"`))).toEqual([]);
  });

  test('gives every plot words, and every id once', () => {
    const ids = Array.from(report.matchAll(/\sid="([^"]+)"/g), ([, id]) => id);

    expect(report.match(/<svg role="img"/g)?.length).toBe(report.match(/<desc id="[^"]+">[^<]+/g)?.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(report).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('charts drift over windows and has the same numbers in a table', () => {
    expect(section('windows').match(/<svg/g)).toHaveLength(2);
    expect(section('windows')).toContain('12 of 30 windows of a day moved, first at 2001-06-19');
    expect(section('windows').match(/<tr><th scope="row">/g)).toHaveLength(30);
  });

  test('draws calibration of both models against the diagonal, and has the bins in a table', () => {
    expect(section('task')).toContain('the dashed line is perfect calibration');
    expect(section('task').match(/<tr><th scope="row">(?:<[^>]+>)?(?:champion|candidate)/g)).toHaveLength(20);
    expect(section('task')).toContain('A row is called positive from a probability of 0.7120');
  });

  test('says what the models look at and what changed', () => {
    expect(section('explanation')).toContain('2 of 5 features matter otherwise than before');
    expect(section('explanation')).toContain('matters more, q 1.0×10⁻⁹');
    expect(section('explanation')).toContain('turned round');
  });

  test('tells cost, flips, failing rows, leakage and the holdout’s use', () => {
    expect(section('cost')).toContain('rows per second, all threads');
    expect(section('changed')).toContain('3.2 % of predictions differ (▼ 1211 worse, ▲ 1909 better)');
    expect(section('schema')).toContain('data/june.csv:5');
    expect(section('schema')).toContain(
      '12 of 98 112 rows of <code>data/holdout.parquet</code> are also in these data',
    );
    expect(section('metrics')).toContain('number 7 of 10 planned');
  });

  test('ends with commands that begin at the commits and end at this very page', () => {
    const steps = section('reproduce');

    expect(steps).toContain(`git worktree add --detach base ${result().base}`);
    expect(steps).toContain('siskin drift --reference base/data/train.parquet --current head/data/train.parquet');
    expect(steps).toContain('siskin evaluate --policy base/.github/siskin.yml --name late-arrival --model ');
    expect(steps).toContain('siskin report result/result.json --policy base/.github/siskin.yml');
    expect(section('lineage')).toContain('Siskin 0.1.0, Node 24.0.0 on linux-x64, onnxruntime-node 1.30.0');
  });

  test('stays the same for the same result', () => {
    expect(renderReport({ ...rich(), policy })).toBe(report);
  });
});

describe('the comment of everything', () => {
  const comment = renderComment(view({ models: [model(judged(rich()))] })).replace(/[\u00a0\u202f]/g, ' ');

  test('folds each part under a line that says what is in it', () => {
    expect(Array.from(comment.matchAll(/<summary>([^<]+)/g), ([, summary]) => summary)).toEqual([
      'Slices (1 of 4 worse)',
      'Classes, thresholds and calibration',
      'Predictions that changed, by slice',
      'What the models look at (2 of 5 features matter otherwise than before)',
      'What serving costs',
      'Fairness (shown only, 1 group not assessed)',
      'Data over time (12 of 30 windows of a day moved, first at 2001-06-19)',
      'All columns together (a classifier tells the two sides apart: AUC 0.643 (0.631 … 0.655))',
      'Performance without labels (ROC AUC expected beyond what chance explains)',
      'All columns (5)',
      'Training, parameters and environment',
      'Earlier commits of this pull request (2)',
    ]);
  });

  test('charts drift over time with words for who hears it, and no name from outside', () => {
    const [chart = ''] = /```mermaid[\s\S]*?```/.exec(comment) ?? [];

    expect(chart).toContain('accTitle: Distance from the reference over windows');
    expect(chart).toMatch(/line \[0\.0400, (?:[\d.]+, ){28}[\d.]+\]/);
    expect(chart).not.toMatch(/delay|hour|date/);
    expect(comment).toContain('| `delay` | ▄▄▄▃▂▂▇██▇ |');
  });

  test('leads to the report', () => {
    expect(comment).toContain('[report](https://github.com/acme/flights/actions/runs/4812#artifacts)');
  });
});

describe('a page on several models', () => {
  const subjects = Array.from({ length: 40 }, (_, index) =>
    subjectOf({ ...rich(), result: { ...richResult(), model: `m-${index}` } }),
  );
  const page = renderReports(subjects);

  test('of forty models begins with all verdicts and gives each a chapter', () => {
    const ids = Array.from(page.matchAll(/\sid="([^"]+)"/g), ([, id]) => id);

    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page).toContain('<h1>40 review</h1>');
    expect(page.match(/<article id="m\d+"/g)).toHaveLength(40);
    expect(new Set(ids).size).toBe(ids.length);
    expect(byteLength(page)).toBeLessThan(reportLimitBytes);
  });
});

describe('what is long', () => {
  const hundredfold = (): Result => {
    const all = richResult();
    const { drift, evaluation } = all;
    const [slice] = evaluation?.slices ?? [];
    const column = drift?.columns['delay'];
    if (drift === null || evaluation === null || slice === undefined || column === undefined)
      throw new Error('no part');
    return Result.parse({
      ...all,
      drift: {
        ...drift,
        columns: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`column ${index}`, column])),
      },
      evaluation: {
        ...evaluation,
        slices: Array.from({ length: 500 }, (_, index) => ({ ...slice, value: `airport ${index}` })),
      },
    });
  };
  const large = hundredfold();
  const largeJudgement = judge({ model: large.model, policy, result: large });

  test('a thousand columns and five hundred slices are all on the page, most of them folded', () => {
    const page = renderReport({ result: large, judgement: largeJudgement });

    expect(byteLength(page)).toBeLessThan(reportLimitBytes / 2);
    expect(page).toContain('<summary>960 more columns</summary>');
    expect(page).toContain('<summary>460 more slices</summary>');
    expect(page.match(/<code>airport \d+<\/code><\/th>/g)).toHaveLength(500);
  });

  test('forty such models fit into a comment that says what was cut and where to read it', () => {
    const models = Array.from({ length: 40 }, (_, index) =>
      model(judged({ result: { ...large, model: `m${index}` }, judgement: largeJudgement }), { model: `m${index}` }),
    );
    const comment = renderComment(view({ models }));

    expect(byteLength(comment)).toBeLessThanOrEqual(commentLimitBytes);
    expect(comment).toContain('40 models: 40 review');
    expect(comment).toMatch(/\*\*Left out\*\* to fit into one comment: .* in the checks and \[the reports\]\(https/);
  });

  test('text that needs five bytes for each of its own still leaves a page that can be opened', () => {
    const nasty = { ...large, model: 'm' };
    const column = nasty.drift?.columns['column 0'];
    if (nasty.drift === null || column === undefined) throw new Error('no part');
    const columns = Object.fromEntries(
      Array.from({ length: 9000 }, (_, index) => [
        `${'<'.repeat(190)}${index}`,
        { ...column, reason: '<'.repeat(500) },
      ]),
    );
    const page = renderReport({ result: { ...nasty, drift: { ...nasty.drift, columns } }, judgement: judgement() });

    expect(byteLength(page)).toBeLessThan(reportLimitBytes);
    expect(page).toContain('Shortened to stay readable');
  });
});
