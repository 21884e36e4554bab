import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { profileDataset } from '../../../src/data/profile.ts';
import { compareDatasets } from '../../../src/drift/compare-datasets.ts';
import { DriftReport } from '../../../src/drift/drift-report.ts';
import { cellPlan } from '../../../src/drift/grouped/cell-plan.ts';
import { groupCounts } from '../../../src/drift/grouped/group-counts.ts';
import { DriftPolicy } from '../../../src/policy/drift-policy.ts';
import { randomNumbers } from '../../data/profile-of.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'siskin-groups-'));
  const random = randomNumbers(3);
  const line = (row: number, shift: number) => {
    // The current rows are of other users, in the same 55 sorts.
    const user = Math.floor(40 * random()) + (shift === 0 ? 0 : 1100);
    // Every user has values of their own: rows of one user are alike.
    const value = ((user * 37) % 11) + random() - 5 + (row >= 500 ? shift : 0);
    const name = row % 50 === 0 ? '' : [`it's`, '"q"', '__proto__', '🦜', 'x'.repeat(80)][user % 5];
    const day = 1 + Math.floor(row / 100);
    return `2026-03-${String(day).padStart(2, '0')},${user},${row % 17 === 0 ? '' : value.toFixed(4)},"${name?.replaceAll('"', '""')}",${user % 2 === 0}`;
  };
  const rows = (shift: number) => Array.from({ length: 1000 }, (_, row) => line(row, shift)).join('\n');
  writeFileSync(join(root, 'reference.csv'), `day,user,value,name,flag\n${rows(0)}\n`);
  writeFileSync(join(root, 'current.csv'), `day,user,value,name,flag\n${rows(6)}\n`);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function side(file: string) {
  const place = { root, paths: [file] };
  await using dataset = await openDataset(place);
  const profile = await profileDataset(dataset);
  return { profile, place, digest: dataset.digest };
}

async function compared(written: Readonly<Record<string, unknown>>): Promise<DriftReport> {
  const [reference, current] = [await side('reference.csv'), await side('current.csv')];
  const policy = DriftPolicy.parse(written);
  return DriftReport.parse(await compareDatasets({ reference, current, policy, rows: { reference, current } }));
}

test('groups of rows add up to the profile, cell by cell, whatever the names', async () => {
  const { profile, place } = await side('reference.csv');
  const other = (await side('current.csv')).profile;
  const plans = profile.columns.flatMap((column, at) => {
    const current = other.columns[at];
    return (current && cellPlan(column, current)) ?? [];
  });
  await using dataset = await openDataset(place);

  const counted = await groupCounts(dataset, { group: '"user"', plans });

  expect(plans.map(({ name }) => name)).toEqual(['user', 'value', 'name', 'flag']);
  for (const plan of plans) {
    const column = profile.columns.find(({ name }) => name === plan.name);
    const sums = new Float64Array(plan.cells);
    for (const cells of counted.get(plan.name)?.values() ?? []) {
      for (const [cell, count] of cells.entries()) sums[cell] = (sums[cell] ?? 0) + count;
    }
    expect(counted.get(plan.name)?.size).toBe(40);
    expect(sums.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(sums.at(-1)).toBe(column?.nulls);
    if (column?.kind === 'string' && column.categories.kind === 'listed' && plan.kind === 'listed') {
      for (const [label, count] of column.categories.values) expect(sums[plan.cellOf.get(label) ?? -1]).toBe(count);
    }
    if (plan.name === 'flag' && column?.kind === 'boolean') expect(sums[1]).toBe(column.histogram.counts.at(-1));
  }
});

describe('windows', () => {
  test('of days tell when a column moved, and what the reference itself shows', async () => {
    const { windows } = await compared({ windows: { time: 'day', size: 'day' }, ignore: ['user'] });

    expect(windows?.windows.map(({ start }) => start)).toEqual(
      Array.from({ length: 10 }, (_, day) => `2026-03-${String(day + 1).padStart(2, '0')}`),
    );
    expect(windows?.columns[0]?.name).toBe('value');
    expect(windows?.columns[0]?.noise).toBeGreaterThan(0);
    expect(windows?.windows.map(({ effects }) => effects[0]?.verdict)).toEqual([
      ...Array<string>(5).fill('steady'),
      ...Array<string>(5).fill('moved'),
    ]);
    expect(windows?.rowsLeftOut).toBe(0);
  });

  test('of rows start where they start, weeks on Mondays', async () => {
    const byRows = await compared({ windows: { size: 400 } });
    const byWeek = await compared({ windows: { time: 'day', size: 'week' } });

    expect(byRows.windows?.windows.map(({ start, rows }) => [start, rows])).toEqual([
      ['1', 400],
      ['401', 400],
      ['801', 200],
    ]);
    expect(byWeek.windows?.windows.map(({ start }) => start)).toEqual(['2026-02-23', '2026-03-02', '2026-03-09']);
  });

  test.each([
    [{ windows: { time: 'nope', size: 'day' } }, 'expected a column nope'],
    [{ windows: { time: 'name', size: 'day' } }, 'expected times in column name to tell days apart, found VARCHAR'],
    [{ block: { column: 'flag' } }, 'expected at least 10 blocks by "flag" on each side, found 2 in the reference'],
  ])('%j says what is wrong', async (written, message) => {
    await expect(compared(written)).rejects.toThrow(message);
  });
});

test('blocks are counted, judge by what blocks tell, and the column that names them is not judged', async () => {
  const report = await compared({ block: { column: 'user' } });

  // Two of forty users may fall into one of the 1024 bundles.
  expect(report.blocks).toMatchObject({ column: 'user', size: 'value', reference: 40 });
  expect(report.blocks?.current).toBeGreaterThanOrEqual(38);
  expect(report.columns['user']).toMatchObject({ verdict: 'ignored', reason: 'it says which rows belong together' });
  expect(report.columns['value']?.statistics['kolmogorov-smirnov']).toMatchObject({ pValue: null, effect: null });
  const plain = await compared({});
  const width = (one: DriftReport) => {
    const effect = one.columns['name']?.statistics['jensen-shannon']?.effect;
    return (effect?.high ?? 0) - (effect?.low ?? 0);
  };
  expect(width(report)).toBeGreaterThan(width(plain));
});

test('columns may be called as they like', async () => {
  const names = ['label', 'cell', 'g', 'c0', 'n', '·group', '··c0', 'a"b', 'data'];
  const line = (row: number) => names.map((_, at) => (at % 2 === 0 ? `t${row % 3}` : row)).join(',');
  const rows = Array.from({ length: 200 }, (_, row) => line(row)).join('\n');
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
  writeFileSync(join(root, 'names.csv'), `${header}\n${rows}\n`);
  const both = await side('names.csv');
  const policy = DriftPolicy.parse({ block: { column: 'cell' }, windows: { size: 100 } });

  const report = await compareDatasets({
    reference: both,
    current: both,
    policy,
    rows: { reference: both, current: both },
  });

  expect(report.verdict).toBe('steady');
  expect(report.windows?.windows.map((window) => window.rows)).toEqual([100, 100]);
});
