import { describe, expect, test } from 'vitest';
import { DriftReport } from '../../src/drift/drift-report.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { generator, normal } from '../drift/multivariate/samples.ts';
import { siskin } from './siskin.ts';

function drift(folder: string, ...more: string[]) {
  return siskin(folder, ['drift', '--multivariate', ...more]);
}

/** Two columns and a sentence; the columns hang together as told. */
function rows(correlation: number, word: string, seed: number): string {
  const next = generator(seed);
  const lines = Array.from({ length: 600 }, (_, row) => {
    const a = normal(next);
    const b = correlation * a + Math.sqrt(1 - correlation ** 2) * normal(next);
    return `${a},${b},"passenger ${row} says the ${next() < 0.5 ? 'seat' : word} was ${next() < 0.5 ? 'fine' : 'late'}"`;
  });
  return ['a,b,remark', ...lines, ''].join('\n');
}

describe('siskin drift --multivariate', () => {
  test('finds what no single column shows, says which columns and words give it away, and fails by the rule', async () => {
    using folder = temporaryFolder({ 'before.csv': rows(0, 'meal', 1), 'after.csv': rows(0.9, 'strike', 2) });
    const sides = ['--reference', 'before.csv', '--current', 'after.csv'];

    const { exit, out } = await drift(folder.path, ...sides);
    const failing = await drift(folder.path, ...sides, '--rule', 'fail', '--json');
    const report = DriftReport.parse(JSON.parse(failing.out));

    expect(exit).toBe(0);
    expect(out).toContain('0 of 3 columns moved · verdict: review');
    expect(out).toMatch(/together {4}AUC 0\.\d+ \(.*\) {2}p .* moved .*given away by [ab] 0\.\d+, [ab] 0/);
    expect(out).toMatch(/text {8}remark .* moved \(.*\): .*\+strike/);
    expect(failing.exit).toBe(1);
    expect(report).toMatchObject({ verdict: 'moved', multivariate: { verdict: 'moved', rows: { reference: 600 } } });
  });

  test('shows no words of columns that are not to be shown', async () => {
    using folder = temporaryFolder({ 'before.csv': rows(0, 'meal', 1), 'after.csv': rows(0, 'strike', 2) });
    const sides = ['--reference', 'before.csv', '--current', 'after.csv', '--redact', 'remark', '--json'];

    const { out } = await drift(folder.path, ...sides);

    expect(out).not.toContain('strike');
    expect(DriftReport.parse(JSON.parse(out)).multivariate?.texts['remark']?.words ?? []).toEqual([]);
  });

  test('says that a profile holds no rows', async () => {
    using folder = temporaryFolder({ 'before.csv': rows(0, 'meal', 1), 'profile.json': '{}' });

    const { exit, err } = await drift(folder.path, '--reference', 'before.csv', '--current', 'profile.json');

    expect(exit).toBe(2);
    expect(err).toMatch(/expected/);
  });
});
