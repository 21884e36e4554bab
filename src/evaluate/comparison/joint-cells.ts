import { type Cells, mixed } from '../../statistics/poisson-bootstrap.ts';

/** How many replicates an interval rests on: enough that its ends move by a few per cent of its width at most. */
export const replicateCount = 2000;

/** Cells whose keys are hashes of integer labels; `cellOfRow` says where each row went. */
export interface LabelledCells extends Cells {
  readonly labels: Float64Array;
  readonly cellOfRow: Uint32Array;
}

/** Groups rows by an integer label below 2^53. Cells stand in ascending order of label, whatever the order of rows. */
export function cellsOf(rows: number, labelOf: (row: number) => number): LabelledCells {
  const rowLabels = new Float64Array(rows);
  for (let row = 0; row < rows; row++) rowLabels[row] = labelOf(row);
  const labels = new Float64Array(new Set(rowLabels)).sort();
  const places = new Map<number, number>();
  for (const [place, label] of labels.entries()) places.set(label, place);
  const counts = new Float64Array(labels.length);
  const cellOfRow = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    const place = places.get(rowLabels[row] ?? 0) ?? 0;
    cellOfRow[row] = place;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  const keys = Uint32Array.from(labels, (label) => mixed((label % 2 ** 32) ^ mixed(Math.floor(label / 2 ** 32))));
  return { labels, cellOfRow, counts, keys };
}
