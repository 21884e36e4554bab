import { expect, test } from 'vitest';
import { sliceRows, sliceSummary } from '../../src/render/slice-table.ts';
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
