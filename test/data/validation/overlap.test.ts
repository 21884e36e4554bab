import { describe, expect, test } from 'vitest';
import { validatedFiles } from './validated.ts';

describe('rows of the holdout in the training data', () => {
  const data = 'id,x,y\n1,1.0,a\n2,2.0,b\n3,3.0,c\n4,4.5,d\n';
  const holdout = '{"y":"b","x":2}\n{"y":"b","x":2}\n{"y":"c","x":9}\n';

  test('are counted over the columns that both have, however the files write numbers', async () => {
    const report = await validatedFiles({
      files: { 'data.csv': data, 'holdout.jsonl': holdout },
      schema: 'version: 1\ncolumns: {}\noverlap: [{ with: holdout.jsonl }]\n',
    });

    expect(report.overlap).toEqual([{ with: ['holdout.jsonl'], columns: 2, rows: 2, ofRows: 3 }]);
    expect(report.problems).toMatchObject([
      { check: 'overlap', found: '2 of its 3 rows, 66.7 %, equal in 2 columns', examples: [{ row: 2, line: 3 }] },
    ]);
  });

  test('by a key, up to a share, and as a warning', async () => {
    const overlap = async (rule: string) =>
      await validatedFiles({
        files: { 'data.csv': data, 'holdout.jsonl': holdout },
        schema: `version: 1\ncolumns: {}\noverlap: [{ with: holdout.jsonl, ${rule} }]\n`,
      });

    expect((await overlap('by: [y]')).overlap).toMatchObject([{ rows: 3, columns: 1 }]);
    expect((await overlap('max-share: 0.7')).verdict).toBe('pass');
    const empty = await validatedFiles({
      files: { 'data.csv': data, 'h.csv': 'x,y\n' },
      schema: 'version: 1\ncolumns: {}\noverlap: [{ with: h.csv }]\n',
    });
    expect(empty.problems).toMatchObject([{ found: 'no rows there' }]);
    expect(await overlap('ignore: [x], warn: true')).toMatchObject({
      verdict: 'pass',
      warnings: [{ check: 'overlap' }],
    });
    await expect(overlap('by: [z]')).rejects.toThrow(/expected a column "z".*schema.yml:3/);
  });
});
