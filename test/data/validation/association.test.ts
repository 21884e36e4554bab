import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { association, type Values } from '../../../src/data/validation/association.ts';
import { validatedCsv } from './validated.ts';

interface Goldens {
  readonly associations: readonly {
    readonly kind: string;
    readonly feature: readonly number[];
    readonly target: readonly number[];
    readonly expected: number;
  }[];
  readonly distances: readonly {
    readonly shares: readonly number[];
    readonly counts: readonly number[];
    readonly 'jensen-shannon': number;
    readonly 'l-infinity': number;
  }[];
}

// scripts/goldens-validation.py writes exactly this.
const goldens = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/validation/association.json'), 'utf8'),
) as Goldens;

const numbers = (values: readonly number[]): Values => ({ kind: 'number', values: Float64Array.from(values) });
const classes = (values: readonly number[]): Values => {
  const labels = [...new Set(values)];
  return { kind: 'class', values: Uint32Array.from(values, (one) => labels.indexOf(one)), classes: labels.length };
};

describe('how strongly one column foretells another', () => {
  test.each(goldens.associations)(
    '$kind is that of scipy and scikit-learn: $expected',
    ({ kind, feature, target, expected }) => {
      const isNumber = kind === 'auc' || kind === 'spearman';
      const found = association(
        isNumber ? numbers(feature) : classes(feature),
        kind === 'auc' || kind === 'cramers-v' ? classes(target) : numbers(target),
      );

      expect(found?.method).toBe(kind);
      expect(found?.value).toBeCloseTo(expected, 12);
    },
  );

  test('is not said of few rows, and nothing of a constant', () => {
    expect(association(numbers([1, 2, 3]), classes([0, 1, 0]))).toBeNull();
    const constant = new Array<number>(50).fill(1);
    expect(association(numbers(constant), numbers(constant.map((_, at) => at)))?.value).toBe(0);
    expect(association(classes(constant), classes(constant.map((_, at) => at % 2)))?.value).toBe(0);
  });
});

test.each(goldens.distances)(
  'distances from shares in a schema are those of scipy: $shares',
  async ({ shares, counts, ...expected }) => {
    const rows = counts.flatMap((count, at) => new Array<string>(count).fill(`v${at},`));
    const listed = shares.map((share, at) => `v${at}: ${share}`).join(', ');
    const report = await validatedCsv(
      ['x,pad', ...rows, ''].join('\n'),
      `version: 1\ncolumns:\n  x: { distribution: { shares: { ${listed} }, max-l-infinity: 0, max-jensen-shannon: 0 } }\n`,
    );

    const found = report.problems.map((problem) => Number.parseFloat(problem.found));
    expect(found[0]).toBeCloseTo(expected['l-infinity'], 4);
    expect(found[1]).toBeCloseTo(expected['jensen-shannon'], 4);
  },
);

describe('a column that gives the target away', () => {
  const rows = Array.from({ length: 200 }, (_, at) => {
    const y = at % 2;
    const noise = (at * 7919) % 101;
    return [`id${at}`, y, y === 1 ? 'yes' : 'no', y * 3 + noise / 1000, noise, y === 1 ? '' : at, y].join(',');
  });
  const data = ['id,y,answer,score,noise,closed,copy', ...rows, ''].join('\n');

  test('is found as a category, a number, missing values or a copy; identifiers and noise are not', async () => {
    const report = await validatedCsv(data, 'version: 1\ncolumns: {}\nleakage: { target: y }\n');

    expect(report.problems.map(({ column, line, found }) => `${line} ${column}: ${found}`)).toEqual([
      '3 answer: 1 (Cramér’s V), on all 200 rows',
      '3 closed: 1 (values are missing by outcome), on all 200 rows',
      '3 copy: 1 (a copy of the target), on all 200 rows',
      '3 score: 1 (it separates the classes, AUC 1), on all 200 rows',
    ]);
    expect(report.leakage?.columns.find(({ column }) => column === 'noise')?.association).toBeLessThan(0.3);
    expect(report.leakage?.columns.find(({ column }) => column === 'id')?.association).toBe(0);
    expect(report.scans).toBe(1);
  });

  test('can be left out, only warn, and is not found where nothing can be told', async () => {
    const leakage = (rules: string, text = data) =>
      validatedCsv(text, `version: 1\ncolumns: {}\nleakage: { target: y, ${rules} }\n`);

    expect((await leakage('ignore: [answer, closed, copy, score]')).verdict).toBe('pass');
    expect(await leakage('warn: true')).toMatchObject({ verdict: 'pass', warnings: { length: 4 } });
    expect((await leakage('', 'x,y\n1,2\n')).problems).toMatchObject([{ found: '1 rows' }]);
    const constant = ['x,y', ...rows.map((_, at) => `${at},1`), ''].join('\n');
    expect((await leakage('', constant)).problems).toMatchObject([{ found: 'a target of one value' }]);
    await expect(leakage('', 'x,yy\n1,2\n')).rejects.toThrow(/schema.yml:3: expected a column of the data, found "y"/);
  });
});
