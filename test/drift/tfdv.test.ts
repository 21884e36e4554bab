import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RawColumn } from '../../src/drift/compat/raw-column.ts';
import { tfdvColumn, tfdvMeasures } from '../../src/drift/compat/tfdv.ts';

type Plain = readonly (number | string)[];

interface Case {
  readonly values: Readonly<Partial<Record<(typeof tfdvMeasures)[number], number>>>;
  readonly reference?: Plain;
  readonly current?: Plain;
  /** Rows and power of samples that are too long to be written down. */
  readonly drawn?: readonly [readonly [number, number], readonly [number, number]];
}

/** Written by scripts/goldens-tfdv.py from TensorFlow Data Validation itself; the shape is what the script writes. */
const cases = JSON.parse(
  readFileSync(new URL('../fixtures/statistics/tfdv.json', import.meta.url), 'utf8'),
) as readonly Case[];

const numberNames: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };

function column(values: Plain): RawColumn {
  if (values.some((value) => typeof value === 'string' && !Object.hasOwn(numberNames, value))) {
    return { kind: 'category', values: values.map(String) };
  }
  const numbers = Float64Array.from(values, (value) => numberNames[value] ?? Number(value));
  return { kind: 'number', values: numbers, nulls: 0, isWhole: false };
}

function drawn([count, power]: readonly [number, number]): RawColumn {
  const values = Float64Array.from({ length: count }, (_, row) => (((row * 7919) % 100_003) / 100_003) ** power);
  return { kind: 'number', values, nulls: 0, isWhole: false };
}

test.each(cases)('pair %# has twelve digits of every measure of TFDV, which must be above its threshold', (golden) => {
  const [reference, current] =
    golden.drawn === undefined
      ? [column(golden.reference ?? []), column(golden.current ?? [])]
      : [drawn(golden.drawn[0]), drawn(golden.drawn[1])];

  for (const measure of tfdvMeasures) {
    const expected = golden.values[measure];
    if (expected === undefined) continue;
    const found = tfdvColumn(reference, current, { [measure]: 1 });
    expect(Math.abs((found?.value ?? Number.NaN) - expected)).toBeLessThanOrEqual(1e-12);
    expect(found).toMatchObject({ chosen: measure, drifted: false });
    expect(tfdvColumn(reference, current, { [measure]: found?.value ?? 0 })?.drifted).toBe(false);
    if (expected > 0) expect(tfdvColumn(reference, current, { [measure]: expected / 2 })?.drifted).toBe(true);
  }
});

test('missing rows do not count, and what cannot be measured is no answer', () => {
  const full: RawColumn = { kind: 'number', values: Float64Array.of(1, 2, 3), nulls: 0, isWhole: true };
  const holes: RawColumn = { kind: 'number', values: Float64Array.of(1, 2, Number.NaN, 3), nulls: 1, isWhole: false };
  const empty: RawColumn = { kind: 'category', values: [null, null] };

  expect(tfdvColumn(full, holes, { 'jensen-shannon': 0.1 })).toMatchObject({ value: 0, drifted: false });
  expect(tfdvColumn(full, empty, { 'jensen-shannon': 0.1 })).toBeNull();
  expect(tfdvColumn(empty, empty, { 'jensen-shannon': 0.1 })).toBeNull();
  expect(tfdvColumn(full, full, { 'l-infinity': 0.1 })).toBeNull();
  expect(
    tfdvColumn({ ...full, values: new Float64Array() }, full, { 'jensen-shannon': 0.1 })?.value ?? null,
  ).toBeNull();
});

test('a bare threshold is that of the measure that is usual for the kind of column', () => {
  const [before, now] = [column(['a', 'a', 'b', 'b']), column(['a', 'b', 'b', 'b'])];

  expect(tfdvColumn(before, now, { usual: 0.2 })).toMatchObject({ chosen: 'l-infinity', value: 0.25, drifted: true });
  expect(tfdvColumn(before, now, { usual: 0.3, 'jensen-shannon': 0.01 })?.chosen).toBe('jensen-shannon');
  expect(tfdvColumn(column([1, 2, 3]), column([1, 2, 9]), { usual: 0.3 })?.chosen).toBe('jensen-shannon');
});
