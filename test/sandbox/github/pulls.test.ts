import { describe, expect, it } from 'vitest';
import type { MergeMethod } from '../../../sandbox/github/domain/pulls.ts';
import { type Stage, setStage } from './stage.ts';

const at = { owner: 'ada', repo: 'flights' } as const;

async function openPull(stage: Stage, files: Readonly<Record<string, string>>, head = 'topic'): Promise<number> {
  const { github, repository } = stage;
  await github.commitFiles({ repository, branch: head, message: `Work on ${head}`, files, author: 'ada' });
  return (await github.openPullRequest({ repository, author: 'ada', title: `Title of ${head}`, head })).number;
}

function refused(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'not refused',
    (error: { readonly status: number; readonly message: string }) => `${error.status} ${error.message}`,
  );
}

describe('pull requests of the local GitHub', () => {
  it.each([
    ['merge', 2, 'Merge pull request #1 from ada/topic'],
    ['squash', 1, 'Work on topic (#1)'],
    ['rebase', 1, 'Work on topic'],
  ] as const)('merges by %s', async (method: MergeMethod, parents: number, title: string) => {
    await using stage = await setStage();
    const number = await openPull(stage, { 'topic.txt': 'x' });
    const { github, repository } = stage;
    await github.commitFiles({ repository, branch: 'main', message: 'Move', files: { m: 'm' }, author: 'ada' });
    const ada = stage.asUser('ada');

    const merged = await ada.rest.pulls.merge({ ...at, pull_number: number, merge_method: method });

    const { data } = await ada.rest.repos.getCommit({ ...at, ref: 'main' });
    expect(data.sha).toBe(merged.data.sha);
    expect(data.parents).toHaveLength(parents);
    expect(data.commit.message.split('\n')[0]).toBe(title);
    const tree = await ada.rest.git.getTree({ ...at, tree_sha: 'main' });
    expect(tree.data.tree.map(({ path }) => path)).toEqual(['README.md', 'data', 'm', 'src', 'topic.txt']);
    const pull = await ada.rest.pulls.get({ ...at, pull_number: number });
    expect([pull.data.merged, pull.data.merge_commit_sha, pull.data.changed_files]).toEqual([true, data.sha, 1]);
  });

  it('sees a conflict and will not merge it', async () => {
    await using stage = await setStage();
    const number = await openPull(stage, { 'README.md': 'one way\n' });
    const { github, repository } = stage;
    const files = { 'README.md': 'another way\n' };
    await github.commitFiles({ repository, branch: 'main', message: 'Move', files, author: 'ada' });
    const ada = stage.asUser('ada');

    const { data } = await ada.rest.pulls.get({ ...at, pull_number: number });

    expect([data.mergeable, data.mergeable_state]).toEqual([false, 'dirty']);
    expect(await refused(ada.rest.pulls.merge({ ...at, pull_number: number }))).toContain('405');
  });

  it('merges only the head that the caller saw', async () => {
    await using stage = await setStage();
    const number = await openPull(stage, { a: '1' });
    const ada = stage.asUser('ada');
    const { data } = await ada.rest.pulls.get({ ...at, pull_number: number });
    const { github, repository } = stage;
    await github.commitFiles({ repository, branch: 'topic', message: 'more', files: { a: '2' }, author: 'ada' });

    expect(await refused(ada.rest.pulls.merge({ ...at, pull_number: number, sha: data.head.sha }))).toContain('409');
  });

  it('keeps the base commit that the pull request was opened on while the base moves', async () => {
    await using stage = await setStage();
    const ada = stage.asUser('ada');
    const start = (await ada.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    const number = await openPull(stage, { a: '1' });
    const { github, repository } = stage;
    await github.commitFiles({ repository, branch: 'main', message: 'Move', files: { m: 'm' }, author: 'ada' });

    const { data } = await ada.rest.pulls.get({ ...at, pull_number: number });

    expect(data.base.sha).toBe(start);
    expect(data.changed_files).toBe(1);
  });

  it('counts as merged what reaches the base by a push', async () => {
    await using stage = await setStage();
    const number = await openPull(stage, { a: '1' });
    const ada = stage.asUser('ada');
    const { data } = await ada.rest.pulls.get({ ...at, pull_number: number });

    await ada.rest.git.updateRef({ ...at, ref: 'heads/main', sha: data.head.sha });

    const after = await ada.rest.pulls.get({ ...at, pull_number: number });
    expect([after.data.state, after.data.merged]).toEqual(['closed', true]);
  });

  it('closes with its branch and cannot be reopened without', async () => {
    await using stage = await setStage();
    const number = await openPull(stage, { a: '1' });
    const ada = stage.asUser('ada');

    await ada.rest.git.deleteRef({ ...at, ref: 'heads/topic' });

    const { data } = await ada.rest.pulls.get({ ...at, pull_number: number });
    expect([data.state, data.merged]).toEqual(['closed', false]);
    expect(await refused(ada.rest.pulls.update({ ...at, pull_number: number, state: 'open' }))).toContain('422');
  });

  it('opens no second pull request for a branch, and none without commits', async () => {
    await using stage = await setStage();
    await openPull(stage, { a: '1' });
    const ada = stage.asUser('ada');
    await ada.rest.git.createRef({
      ...at,
      ref: 'refs/heads/same',
      sha: (await ada.rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha,
    });
    const open = (head: string, base = 'main') => refused(ada.rest.pulls.create({ ...at, title: 'x', head, base }));

    expect(await open('topic')).toContain('A pull request already exists for ada:topic.');
    expect(await open('same')).toContain('No commits between main and same');
    expect(await open('gone')).toContain('422');
    expect(await open('topic', 'gone')).toContain('422');
  });

  it('lists files with renames and patches, page by page', async () => {
    await using stage = await setStage();
    const { github, repository } = stage;
    const long = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('');
    await github.commitFiles({ repository, branch: 'main', message: 'old', files: { 'old.txt': long }, author: 'ada' });
    const number = await (async () => {
      const files = {
        'old.txt': null,
        'dir/new name.txt': `${long}end\n`,
        'data/june.csv': 'delay\n2\n',
        bin: new Uint8Array([0, 1]),
      };
      await github.commitFiles({ repository, branch: 'topic', message: 'x', files, author: 'ada' });
      return (await github.openPullRequest({ repository, author: 'ada', title: 'x', head: 'topic' })).number;
    })();
    const ada = stage.asUser('ada');

    const files = await ada.paginate(ada.rest.pulls.listFiles, { ...at, pull_number: number, per_page: 1 });

    expect(files.map((file) => [file.status, file.filename, file.additions, file.deletions])).toEqual([
      ['added', 'bin', 0, 0],
      ['modified', 'data/june.csv', 1, 1],
      ['renamed', 'dir/new name.txt', 1, 0],
    ]);
    expect(files.map((file) => file.patch)).toEqual([
      undefined,
      '@@ -1,2 +1,2 @@\n delay\n-1\n+2',
      expect.stringContaining('+end'),
    ]);
    expect(files[2]?.previous_filename).toBe('old.txt');
  });

  it('compares two ends that went apart', async () => {
    await using stage = await setStage();
    await openPull(stage, { a: '1' });
    const { github, repository } = stage;
    await github.commitFiles({ repository, branch: 'main', message: 'Move', files: { m: 'm' }, author: 'ada' });

    const { data } = await stage
      .asUser('ada')
      .rest.repos.compareCommitsWithBasehead({ ...at, basehead: 'main...topic' });

    expect([data.status, data.ahead_by, data.behind_by]).toEqual(['diverged', 1, 1]);
    expect(data.files?.map((file) => file.filename)).toEqual(['a']);
    expect(data.merge_base_commit.commit.message).toBe('Initial commit');
  });
});
