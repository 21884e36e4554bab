import { AppError } from '../../error.ts';
import type { FairnessPolicy } from '../../policy/fairness-policy.ts';
import type { SliceColumn } from '../slices.ts';
import { canonicalLabel, type Target } from '../target.ts';
import { mostGroups } from './fairness-report.ts';

/** The groups that one or two protected columns make of the rows. */
export interface Grouping {
  readonly columns: readonly string[];
  /** The values of each group, one per column; the largest group first. */
  readonly groups: readonly { readonly values: readonly string[]; readonly rows: number }[];
  /** The group of each row as a place in `groups`; rows of no group have `groups.length`. */
  readonly groupOfRow: Uint16Array;
  readonly otherRows: number;
}

/**
 * The place of the class that counts as being selected. Throws `bad-config` for a task without classes, and for a label
 * that the target does not have.
 */
export function selectedClass(fairness: FairnessPolicy, target: Target): number {
  const { task, column, classes } = target;
  if (task === 'regression') {
    throw new AppError(
      'bad-config',
      'expected task binary or multiclass for `fairness`, found regression; remove `fairness`: a number that is predicted selects nobody',
    );
  }
  const label = fairness['positive-label'];
  if (label === undefined) {
    if (task === 'binary') return 1;
    throw new AppError(
      'bad-config',
      `expected \`fairness.positive-label\` for task multiclass, found none; set it to the class that counts as being selected, one of ${classes.slice(0, 20).join(', ')}`,
    );
  }
  const place = classes.indexOf(canonicalLabel(String(label)));
  if (place >= 0) return place;
  throw new AppError(
    'bad-config',
    `expected \`fairness.positive-label\` to be a value of the target ${column}, found ${JSON.stringify(label)}; choose one of ${classes.slice(0, 20).join(', ')}`,
  );
}

/** The groups of each protected column, then those of each intersection. */
export function groupings(fairness: FairnessPolicy, columns: readonly SliceColumn[]): readonly Grouping[] {
  const named = (name: string) => columns.find(({ column }) => column === name);
  const pairs = fairness.intersections.flatMap((names) => {
    const [first, second] = names.map(named);
    return first === undefined || second === undefined ? [] : [crossing(first, second)];
  });
  return [...columns.map(single), ...pairs];
}

function single({ column, values, places }: SliceColumn): Grouping {
  return grouping({
    columns: [column],
    valuesOf: (label) => [values[label]?.value ?? ''],
    labels: values.length,
    labelOf: (row) => places[row] ?? -1,
    rows: places.length,
  });
}

function crossing(first: SliceColumn, second: SliceColumn): Grouping {
  const width = second.values.length;
  return grouping({
    columns: [first.column, second.column],
    valuesOf: (label) => [
      first.values[Math.floor(label / width)]?.value ?? '',
      second.values[label % width]?.value ?? '',
    ],
    labels: first.values.length * width,
    labelOf: (row) => {
      const [one, other] = [first.places[row] ?? -1, second.places[row] ?? -1];
      return one < 0 || other < 0 ? -1 : one * width + other;
    },
    rows: first.places.length,
  });
}

function grouping(options: {
  readonly columns: readonly string[];
  readonly valuesOf: (label: number) => readonly string[];
  readonly labels: number;
  readonly labelOf: (row: number) => number;
  readonly rows: number;
}): Grouping {
  const { columns, valuesOf, labels, labelOf, rows } = options;
  const counts = new Float64Array(labels);
  for (let row = 0; row < rows; row++) {
    const label = labelOf(row);
    if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
  }
  const kept = Array.from(counts, (count, label) => ({ count, label }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.label - b.label)
    .slice(0, mostGroups);
  const groupOf = new Int32Array(labels).fill(kept.length);
  for (const [group, { label }] of kept.entries()) groupOf[label] = group;
  const groupOfRow = new Uint16Array(rows);
  let otherRows = 0;
  for (let row = 0; row < rows; row++) {
    const label = labelOf(row);
    const group = label < 0 ? kept.length : (groupOf[label] ?? kept.length);
    groupOfRow[row] = group;
    if (group === kept.length) otherRows++;
  }
  const groups = kept.map(({ count, label }) => ({ values: valuesOf(label), rows: count }));
  return { columns, groups, groupOfRow, otherRows };
}
