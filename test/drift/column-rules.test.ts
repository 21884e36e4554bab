import { describe, expect, test } from 'vitest';
import type { Profile } from '../../src/data/profile-document.ts';
import { compareProfiles } from '../../src/drift/compare.ts';
import type { DriftReport } from '../../src/drift/drift-report.ts';
import { DriftPolicy } from '../../src/policy/drift-policy.ts';
import { profileOf, randomNumbers } from '../data/profile-of.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;

function compare(reference: Profile, current: Profile, policy: Partial<DriftPolicy> = {}): DriftReport {
  return compareProfiles({
    reference: { profile: reference, digest },
    current: { profile: current, digest },
    policy: { ...DriftPolicy.parse({}), ...policy },
  });
}

function repeated<T>(count: number, value: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => value(index));
}

describe('with 100 million rows and a thousand categories, from profiles alone', () => {
  const random = randomNumbers(11);
  const times = 100_000;

  /** The profile of a dataset in which every row of another occurs so many times. */
  function repeatedProfile(values: readonly (number | string | null)[]): Profile {
    const profile = profileOf({ x: values });
    const columns = profile.columns.map((column) => {
      const counts = { nulls: column.nulls * times, count: column.count * times };
      if (column.kind === 'string') {
        if (column.categories.kind !== 'listed') throw new Error('expected listed categories');
        const listed = column.categories.values.map(([label, count]): [string, number] => [label, count * times]);
        return { ...column, ...counts, categories: { ...column.categories, values: listed } };
      }
      if (column.kind === 'embedding') return column;
      const histogram = { ...column.histogram, counts: column.histogram.counts.map((count) => count * times) };
      return { ...column, ...counts, histogram };
    });
    return { ...profile, rows: profile.rows * times, columns };
  }

  test('a trifle is certain and yet moves nothing, a real change does', () => {
    const categories = (tilt: number) =>
      repeatedProfile(repeated(1000, (index) => `c${Math.floor(1000 * (index / 1000) ** tilt)}`));
    const numbers = (shift: number) => repeatedProfile(repeated(1000, (index) => index / 100 + shift));

    const trifle = compare(numbers(0), numbers(0.02)).columns['x'];
    expect(trifle).toMatchObject({ verdict: 'steady', reason: 'too small to matter' });
    expect(trifle?.statistics['chi-square']?.qValue).toBeLessThan(1e-9);
    expect(compare(numbers(0), numbers(2)).columns['x']?.verdict).toBe('moved');
    expect(compare(categories(1), categories(1)).columns['x']?.verdict).toBe('steady');
    expect(compare(categories(1), categories(1.5)).columns['x']?.verdict).toBe('moved');
  });

  test('a hundred rows against them are judged by what a hundred rows can tell', () => {
    const many = repeatedProfile(repeated(1000, () => random()));

    expect(compare(many, profileOf({ x: repeated(100, () => random()) })).columns['x']?.verdict).toBe('steady');
    expect(compare(many, profileOf({ x: repeated(100, () => random() / 3) })).columns['x']?.verdict).toBe('moved');
  });
});

describe('columns stand for something', () => {
  const before = profileOf({ x: repeated(100, (i) => i), y: repeated(100, (i) => i % 2), s: repeated(100, (i) => i) });
  const after = profileOf({
    x: repeated(100, (i) => i + 90),
    y: repeated(100, (i) => i % 2),
    s: repeated(100, (i) => i + 90),
  });
  const roles = new Map([
    ['y', 'label'],
    ['s', 'prediction'],
  ] as const);
  const sides = { reference: { profile: before, digest }, current: { profile: after, digest } };

  test('labels, predictions and critical columns weigh twice as much as features', () => {
    const policy = DriftPolicy.parse({ critical: ['y', 'gone'] });
    const report = compareProfiles({ ...sides, policy, roles });

    expect(report.columns['x']).toMatchObject({ role: 'feature', critical: false });
    expect(report.columns['s']?.severity).toBeCloseTo(2 * (report.columns['x']?.severity ?? 0), 9);
    expect(report.columns['y']).toMatchObject({ role: 'label', critical: true, severity: 0 });
    expect(report.criticalMoved).toEqual(['gone']);
  });

  test('a column has its own bounds and its own statistic', () => {
    const policy = DriftPolicy.parse({
      columns: {
        x: { effect: 0.999 },
        s: { statistic: 'wasserstein-normed', effect: 1 },
        y: { statistic: 'psi', effect: 0.1 },
      },
    });
    const report = compareProfiles({ ...sides, policy });

    expect(report.columns['x']?.verdict).toBe('steady');
    expect(report.columns['s']?.verdict).toBe('moved');
    expect(report.columns['y']?.verdict).toBe('steady');
  });

  test('a statistic that a column does not have is said, never passed over', () => {
    const policy = DriftPolicy.parse({ columns: { x: { statistic: 'kolmogorov-smirnov' } } });
    const text = profileOf({ x: repeated(50, (i) => `c${i % 3}`) });
    const report = compareProfiles({
      reference: { profile: text, digest },
      current: { profile: text, digest },
      policy,
    });

    expect(report.columns['x']).toMatchObject({ verdict: 'not-assessed', reason: 'it has no kolmogorov-smirnov' });
  });

  test('no column is ignored and critical at once', () => {
    expect(DriftPolicy.safeParse({ ignore: ['x'], critical: ['x'] }).success).toBe(false);
  });
});
