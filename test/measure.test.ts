import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { measureModel } from '../src/measure.ts';
import { ModelPolicy } from '../src/policy/policy.ts';
import { PrivacyPolicy } from '../src/policy/privacy-policy.ts';

const policy = ModelPolicy.parse({
  task: 'binary',
  target: 'y',
  id: 'id',
  data: { train: 'train/*.csv', holdout: 'holdout.csv', schema: 'schema.yml' },
  model: 'predictions.csv',
  metrics: { 'roc-auc': { 'not-worse-by': 0.05 } },
});

const schema = 'version: 1\ncolumns:\n  x: { type: number, max: 1000 }\n';

/** Rows of x from `from`, in a spread that repeats itself. */
function numbers(count: number, from: number): string {
  const rows = Array.from({ length: count }, (_, i) => `${i},${from + ((i * 37) % 100)},${(i * 13) % 2}`);
  return `id,x,y\n${rows.join('\n')}\n`;
}

function predictions(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `${i},${((i * 13) % 2) * 0.5 + ((i * 7) % 10) / 20}`);
  return `id,probability\n${rows.join('\n')}\n`;
}

function folder(files: Readonly<Record<string, string>>): { readonly root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'siskin-measure-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

const base = {
  'train/a.csv': numbers(500, 0),
  'holdout.csv': numbers(200, 0),
  'schema.yml': schema,
  'predictions.csv': predictions(200),
};

describe('measuring a model', () => {
  it('compares only the added rows with those before when files are added', async () => {
    using old = folder(base);
    using now = folder({ ...base, 'train/b.csv': numbers(100, 60) });

    const { drift } = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: now.root,
      candidate: null,
      champion: null,
    });

    expect(drift).toMatchObject({ scope: 'added', reference: { rows: 500 }, current: { rows: 100 }, verdict: 'moved' });
  });

  it('compares everything when a file changes', async () => {
    using old = folder(base);
    using now = folder({ ...base, 'train/a.csv': numbers(500, 60) });

    const { drift } = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: now.root,
      candidate: null,
      champion: null,
    });

    expect(drift).toMatchObject({ scope: 'all', current: { rows: 500 }, verdict: 'moved' });
  });

  it('compares nothing when the data are the same bytes, or when the base has none', async () => {
    using old = folder(base);
    using without = folder({ 'holdout.csv': base['holdout.csv'], 'schema.yml': schema });

    const same = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: old.root,
      candidate: null,
      champion: null,
    });
    const first = await measureModel({
      policy,
      baseRoot: without.root,
      headRoot: old.root,
      candidate: null,
      champion: null,
    });

    expect([same.drift, same.failures, first.drift, first.failures]).toEqual([null, [], null, []]);
  });

  it('shows of values only what the policy lets it show, and reads the dialect that the policy tells', async () => {
    const written = (start: number) =>
      numbers(300, start)
        .replaceAll(',', ';')
        .replaceAll(/^(\d+);/gm, (_, id) => `Ada Lovelace ${id};`);
    using old = folder({ ...base, 'train/a.csv': written(0) });
    using now = folder({ ...base, 'train/a.csv': written(5) });
    const data = { ...policy.data, csv: { delimiter: ';' }, privacy: PrivacyPolicy.parse({ redact: ['id'] }) };

    const { drift, failures } = await measureModel({
      policy: { ...policy, data },
      baseRoot: old.root,
      headRoot: now.root,
      candidate: null,
      champion: null,
    });

    expect(failures).toEqual([]);
    expect(Object.keys(drift?.columns ?? {})).toEqual(['id', 'x', 'y']);
    expect(JSON.stringify(drift)).not.toContain('Lovelace');
  });

  it('leaves the other parts standing when one fails', async () => {
    using old = folder(base);
    using now = folder({ ...base, 'train/a.csv': '' });
    const candidate = join(old.root, 'predictions.csv');

    const measured = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: now.root,
      candidate,
      champion: candidate,
    });

    expect(measured.failures.map(({ part, code }) => [part, code])).toEqual([
      ['validation', 'bad-input'],
      ['drift', 'bad-input'],
    ]);
    expect(measured.evaluation?.metrics['roc-auc']?.difference).toMatchObject({ value: 0 });
  });

  it('looks for rows of the holdout of the base, and for keys in files of the head', async () => {
    const rules = `${schema}  y: { references: { files: outcomes.csv, column: code } }
overlap: [{ with: holdout.csv, by: [x, y] }]
`;
    using old = folder({
      ...base,
      'schema.yml': rules,
      'holdout.csv': numbers(3, 0),
      'outcomes.csv': 'code,word\n7,x\n',
    });
    using now = folder({ ...base, 'holdout.csv': numbers(3, 5000), 'outcomes.csv': 'code,word\n0,no\n1,yes\n' });

    const { validation } = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: now.root,
      candidate: null,
      champion: null,
    });

    expect(validation?.problems).toMatchObject([
      { check: 'overlap', found: '3 of its 3 rows, 100 %, equal in 2 columns' },
    ]);
  });

  it('shows of rows that break the schema no more than the policy lets reports say', async () => {
    const strict = {
      ...base,
      'schema.yml': 'version: 1\ncolumns: { x: { type: number, max: 40, mean: { max: 1 } } }\n',
    };
    using old = folder(strict);
    const found = async (privacy: object) => {
      const { validation } = await measureModel({
        policy: { ...policy, data: { ...policy.data, privacy: PrivacyPolicy.parse(privacy) } },
        baseRoot: old.root,
        headRoot: old.root,
        candidate: null,
        champion: null,
      });
      return validation?.problems.map((problem) => problem.found);
    };

    expect(await found({})).toEqual(['295 of 500 rows break it, e.g. "74", "48", "85"', '49.5']);
    const hidden = ['295 of 500 rows break it, e.g. "[hidden]"', 'another, which is not shown'];
    expect(await found({ redact: ['x'] })).toEqual(hidden);
    expect(await found({ hash: ['x'] })).toEqual(hidden);
    expect(await found({ 'fold-below': 10 })).toEqual(hidden);
  });

  it('says that the base has no schema yet', async () => {
    const { 'schema.yml': _, ...without } = base;
    using old = folder(without);

    const { failures } = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: old.root,
      candidate: null,
      champion: null,
    });

    expect(failures).toMatchObject([
      { part: 'validation', code: 'not-found', message: expect.stringContaining('merge it first') },
    ]);
  });

  it('holds the data of the head against the schema of the base', async () => {
    using old = folder(base);
    using now = folder({ ...base, 'train/a.csv': numbers(500, 950), 'schema.yml': 'version: 1\ncolumns: {}\n' });

    const { validation } = await measureModel({
      policy,
      baseRoot: old.root,
      headRoot: now.root,
      candidate: null,
      champion: null,
    });

    expect(validation?.problems).toMatchObject([{ column: 'x', file: 'schema.yml', line: 3 }]);
  });
});
