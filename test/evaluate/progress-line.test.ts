import { expect, it } from 'vitest';
import { progressLines } from '../../src/evaluate/progress-line.ts';

it('the log of a long evaluation says every ten seconds how far it is, how fast, and how long it will take', () => {
  const lines: string[] = [];
  let time = 0;
  const update = progressLines(
    (line) => lines.push(line),
    () => time,
  );

  for (const [seconds, rows] of [
    [0, 0],
    [4, 400],
    [10, 1000],
    [15, 1500],
    [20, 2500],
  ] as const) {
    time = seconds * 1000;
    update({ rows, totalRows: 5000 });
  }

  expect(lines).toEqual([
    'evaluation: 1000 of 5000 rows, 100 rows/s, 40 s left',
    'evaluation: 2500 of 5000 rows, 125 rows/s, 20 s left',
  ]);
});
