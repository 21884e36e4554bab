import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openDataset } from '../../src/data/dataset.ts';
import { compareAs } from '../../src/drift/compat/compat-report.ts';
import { evidentlyColumn } from '../../src/drift/compat/evidently.ts';
import { nannymlColumn } from '../../src/drift/compat/nannyml.ts';
import type { RawColumn } from '../../src/drift/compat/raw-column.ts';
import { driftTests } from '../../src/drift/drift-report.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';

type Plain = readonly (number | string | null)[];

interface Case {
  readonly reference: Plain;
  readonly current: Plain;
  readonly chosen: string;
  readonly value: number | string;
  readonly threshold: number;
  readonly drifted: boolean;
  readonly statistics: Readonly<Record<string, number | string>>;
}

interface ChunkedCase {
  readonly reference: Plain;
  readonly current: Plain;
  readonly threshold: number;
  readonly chunks: readonly (number | string)[];
  readonly alerts: readonly boolean[];
  readonly statistics: Readonly<Record<string, number>>;
}

/** Written by scripts/goldens-drift-peers.py from the tools themselves; the shapes are what the script writes. */
const cases = read('evidently') as readonly Case[];
const chunkedCases = read('nannyml') as readonly ChunkedCase[];

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/statistics/${name}.json`, import.meta.url), 'utf8'));
}

function column(values: Plain): RawColumn {
  const texts = values.filter((value) => typeof value === 'string' && value !== 'inf');
  if (texts.length > 0)
    return { kind: 'category', values: values.map((value) => (value === null ? null : String(value))) };
  const numbers = Float64Array.from(values, (value) =>
    value === null ? Number.NaN : value === 'inf' ? Infinity : Number(value),
  );
  return { kind: 'number', values: numbers, nulls: 0, isWhole: numbers.every(Number.isInteger) };
}

/** Nine digits; what Evidently has no number for is null here. */
function expectNineDigits(actual: number | null | undefined, expected: number | string): void {
  if (typeof expected === 'string') expect(actual ?? null).toBeNull();
  else expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 1e-15);
}

test.each(cases)('pair %# has the test, the verdict and nine digits of every number of Evidently', (golden) => {
  const found = evidentlyColumn(column(golden.reference), column(golden.current));

  expect(found).toMatchObject({ chosen: golden.chosen, threshold: golden.threshold, drifted: golden.drifted });
  expectNineDigits(found?.value, golden.value);
  for (const test of driftTests) {
    const expected = golden.statistics[test];
    const isTest = test === 'kolmogorov-smirnov' || test === 'chi-square';
    if (expected !== undefined) expectNineDigits(found?.statistics[test]?.[isTest ? 'pValue' : 'value'], expected);
  }
});

test('a side without a value is no answer, where Evidently raises an error', () => {
  const empty: RawColumn = { kind: 'number', values: Float64Array.of(Number.NaN, Infinity), nulls: 0, isWhole: false };
  const full: RawColumn = { kind: 'number', values: Float64Array.of(1, 2), nulls: 0, isWhole: true };

  expect(evidentlyColumn(full, empty)).toBeNull();
  expect(evidentlyColumn({ kind: 'category', values: [null] }, { kind: 'category', values: ['a'] })).toBeNull();
});

const nannymlNames = {
  'jensen-shannon': 'jensen_shannon',
  'kolmogorov-smirnov': 'kolmogorov_smirnov',
  hellinger: 'hellinger',
  wasserstein: 'wasserstein',
  'chi-square': 'chi2',
  'l-infinity': 'l_infinity',
} as const;

test.each(chunkedCases)('pair %# has every chunk, alert and threshold of NannyML', (golden) => {
  const found = nannymlColumn(column(golden.reference), column(golden.current));

  expectNineDigits(found?.threshold, golden.threshold);
  expect(found?.chunks.map(({ alert }) => alert)).toEqual(golden.alerts);
  for (const [at, value] of golden.chunks.entries()) expectNineDigits(found?.chunks[at]?.value, value);
  for (const test of driftTests) {
    const name = test in nannymlNames ? nannymlNames[test as keyof typeof nannymlNames] : '';
    const expected = golden.statistics[name];
    if (expected !== undefined) expectNineDigits(found?.statistics[test]?.value, expected);
  }
});

test('too few rows for ten chunks is no answer, where NannyML raises an error', () => {
  const few: RawColumn = { kind: 'number', values: Float64Array.of(1, 2, 3), nulls: 0, isWhole: true };

  expect(nannymlColumn(few, few)).toBeNull();
});

test('a column of any name is compared, also one that an object would swallow', async () => {
  const lines = ['__proto__,constructor', ...Array.from({ length: 50 }, (_, row) => `${row},${row % 3}`), ''];
  using folder = temporaryFolder({ 'a.csv': lines.join('\n') });
  await using reference = await openDataset({ root: folder.path, paths: ['a.csv'] });

  const { columns } = await compareAs('evidently', { reference, current: reference });

  expect(Object.keys(columns)).toEqual(['__proto__', 'constructor']);
});
