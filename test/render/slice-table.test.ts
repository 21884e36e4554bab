import { expect, test } from 'vitest';
import { readingOf, sliceRows, sliceSummary } from '../../src/render/slice-table.ts';
import { compared, evaluation } from './fixture.ts';

/** Slices of a carrier each, with the candidate worse by so much, and intervals of ±0.01. */
function slices(...losses: readonly number[]) {
  const of = losses.map((loss, at) => ({
    column: 'carrier',
    value: `C${at}`,
    rows: 1000,
    metrics: { 'roc-auc': { ...compared(0.8, 0.8 - loss, 0.01), pValue: null, rows: 1000 } },
  }));
  return sliceRows({ ...evaluation(), slices: of });
}

test('one slice that its interval calls worse is worse, among twenty it may be chance', () => {
  expect(sliceSummary(slices(0.011))).toBe('1 of 1 worse');
  expect(sliceSummary(slices(0.011, ...Array<number>(19).fill(0.0001)))).toBe('none of 20 worse');
});

test('a slice that is worse beyond what chance does among twenty stays worse, and comes first', () => {
  const rows = slices(...Array<number>(19).fill(0.0001), 0.03);

  expect(sliceSummary(rows)).toBe('1 of 20 worse');
  expect(rows[0]?.value).toBe('C19');
});

test('a slice beyond the margin of its gate stands first, and one too small for it is not assessed', () => {
  const usual = evaluation();
  const [first, , third] = usual.slices;
  if (first === undefined || third === undefined) throw new Error('the fixture has lost a slice');
  const rows = sliceRows({
    ...usual,
    slices: [
      { ...third, notAssessed: 'fewer than 5000 rows' },
      { ...first, tests: { 'roc-auc': { pWorse: 0.0001, adjusted: 0.002, margin: 0.001 } } },
    ],
    slicesGate: {
      method: 'holm',
      confidence: 0.95,
      minimumRows: 5000,
      minimumPositives: 20,
      margins: { 'roc-auc': '0.001' },
      tests: 1,
      notAssessed: 1,
      notAssessedRows: third.rows,
    },
  });

  expect(rows.map((row) => [row.value, readingOf(row).word])).toEqual([
    ['ATL', 'beyond its margin'],
    ['LAX', 'not assessed'],
  ]);
});
