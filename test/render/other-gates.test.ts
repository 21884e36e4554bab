import { describe, expect, test } from 'vitest';
import { renderComment } from '../../src/render/comment.ts';
import { otherGates } from '../../src/render/other-gates.ts';
import { renderReport } from '../../src/render/report/report.ts';
import { judged, judgement, model, result, view } from './fixture.ts';

const gated = judgement({
  slices: [
    {
      metric: 'roc-auc',
      bound: 'not worse by 0.02 in any slice',
      verdict: 'fail',
      reason: 'worse by 0.03 in origin = ORD',
      failing: [{ column: 'origin', value: 'ORD' }],
      note: '2 slices are too small',
      override: { by: 'ada', reason: 'the airport closes' },
    },
  ],
  edge: [
    { key: 'max-bytes', bound: 'size ≤ 2 MB', verdict: 'pass', reason: '' },
    { key: 'runs-in-wasm', bound: 'runs in WASM', verdict: 'error', reason: 'nobody tried' },
  ],
});

describe('gates on slices and serving', () => {
  test('are not there when the policy has none', () => {
    expect(otherGates(judgement())).toBe(null);
  });

  test('stand below the metrics in the comment, what is worst first, with who overrode them', () => {
    const comment = renderComment(view({ models: [model(judged({ judgement: gated }))] }));
    const rows = comment.split('\n').filter((line) => /^\| (?:serving|ROC AUC, every)/.test(line));

    expect(rows).toEqual([
      '| serving | 🔴\u00a0error | runs in WASM | nobody tried |',
      '| ROC AUC, every slice | 🔴\u00a0fail,\u00a0overridden | not worse by 0.02 in any slice | worse by 0.03 in origin = ORD; 2 slices are too small; overridden by `ada`: the airport closes |',
      '| serving | 🟢\u00a0pass | size ≤ 2 MB |  |',
    ]);
  });

  test('count among the gates of the report', () => {
    const page = renderReport({ result: result(), judgement: gated });

    expect(page).toMatch(/<span class="value">5 of 7<\/span> <span class="name">gates pass/);
    expect(page).toContain('<span class="chip bad">fail, overridden</span>');
  });
});
