import { describe, expect, test } from 'vitest';
import { classify } from '../../src/change/classify.ts';
import type { Change } from '../../src/change/model-change.ts';
import { pointersToRead } from '../../src/change/pointers.ts';
import { files, policyFixture, treeOf } from './change-fixture.ts';

/** What an edit of the fixture's files means, with exactly the texts fetched that were asked for. */
function changeOf(
  edit: Readonly<Record<string, string | null>>,
  base: Readonly<Record<string, string>> = files,
): Change {
  const head = Object.entries({ ...base, ...edit }).filter((entry): entry is [string, string] => entry[1] !== null);
  const before = treeOf(base);
  const after = treeOf(Object.fromEntries(head));
  const policy = policyFixture();
  const wanted = pointersToRead({ before: before.entries, after: after.entries, policy });
  const all = new Map([...before.texts, ...after.texts]);
  const texts = new Map(wanted.map(({ sha }) => [sha, all.get(sha) ?? '']));
  return classify({ before: before.entries, after: after.entries, policy, texts });
}

/** Per model the causes, as one line each. */
function causesOf(edit: Readonly<Record<string, string | null>>, base?: Readonly<Record<string, string>>) {
  return Object.fromEntries(changeOf(edit, base).models.map(({ model, causes }) => [model, causes.join(' ')]));
}

test.each([
  ['nothing', {}, '', ''],
  ['a script', { 'src/features.js': 'no hour' }, 'code', ''],
  ['a new script', { 'src/new.js': 'x' }, 'code', ''],
  ['a deleted script', { 'src/features.js': null }, 'code', ''],
  [
    'documentation',
    { 'README.md': 'x', 'docs/a.html': 'x', LICENSE: 'x', 'img/a.png': 'x', '.gitignore': 'x' },
    '',
    '',
  ],
  ['parameters', { 'params.yml': 'lr: 0.2' }, 'parameters', ''],
  ['the environment', { 'package-lock.json': '{"a":1}' }, 'environment', ''],
  ['training data', { 'data/train/jun.parquet': 'PAR1 jun' }, 'data', 'data'],
  ['the holdout', { 'data/holdout.parquet': 'PAR1 other' }, 'holdout', 'holdout'],
  ['the schema of one model', { 'data/schema.yml': 'x' }, 'schema', ''],
  ['a committed model', { 'models/delay.onnx': 'onnx 2' }, '', 'model'],
  ['what the training writes', { 'out/late/model.json': '{}' }, '', ''],
  [
    'workflows and other settings of GitHub',
    { '.github/workflows/ci.yml': 'x', '.github/dependabot.yml': 'x' },
    '',
    '',
  ],
  ['code and data', { 'train.js': 'x', 'data/train/jan.parquet': 'y' }, 'code data', 'data'],
])('%s', (_, edit, late, delay) => {
  expect(causesOf(edit)).toEqual({ late, delay });
});

test('an edit of policy or workflow is told apart and is no business of a model', () => {
  const change = changeOf({
    '.github/siskin.yml': 'version: 1 ',
    '.github/workflows/siskin.yml': 'x',
    'README.md': 'x',
  });

  expect(change).toMatchObject({ policy: true, workflow: true, otherFiles: 1 });
  expect(change.models.flatMap(({ causes }) => causes)).toEqual([]);
});

describe('pointers', () => {
  const pointer = (digit: string, size: number) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${digit.repeat(64)}\nsize ${size}\n`;

  test('a changed Git LFS pointer is data with its digests and bytes', () => {
    const base = { ...files, 'data/train/jan.parquet': pointer('a', 100) };

    const change = changeOf({ 'data/train/jan.parquet': pointer('b', 130) }, base);

    expect(change.models[0]).toEqual({
      model: 'late',
      causes: ['data'],
      files: { data: ['data/train/jan.parquet'] },
      pointers: [
        {
          path: 'data/train/jan.parquet',
          kind: 'lfs',
          before: { digest: `sha256:${'a'.repeat(64)}`, bytes: 100, files: null },
          after: { digest: `sha256:${'b'.repeat(64)}`, bytes: 130, files: null },
        },
      ],
    });
  });

  const tracked = (md5: string, more = '') => `outs:\n- {md5: ${md5}.dir, size: 9, nfiles: 2, path: train${more}}\n`;

  test('a changed .dvc file of a folder of training data is data', () => {
    const base = { ...files, 'data/train.dvc': tracked('aa', ', hash: md5') };

    const change = changeOf({ 'data/train.dvc': tracked('bb', ', hash: md5') }, base);

    expect(change.models[0]).toMatchObject({
      causes: ['data'],
      files: { data: ['data/train.dvc'] },
      pointers: [
        { path: 'data/train', kind: 'dvc', before: { digest: 'md5:aa.dir' }, after: { digest: 'md5:bb.dir' } },
      ],
    });
  });

  test('a migration of hashes, a description, or a pointer to other data is no change', () => {
    const base = { ...files, 'data/train.dvc': tracked('aa'), 'notebooks/x.dvc': 'outs:\n- {md5: a, path: x}\n' };

    expect(causesOf({ 'data/train.dvc': tracked('bb', ', hash: md5') }, base)).toEqual({ late: '', delay: '' });
    expect(causesOf({ 'data/train.dvc': `${tracked('aa')}desc: flights\n` }, base)).toEqual({ late: '', delay: '' });
    expect(causesOf({ 'notebooks/x.dvc': 'outs:\n- {md5: b, path: x}\n' }, base)).toEqual({ late: '', delay: '' });
  });

  test('an import at another revision is data although its hashes are not known yet', () => {
    const imported = (rev: string) => `deps:\n- {path: x, repo: {url: u, rev_lock: ${rev}}}\n${tracked('aa')}`;

    expect(causesOf({ 'data/train.dvc': imported('r2') }, { ...files, 'data/train.dvc': imported('r1') }).late).toBe(
      'data',
    );
  });

  const lock = (script: string, data: string) =>
    `schema: '2.0'\nstages:\n  prepare:\n    cmd: python prepare.py\n    deps:\n    - {path: prepare.py, md5: ${script}, hash: md5, size: 1}\n    outs:\n    - {path: data/train, md5: ${data}.dir, hash: md5, size: 1, nfiles: 1}\n`;

  test('outs of a lock stage whose command and dependencies stood still are a result, not a cause', () => {
    const base = { ...files, 'dvc.lock': lock('s1', 'd1') };

    expect(causesOf({ 'dvc.lock': lock('s1', 'd2') }, base).late).toBe('');
    expect(causesOf({ 'dvc.lock': lock('s2', 'd2') }, base).late).toBe('data');
    expect(causesOf({ 'dvc.lock': lock('s2', 'd1') }, base).late).toBe('');
  });

  test('a pointer whose text cannot be read is a change of what it may stand for', () => {
    const before = treeOf({ ...files, 'dvc.lock': lock('s1', 'd1') });
    const after = treeOf({ ...files, 'dvc.lock': lock('s1', 'd2') });

    const change = classify({
      before: before.entries,
      after: after.entries,
      policy: policyFixture(),
      texts: new Map(),
    });

    expect(change.models[0]?.causes).toEqual(['data']);
  });

  test('asks for no blob that is not needed, and for fifty at most', () => {
    const many = Object.fromEntries(
      Array.from({ length: 80 }, (_, index) => [`data/train/${index}.csv`, pointer('a', index)]),
    );
    const before = treeOf(files);
    const after = treeOf({ ...files, ...many, 'src/features.js': 'x', 'data/train.dvc': tracked('aa') });

    const wanted = pointersToRead({ before: before.entries, after: after.entries, policy: policyFixture() });

    expect(wanted).toHaveLength(50);
    expect(wanted[0]?.path).toBe('data/train.dvc');
    expect(pointersToRead({ before: before.entries, after: before.entries, policy: policyFixture() })).toEqual([]);
  });
});

test('a hundred thousand files are classified in seconds at most', () => {
  const many = Array.from({ length: 100_000 }, (_, index) => ({
    path: `src/f${index}/x.py`,
    sha: `${index}`,
    bytes: 1,
  }));
  const started = process.cpuUsage();

  const change = classify({ before: [], after: many, policy: policyFixture(), texts: new Map() });

  expect(change.models[0]?.files.code).toHaveLength(100_000);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
});
