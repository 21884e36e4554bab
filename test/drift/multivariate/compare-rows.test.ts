import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/data/dataset.ts';
import { compareRows } from '../../../src/drift/multivariate/compare-rows.ts';
import { Multivariate } from '../../../src/drift/multivariate/multivariate-report.ts';
import { generator, normal } from './samples.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'siskin-rows-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const policy = { alpha: 0.01, ignore: [], multivariate: { rows: 2000, auc: 0.55 } };

async function compared([reference, current]: readonly [readonly string[], readonly string[]]) {
  writeFileSync(join(root, 'reference.csv'), `${reference.join('\n')}\n`);
  writeFileSync(join(root, 'current.csv'), `${current.join('\n')}\n`);
  return await comparedFiles(['reference.csv', 'current.csv']);
}

async function comparedFiles([reference, current]: readonly [string, string]) {
  await using before = await openDataset({ root, paths: [reference] });
  await using now = await openDataset({ root, paths: [current] });
  return Multivariate.parse(await compareRows({ reference: before, current: now, policy }));
}

function pairs(rows: number, correlation: number, seed: number): readonly string[] {
  const next = generator(seed);
  return [
    'a,b,"c ""quoted"", 🐦"',
    ...Array.from({ length: rows }, () => {
      const a = normal(next);
      const b = correlation * a + Math.sqrt(1 - correlation ** 2) * normal(next);
      return `${a},${b},${'xyz'[Math.floor(next() * 3)]}`;
    }),
  ];
}

describe('columns together', () => {
  it('have moved when they hang together otherwise, though no single one differs', async () => {
    const { verdict, separation, columns, discrepancy } = await compared([pairs(800, 0, 1), pairs(800, 0.8, 2)]);

    expect(verdict).toBe('moved');
    expect(separation?.low).toBeGreaterThan(0.6);
    expect(columns.map(({ name }) => name).toSorted()).toEqual(['a', 'b']);
    expect(discrepancy?.pValue).toBe(0.005);
  });

  it('are steady when both sides are drawn alike', async () => {
    const { verdict, reason, separation } = await compared([pairs(800, 0.5, 3), pairs(800, 0.5, 4)]);

    expect([verdict, reason]).toEqual(['steady', 'nothing tells the sides apart with certainty']);
    expect(separation?.auc).toBeCloseTo(0.5, 1);
  });

  it('say the same whatever the order of rows', async () => {
    const [reference, current] = [pairs(400, 0, 5), pairs(400, 0.6, 6)];
    const turned = ([head = '', ...rows]: readonly string[]) => [head, ...rows.toReversed()];

    expect(await compared([turned(reference), turned(current)])).toEqual(await compared([reference, current]));
  });

  it('tell nothing by rows that both sides have', async () => {
    const rows = pairs(500, 0.3, 7);
    const { verdict, separation } = await compared([rows, rows]);

    expect(verdict).toBe('steady');
    expect(separation?.auc).toBe(0.5);
  });

  it.each([
    ['fewer rows than 100', ['a', '1', '2'], ['a', '1', '3'], '2 rows on one side are fewer than 100'],
    ['a constant', constant('1'), constant('1'), 'no column varies that is neither text nor time'],
    ['only nulls', constant(''), constant(''), 'no column varies that is neither text nor time'],
    ['no column of one kind', constant('x', 'a'), constant('x', 'b'), 'no column varies that is neither text nor time'],
  ])('are not assessed with %s', async (_, reference, current, reason) => {
    expect(await compared([reference, current])).toMatchObject({ verdict: 'not-assessed', reason, separation: null });
  });

  it('bear infinities, a thousand categories and missing values', async () => {
    const next = generator(8);
    const rows = () => [
      'a,b,c',
      ...Array.from({ length: 400 }, (_, row) =>
        [
          row % 7 === 0 ? '' : row % 11 === 0 ? 'inf' : normal(next),
          `k${Math.floor(next() * 1000)}`,
          row % 2 === 0 ? '' : normal(next) * 1e300,
        ].join(','),
      ),
    ];

    expect((await compared([rows(), rows()])).verdict).toBe('steady');
  });
});

function constant(value: string, name = 'a'): readonly string[] {
  return [`${name},id`, ...Array.from({ length: 150 }, () => `${value},1`)];
}

describe('a column of texts', () => {
  const said = (words: readonly string[], seed: number, extra: (row: number) => string = () => '') => {
    const next = generator(seed);
    return [
      'text',
      ...Array.from({ length: 400 }, (_, row) => {
        const drawn = Array.from({ length: 8 }, () => words[Math.floor(next() * words.length)]);
        return `"${[...drawn, extra(row)].join(' ')}"`;
      }),
    ];
  };
  const before = ['late', 'early', 'gate', 'seat', 'bag', 'crew', 'meal', 'queue', 'clean', 'staff'];

  it('has moved when its words have, and says which', async () => {
    const now = [...before.slice(0, 9), 'strike', 'refund'];
    const { texts } = await compared([said(before, 1), said(now, 2)]);

    expect(texts['text']?.verdict).toBe('moved');
    expect(
      texts['text']?.words
        .slice(0, 3)
        .map(({ word, side }) => `${word} ${side}`)
        .toSorted(),
    ).toEqual(['refund current', 'staff reference', 'strike current']);
  });

  it('is steady when they have not', async () => {
    const { texts } = await compared([said(before, 3), said(before, 4)]);

    expect(texts['text']).toMatchObject({ verdict: 'steady', words: [] });
  });

  it('is not told apart from itself where the same texts come again and again', async () => {
    const next = generator(9);
    const again = Array.from({ length: 60 }, (_, at) => `the ${before[at % 10]} was ${at} times ${before[at % 7]}`);
    const rows = () => ['n,text', ...Array.from({ length: 600 }, (_, row) => `${next()},${again[row % 60]}`)];
    const { texts } = await compared([rows(), rows()]);

    expect(texts['text']).toMatchObject({ verdict: 'steady' });
    expect(texts['text']?.separation?.auc).toBeCloseTo(0.5, 5);
  });

  it('shows no word of few rows, no number and no key', async () => {
    const secret = (row: number) => (row < 9 ? 'mallory' : row < 200 ? 'acc4711 555123' : '');
    const { texts } = await compared([said(before, 5), said(before, 6, secret)]);

    expect(texts['text']?.words).toEqual([]);
  });
});

describe('a column of embeddings', () => {
  const vectors = (
    file: string,
    options: { readonly seed: number; readonly spread: number; readonly rows?: number },
  ) => {
    const next = generator(options.seed);
    const rows = Array.from({ length: options.rows ?? 600 }, () =>
      JSON.stringify({ v: Array.from({ length: 16 }, (_, at) => normal(next) * (at === 3 ? options.spread : 1)) }),
    );
    writeFileSync(join(root, file), `${rows.join('\n')}\n`);
    return file;
  };

  it('has moved when one dimension became wider, though its mean stayed', async () => {
    const files = [vectors('a.jsonl', { seed: 1, spread: 1 }), vectors('b.jsonl', { seed: 2, spread: 3 })] as const;
    const { embeddings } = await comparedFiles(files);

    expect(embeddings['v']?.verdict).toBe('moved');
    expect(embeddings['v']?.separation?.low).toBeGreaterThan(0.55);
  });

  it('is steady when nothing changed, and not assessed with few vectors', async () => {
    const files = [vectors('c.jsonl', { seed: 3, spread: 1 }), vectors('d.jsonl', { seed: 4, spread: 1 })] as const;
    const few = vectors('e.jsonl', { seed: 5, spread: 1, rows: 20 });

    expect((await comparedFiles(files)).embeddings['v']?.verdict).toBe('steady');
    expect((await comparedFiles([files[0], few])).embeddings['v']?.verdict).toBe('not-assessed');
  });
});
