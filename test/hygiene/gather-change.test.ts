import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { AppError } from '../../src/error.ts';
import type { ListedFile } from '../../src/github/pull-files.ts';
import { type ChangeReader, type GatheredChange, gatherChange } from '../../src/hygiene/gather-change.ts';
import { judgeChange } from '../../src/hygiene/judge-change.ts';
import { fakeSecrets } from './fake-secrets.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** What GitHub would answer about a change from one set of files to another; records which blobs were asked for. */
function github(options: {
  readonly before?: Files;
  readonly after?: Files;
  readonly listed?: readonly Partial<ListedFile>[];
  readonly tree?: 'whole' | 'truncated';
  readonly policy?: string;
}): ChangeReader & { readonly asked: string[] } {
  const { before = {}, after = {}, listed = [], tree = 'whole' } = options;
  const bytesOf = (content: string | Uint8Array) => Buffer.from(content);
  const asked: string[] = [];
  const entries = (files: Files) =>
    Object.entries(files).map(([path, content]) => ({
      path,
      sha: shaOf(content),
      bytes: bytesOf(content).length,
    }));
  const blobs = new Map(
    Object.values({ ...before })
      .concat(Object.values(after))
      .map((content) => [shaOf(content), bytesOf(content)]),
  );
  return {
    asked,
    compare: async () => ({ base: 'tip', mergeBase: 'old' }),
    readTree: async (commit) => (tree === 'truncated' ? null : entries(commit === 'new' ? after : before)),
    readFile: async (path, ref) => {
      const at: Readonly<Record<string, string | Uint8Array | undefined>> = {
        tip: options.policy,
        old: before[path],
        new: after[path],
      };
      const content = at[ref];
      return content === undefined ? null : Buffer.from(content).toString();
    },
    readBlob: async (sha, limit) => {
      asked.push(sha);
      const bytes = blobs.get(sha);
      if (bytes === undefined) throw new AppError('not-found', `no blob ${sha}`);
      if (bytes.length > limit) throw new AppError('too-large', 'too large');
      return bytes;
    },
    listFiles: async () =>
      listed.map((file) => ({
        path: '',
        previousPath: null,
        status: 'modified',
        sha: shaOf(after[file.path ?? ''] ?? ''),
        additions: 0,
        deletions: 0,
        patch: null,
        ...file,
      })),
  };
}

function shaOf(content: string | Uint8Array): string {
  return createHash('sha1').update(content).digest('hex');
}

const pull = { number: 1, baseRef: 'main', head: 'new' } as const;
const key = fakeSecrets['an npm token'] ?? '';

function secrets(change: GatheredChange): readonly string[] {
  return judgeChange(change.facts, change.levels)
    .filter(({ rule }) => rule === 'secret')
    .flatMap(({ places }) => places.map(({ path, line }) => `${path}:${line}`));
}

it('takes added lines from the hunks that GitHub lists, without reading the file', async () => {
  const reader = github({
    before: { 'a.txt': 'one\n' },
    after: { 'a.txt': `one\n${key}\n` },
    listed: [{ path: 'a.txt', additions: 1, patch: `@@ -1 +1,2 @@\n one\n+${key}` }],
  });

  const change = await gatherChange(reader, pull);

  expect(secrets(change)).toEqual(['a.txt:2']);
  expect(reader.asked).toEqual([]);
  expect(change.patches.size).toBe(1);
});

it.each([
  ['are cut', { additions: 2, patch: '@@ -1 +1,3 @@\n one\n+two' }],
  ['are left out', { additions: 2, patch: null }],
  ['are hidden by .gitattributes', { additions: 0, deletions: 0, patch: null }],
  ['are of another commit', { additions: 1, patch: '@@ -1 +1,2 @@\n one\n+two', sha: 'other' }],
  ['are malformed', { additions: 1, patch: '@@ nonsense @@\n\u0000+two' }],
])('reads both versions when the hunks %s', async (_, listed) => {
  const reader = github({
    before: { 'a.txt': `one\n${key}old\n` },
    after: { 'a.txt': `${key}old\none\ntwo\n${key}\n` },
    listed: [{ path: 'a.txt', ...listed }],
  });

  const change = await gatherChange(reader, pull);

  expect(secrets(change)).toEqual(['a.txt:4']);
  expect(change.unread).toBe(0);
});

it('takes no large file that was only renamed for a binary that is committed', async () => {
  const text = 'a line of a long text\n'.repeat(60_000);
  const reader = github({
    before: { 'a.json': text, 'a.csv': text },
    after: { 'b.json': text, 'b.csv': text },
    listed: [
      { path: 'b.json', previousPath: 'a.json', status: 'renamed' },
      { path: 'b.csv', previousPath: 'a.csv', status: 'renamed' },
    ],
  });

  const { facts, levels, unread } = await gatherChange(reader, pull);

  expect(facts.files.find(({ path }) => path === 'b.json')).toMatchObject({ status: 'moved', added: [] });
  expect([judgeChange(facts, levels), unread]).toEqual([[], 0]);
});

it('finds nothing new in a file that was only renamed, and only new lines in one that changed on its way', async () => {
  const reader = github({
    before: { 'a.txt': key, 'b.txt': `${key}\n` },
    after: { 'c.txt': key, 'd.txt': `${key}\n${key}2\n` },
    listed: [
      { path: 'c.txt', previousPath: 'a.txt', status: 'renamed' },
      { path: 'd.txt', previousPath: 'b.txt', status: 'renamed', additions: 1, patch: null },
    ],
  });

  expect(secrets(await gatherChange(reader, pull))).toEqual([]);
});

it('tells texts from binaries and broken encodings by their bytes', async () => {
  const latin = Buffer.concat([Buffer.from([0xff, 0xfe, 0xe9]), Buffer.from(`\n${key}\n`)]);
  const reader = github({ after: { 'a.txt': latin, b: Buffer.from(`\u0000${key}`) } });

  const change = await gatherChange(reader, pull);

  expect(secrets(change)).toEqual(['a.txt:2']);
  expect(change.facts.files.map(({ content }) => content)).toEqual(['text', 'binary']);
});

it('counts what is too large or too many to be looked into', async () => {
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`${index}.txt`, `text ${index}`]));
  const reader = github({ after: { ...many, 'huge.txt': 'x'.repeat(1_000_001) } });

  const change = await gatherChange(reader, pull);

  expect(reader.asked).toHaveLength(300);
  expect(change.unread).toBe(101);
});

it('goes by the list of files where the tree is too large, and then claims nothing of sizes and neighbours', async () => {
  const after = { 'a.txt': key, 'model.onnx': 'x', 'new.txt': key };
  const reader = github({
    after,
    tree: 'truncated',
    listed: [
      { path: 'a.txt', additions: 1, status: 'added', patch: `@@ -0,0 +1 @@\n+${key}` },
      { path: 'model.onnx', status: 'added' },
      { path: 'gone.txt', status: 'removed', sha: 'old blob' },
      { path: 'new.txt', previousPath: 'old.txt', status: 'renamed', additions: 1, patch: `@@ -1 +1 @@\n-x\n+${key}` },
    ],
  });

  const change = await gatherChange(reader, pull);

  expect(judgeChange(change.facts, change.levels).map(({ rule }) => rule)).toEqual(['secret']);
  expect(secrets(change)).toEqual(['a.txt:1', 'new.txt:1']);
});

it('judges by the levels of the base branch, and by the usual ones when its policy cannot be used', async () => {
  const models =
    'models: { a: { task: binary, target: t, data: { train: a.csv, holdout: b.csv }, model: m, metrics: { brier: { kind: info } } } }';
  const of = async (policy: string) => await gatherChange(github({ after: { 'a.txt': key }, policy }), pull);

  const off = await of(`version: 1\n${models}\nhygiene: { secret: off }\n`);
  const broken = await of('version: 1\nhygiene: { secret: of }\n');

  expect(secrets(off)).toEqual([]);
  expect(secrets(broken)).toEqual(['a.txt:1']);
  expect(broken.policyProblem).toMatch(/^line \d+: .*expected/);
});

it('tells a policy that is deleted as one that is loosened', async () => {
  const policy =
    'version: 1\nmodels: { a: { task: binary, target: t, data: { train: a.csv, holdout: b.csv }, model: m, metrics: { brier: { at-most: 0.2 } } } }\n';
  const change = await gatherChange(github({ before: { '.github/siskin.yml': policy }, policy }), pull);

  expect(judgeChange(change.facts, change.levels).map(({ rule }) => rule)).toEqual(['gate-loosened']);
});

it('tells only what the pull request itself does to the policy, whatever the base did since', async () => {
  const policy = (bound: number) =>
    `version: 1\nmodels: { a: { task: binary, target: t, data: { train: a.csv, holdout: b.csv }, model: m, metrics: { brier: { at-most: ${bound} } } } }\n`;
  const path = '.github/siskin.yml';
  const of = async (after: number) =>
    await gatherChange(
      github({ before: { [path]: policy(0.2) }, after: { [path]: policy(after) }, policy: policy(0.1) }),
      pull,
    );

  expect(judgeChange((await of(0.15)).facts)).toEqual([]);
  expect(judgeChange((await of(0.25)).facts)[0]?.places[0]?.found).toContain('from 0.2 to 0.25');
});

it('takes a pointer that it cannot read for a change of what it may stand for', async () => {
  const policy =
    'version: 1\nmodels: { a: { task: binary, target: t, data: { train: a.csv, holdout: b.csv }, model: m, metrics: { brier: { at-most: 0.2 } } } }\n';
  const listed = [{ path: 'b.csv.dvc', additions: 1, deletions: 1, patch: '@@ -1 +1 @@\n-outs: []\n+outs: [{}]' }];
  const reader = github({
    after: { 'b.csv.dvc': `outs: []\n${' '.repeat(1_000_001)}` },
    listed,
    tree: 'truncated',
    policy,
  });

  const change = await gatherChange(reader, pull);

  expect(judgeChange(change.facts).map(({ rule }) => rule)).toEqual(['holdout-changed']);
});
