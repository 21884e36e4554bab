import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localGithub, repository } from './local-github.ts';

const root = join(import.meta.dirname, '../..');
const sources = ['src', 'app', 'actions', 'cli']
  .flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  )
  .filter((path) => path.endsWith('.ts') && !path.includes('dist/'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

describe('nothing of a pull request is ever written into the repository', () => {
  it('because few files write git objects, of branches and tags of our own; one merges, only what is ours; and nothing forks, copies or pushes', () => {
    const writes =
      /['"`](?:POST|PUT|PATCH|DELETE) \/repos\/\{owner\}\/\{repo\}\/(?:git|contents|merges|merge-upstream|branches|forks|pulls\/\{[^}]*\}\/(?:merge|update-branch))|\bgit push\b|(?:spawn|execFile)\w*\([^)]*['"]push['"]|createRef|updateRef/;

    expect(sources.filter(({ text }) => writes.test(text)).map(({ path }) => path)).toEqual([
      'src/github/branch-pull-request.ts',
      'src/github/own-merge.ts',
      'src/github/own-refs.ts',
      'src/github/release-branch.ts',
    ]);
  });

  it.each(['branch-pull-request', 'own-refs', 'release-branch'])(
    'and %s takes its files from texts of ours, never from a commit that it is given',
    (name) => {
      const text = sources.find(({ path }) => path === `src/github/${name}.ts`)?.text ?? '';

      expect(text).not.toBe('');
      expect(text).not.toMatch(/head_sha|readTree|readBlob|git\/blobs/);
    },
  );

  it.each(['main', 'refs/heads/main', 'siskin', 'feature/siskin/x', 'siskin/../main', 'siskin/a b', ''])(
    'and it refuses the branch %j',
    async (branch) => {
      await using github = await localGithub({});
      const proposal = { branch, base: 'main', title: 'x', body: 'x', files: { 'a.txt': 'a' } };

      await expect(github.writer.openPullRequest(repository, proposal)).rejects.toThrow(
        /expected a branch of our own, found/,
      );
      expect(github.seen).toEqual([]);
    },
  );
});
