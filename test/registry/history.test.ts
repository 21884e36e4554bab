import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { restore, setEnvironment } from '../../src/registry/edit-manifest.ts';
import { GitRepository } from './git-repository.ts';
import { digest, handWritten, rejection } from './manifest-builder.ts';

const path = 'models/fraud/release.yml';
const production = { model: 'fraud', environment: 'production' };
const older = { version: '1.3.0', digest: digest('b'), uri: 's3://models/fraud-1.3.0' };
const newer = { version: '1.4.0', digest: digest('a'), uri: 's3://models/fraud-1.4.0' };
const day = 86_400;
const start = Date.parse('2026-03-01T12:00:00Z') / 1000;

const cache = mkdtempSync(join(tmpdir(), 'siskin-cache-'));
const known = process.env['SISKIN_CACHE'];
beforeAll(() => {
  process.env['SISKIN_CACHE'] = cache;
});
afterAll(() => {
  if (known === undefined) delete process.env['SISKIN_CACHE'];
  else process.env['SISKIN_CACHE'] = known;
  rmSync(cache, { recursive: true, force: true });
});

/** 1.3.0 served production, 1.4.0 took over, was rolled back the next day; somebody broke the file in between. */
function fraudRepository(): GitRepository {
  const repository = new GitRepository();
  const deployed = textOf(setEnvironment(handWritten, { ...production, release: newer }));
  const restored = textOf(restore(deployed, { ...production, release: older, rejection: rejection() }));
  const texts = [handWritten, deployed, `${deployed}nonsense: [\n`, restored];
  const commits = repository.commits(
    texts.map((text, index) => ({ at: start + index * day, files: { [path]: text } })),
  );
  const [first = '', second = ''] = commits;
  repository.tags([
    { name: 'fraud@v1.3.0', commit: first, at: start + 60 },
    { name: 'fraud#production#1', commit: first, at: start + 61 },
    { name: 'fraud@v1.4.0', commit: second, at: start + day + 60 },
    { name: 'fraud#production!#2', commit: first, at: start + day + 600 },
    { name: 'fraud#production#3', commit: second, at: start + day + 601 },
  ]);
  return repository;
}

async function run(folder: string, ...args: readonly string[]) {
  const said = { out: '', err: '' };
  const status = await runCli({
    args,
    folder,
    stdout: { write: (text: string) => (said.out += text) },
    stderr: { write: (text: string) => (said.err += text) },
  });
  return { ...said, status };
}

describe('siskin history', () => {
  test('says who served when, what was rejected, and which tags confirm it', async () => {
    using repository = fraudRepository();

    const { out, err, status } = await run(repository.folder, 'history', 'fraud');

    expect(status).toBe(0);
    expect(out.replaceAll(/\b[0-9a-f]{9}\b/g, 'COMMIT')).toMatchInlineSnapshot(`
      "fraud: newest is 1.4.0

      production
        1.3.0  2026-03-04 12:00  until now               by Ada  COMMIT  no tag
        1.4.0  2026-03-02 12:00  until 2026-03-04 12:00  by Ada  COMMIT  fraud#production#3 at 2026-03-02 12:10
        1.3.0  2026-03-01 12:00  until 2026-03-02 12:00  by Ada  COMMIT  fraud#production#1 at 2026-03-01 12:01

      staging
        1.4.0  2026-03-01 12:00  until now  by Ada  COMMIT  no tag

      versions
        1.4.0  2026-03-01 12:00  fraud@v1.4.0  sha256:aaaaaaaaaaaa
        1.3.0  2026-03-01 12:00  fraud@v1.3.0  sha256:bbbbbbbbbbbb

      rejected
        1.4.0  sha256:aaaaaaaaaaaa  production  2026-03-01 18:00  errors: 40 of 1000 requests, 10 of 1000 before
      "
    `);
    expect(err.replaceAll(/\b[0-9a-f]{9}\b/g, 'COMMIT')).toMatchInlineSnapshot(`
      "Passed over, because the manifest could not be read: fraud at COMMIT.
      "
    `);
  });

  test('prints exactly one document', async () => {
    using repository = fraudRepository();

    const { out } = await run(repository.folder, 'history', 'fraud', '--json', '--environment', 'production');

    const document = JSON.parse(out);
    expect(document).toMatchObject({ schema: 'siskin.history/v1', model: 'fraud', rejected: [rejection()] });
    expect(document.environments.production).toMatchObject([
      { version: '1.3.0', since: '2026-03-04T12:00:00.000Z', until: null, by: 'Ada', assigned: null },
      { version: '1.4.0', until: '2026-03-04T12:00:00.000Z', assigned: { tag: 'fraud#production#3' } },
      { version: '1.3.0', assigned: { tag: 'fraud#production#1' } },
    ]);
    expect(Object.keys(document.environments)).toEqual(['production']);
  });

  test('works without any manifest, from the tags of another tool', async () => {
    using repository = new GitRepository();
    const [one = '', two = ''] = repository.commits([0, 1].map((at) => ({ at: start + at, files: {} })));
    repository.tags([
      { name: 'eu/churn@v1.0.0', commit: one, at: start },
      { name: 'eu/churn@v1.1.0', commit: two, at: start + 1 },
      { name: 'eu/churn#prod#1', commit: one, at: start + 60 },
      { name: 'eu/churn#prod#2', commit: two, at: start + 120 },
      { name: 'eu/churn#prod!#3', commit: two, at: start + 180 },
    ]);

    const { out } = await run(repository.folder, 'history', 'eu/churn', '--json');

    expect(JSON.parse(out).environments.prod).toMatchObject([
      { version: '1.0.0', since: '2026-03-01T12:03:00.000Z', until: null, source: 'eu/churn#prod!#3' },
      { version: '1.1.0', since: '2026-03-01T12:02:00.000Z', until: '2026-03-01T12:03:00.000Z' },
      { version: '1.0.0', since: '2026-03-01T12:01:00.000Z', until: '2026-03-01T12:02:00.000Z' },
    ]);
  });

  test('says what was meant when a model or an environment is misspelt', async () => {
    using repository = fraudRepository();

    expect((await run(repository.folder, 'history', 'fruad')).err).toContain('did you mean `siskin history fraud`?');
    expect((await run(repository.folder, 'history', 'fraud', '--environment', 'prod')).err).toContain(
      'there are production, staging',
    );
    for (const words of [[], ['a', 'b'], ['../x'], ['*'], ['--ref', '--all', 'fraud'], ['fraud', '--ref', 'nowhere']]) {
      const { status, err } = await run(repository.folder, 'history', ...words);
      expect(status).toBe(2);
      expect(err).toContain('expected');
    }
  });
});

describe('siskin models', () => {
  test('says which environment serves which since when', async () => {
    using repository = fraudRepository();

    const { out, status } = await run(repository.folder, 'models');

    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "MODEL  VERSIONS  NEWEST  ENVIRONMENT  SERVES  SINCE             CONFIRMED BY
      fraud  2         1.4.0   production   1.3.0   2026-03-04 12:00  no tag yet
                               staging      1.4.0   2026-03-01 12:00  no tag yet
      "
    `);
  });

  test('says the same as of an earlier commit', async () => {
    using repository = fraudRepository();

    const { out } = await run(repository.folder, 'models', '--json', '--ref', 'main~2');

    expect(JSON.parse(out)).toMatchObject({
      models: [{ environments: { production: { version: '1.4.0', since: '2026-03-02T12:00:00.000Z' } } }],
    });
  });

  test('says that a shallow clone does not know all', async () => {
    using repository = fraudRepository();
    const folder = mkdtempSync(join(tmpdir(), 'siskin-shallow-'));
    try {
      execFileSync('git', ['clone', '--quiet', '--depth=1', '--no-tags', `file://${repository.folder}`, folder]);

      const { err, out } = await run(folder, 'models');

      expect(out).toContain('1.3.0');
      expect(err).toContain('This clone is shallow');
      expect(err).toContain('No tag of a release is here');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('takes no harm from hostile tags, names and manifests', async () => {
    using repository = fraudRepository();
    const [commit = ''] = repository.commits([
      {
        at: start + 9 * day,
        files: {
          'models/__proto__/release.yml': handWritten,
          'models/constructor/release.yml': handWritten,
          'models/UPPER/release.yml': handWritten,
          'models/deep/er/release.yml': handWritten,
          'models/bomb/release.yml': `a: &a [x]\nb: [${'*a, '.repeat(9000)}]\n`,
        },
      },
    ]);
    const tags = [
      'fraud#__proto__#1',
      'fraud#constructor#9',
      '$(touch${IFS}x)@v1.0.0',
      'a"b@v1.0.0',
      'fraud@v1.0.0-\u202e',
    ];
    repository.tags(tags.map((name) => ({ name, commit, at: start })));
    repository.git(['tag', 'fraud@v9.9.9']);
    repository.git(['tag', '-a', '-m', 'of a tree', 'fraud@v9.9.8', 'HEAD^{tree}']);

    const { out, err, status } = await run(repository.folder, 'models', '--json');

    expect(status).toBe(0);
    const { models } = JSON.parse(out);
    expect(models.map(({ model }: { readonly model: string }) => model)).toEqual(['bomb', 'fraud']);
    expect(models[1]).toMatchObject({ version: '1.4.0', environments: { production: { version: '1.3.0' } } });
    expect(err).toBe('');
  });

  test('says so in one line where there is no repository, no commit or no model', async () => {
    using repository = new GitRepository();
    const empty = await run(repository.folder, 'models');
    repository.commits([{ at: start, files: { README: '' } }]);
    const without = await run(repository.folder, 'models');
    const nowhere = await run(cache, 'models');

    expect(empty).toMatchObject({ status: 2, err: expect.stringContaining('expected a commit') });
    expect(without).toMatchObject({ status: 0, out: 'No model was released here.\n' });
    expect(nowhere.status).toBe(4);
    expect(nowhere.err).toContain('expected a git repository');
  });
});

test('a cache that is broken or foreign is read past', async () => {
  using repository = fraudRepository();
  const folder = mkdtempSync(join(tmpdir(), 'siskin-cache-'));
  try {
    const { readTags } = await import('../../src/registry/read-tags.ts');
    const { readdirSync, readFileSync, writeFileSync } = await import('node:fs');
    const options = { folder: repository.folder, cache: folder };
    const first = await readTags(options);
    const file = join(folder, readdirSync(folder)[0] ?? '');
    const text = readFileSync(file, 'utf8');
    for (const broken of [text.replaceAll('Ada', 'Eve'), text.slice(0, 200), '', 'siskin.tags/v9 x\n']) {
      writeFileSync(file, broken);

      expect(await readTags(options)).toEqual(first);
    }
    repository.git(['tag', '-d', 'fraud@v1.4.0']);
    expect((await readTags(options)).tags.length).toBe(first.tags.length - 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function textOf(edited: ReturnType<typeof restore>): string {
  if (edited.kind === 'invalid') throw new Error(JSON.stringify(edited.problems));
  return edited.text;
}
