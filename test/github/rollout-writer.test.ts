import { describe, expect, it } from 'vitest';
import type { DeploymentContent } from '../../src/rollout/rollout-effect.ts';
import { localGithub, repository } from './local-github.ts';

const sha = 'c'.repeat(40);
const deployment: DeploymentContent = {
  environment: 'production',
  sha,
  state: 'in_progress',
  description: 'late v2: 5 %',
  environmentUrl: 'https://shop.example',
  logPath: 'pull/12',
  payload: { model: 'late' },
};
const ours = { login: 'siskin[bot]' };
const asked = (github: { readonly seen: readonly { readonly method: string; readonly path: string }[] }) =>
  github.seen.map(({ method, path }) => `${method} ${path.split('?')[0]?.replace('/repos/acme/flights/', '')}`);

describe('a deployment', () => {
  it('is made once per rollout, and leaves those of other models alone', async () => {
    await using github = await localGithub({
      'GET deployments': { status: 200, json: [{ id: 3, creator: ours, payload: { rollout: 'ro-other' } }] },
      'POST deployments': { status: 201, json: { id: 4 } },
      'GET deployments/4/statuses': { status: 200, json: [] },
      'POST deployments/4/statuses': { status: 201, json: {} },
    });

    expect(await github.writer.publishDeployment(repository, { rollout: 'ro-1', known: null, deployment })).toBe(4);

    expect(github.seen[1]?.body).toMatchObject({
      ref: sha,
      auto_merge: false,
      required_contexts: [],
      payload: { model: 'late', rollout: 'ro-1' },
    });
    expect(github.seen[3]?.body).toMatchObject({
      state: 'in_progress',
      auto_inactive: false,
      environment_url: 'https://shop.example',
      log_url: `${github.url}/acme/flights/pull/12`,
    });
  });

  it('is found again after a crash, also where GitHub gives its payload as text, but never that of somebody else', async () => {
    const payload = JSON.stringify({ rollout: 'ro-1' });
    await using github = await localGithub({
      'GET deployments': {
        status: 200,
        json: [
          { id: 8, creator: { login: 'mallory' }, payload },
          { id: 9, creator: ours, payload },
        ],
      },
      'GET deployments/9/statuses': { status: 200, json: [{ state: 'in_progress', description: 'late v2: 5 %' }] },
    });

    expect(await github.writer.publishDeployment(repository, { rollout: 'ro-1', known: null, deployment })).toBe(9);
    expect(asked(github)).toEqual(['GET deployments', 'GET deployments/9/statuses']);
  });
});

describe('a tag', () => {
  const tag = { name: 'late#production#1', sha, message: 'm', at: '2026-03-01T12:00:00Z' };

  it('is annotated, with the time that it is told', async () => {
    await using github = await localGithub({
      'GET git/ref/tags/late#production#1': { status: 404, json: {} },
      'POST git/tags': { status: 201, json: { sha: 'f'.repeat(40) } },
      'POST git/refs': { status: 201, json: {} },
    });

    await github.writer.createTag(repository, tag);

    expect(github.seen[1]?.body).toMatchObject({
      tag: tag.name,
      object: sha,
      tagger: { name: 'siskin[bot]', date: tag.at },
    });
    expect(github.seen[2]?.body).toMatchObject({ ref: 'refs/tags/late#production#1', sha: 'f'.repeat(40) });
  });

  it('that stands is left alone, and one elsewhere is a conflict', async () => {
    const at = (commit: string) => ({
      'GET git/ref/tags/late#production#1': { status: 200, json: { object: { type: 'tag', sha: 'f'.repeat(40) } } },
      [`GET git/tags/${'f'.repeat(40)}`]: { status: 200, json: { object: { sha: commit } } },
    });
    await using same = await localGithub(at(sha));
    await using other = await localGithub(at('d'.repeat(40)));

    await same.writer.createTag(repository, tag);

    await expect(other.writer.createTag(repository, tag)).rejects.toMatchObject({ code: 'conflict' });
    expect(asked(same).some((one) => one.startsWith('POST'))).toBe(false);
  });
});

describe('evidence', () => {
  const files = { 'late/production/ro-1/evidence.jsonl': '{}\n' };
  const save = (github: Awaited<ReturnType<typeof localGithub>>) =>
    github.writer.saveFiles(repository, { branch: 'siskin/evidence', message: 'Keep', files });

  it('begins a branch that shares no history with others', async () => {
    await using github = await localGithub({
      'GET branches/siskin/evidence': { status: 404, json: {} },
      'POST git/trees': { status: 201, json: { sha: 'a'.repeat(40) } },
      'POST git/commits': { status: 201, json: { sha } },
      'POST git/refs': { status: 201, json: {} },
    });

    expect(await save(github)).toBe(sha);
    expect(github.seen[1]?.body).not.toHaveProperty('base_tree');
    expect(github.seen[2]?.body).toMatchObject({ parents: [] });
  });

  it('is added on top without force, and what is there already makes no commit', async () => {
    const commit = { sha: 'd'.repeat(40), commit: { tree: { sha: 'e'.repeat(40) } }, parents: [], author: ours };
    const there = { 'GET branches/siskin/evidence': { status: 200, json: { commit } } };
    await using added = await localGithub({
      ...there,
      'POST git/trees': { status: 201, json: { sha: 'a'.repeat(40) } },
      'POST git/commits': { status: 201, json: { sha } },
      'PATCH git/refs/heads/siskin/evidence': { status: 200, json: {} },
    });
    await using same = await localGithub({
      ...there,
      'POST git/trees': { status: 201, json: { sha: 'e'.repeat(40) } },
    });

    expect(await save(added)).toBe(sha);
    expect(await save(same)).toBe('d'.repeat(40));
    expect(added.seen.at(-1)?.body).toMatchObject({ force: false });
  });
});

describe('a revert', () => {
  const pull = {
    ...{ number: 7, state: 'open', merged: false, mergeable: true, node_id: 'PR_7', user: ours },
    head: { sha, ref: 'siskin/revert-late' },
  };
  const settings = { allow_squash_merge: false, allow_merge_commit: true, allow_rebase_merge: true };
  const base = { 'GET pulls/7': { status: 200, json: pull }, 'GET ': { status: 200, json: settings } };

  it('is merged in a way that the repository allows', async () => {
    await using github = await localGithub({ ...base, 'PUT pulls/7/merge': { status: 200, json: { merged: true } } });

    expect(await github.writer.mergeOwn(repository, 7)).toBe('merged');
    expect(github.seen.at(-1)?.body).toMatchObject({ merge_method: 'merge', sha });
  });

  it.each([
    ['auto-merge', { data: { enablePullRequestAutoMerge: { clientMutationId: null } } }],
    ['needs-person', { data: null, errors: [{ message: 'Auto merge is not allowed for this repository' }] }],
  ])('that rules hold back is left to %s', async (expected, json) => {
    await using github = await localGithub({
      ...base,
      'PUT pulls/7/merge': { status: 405, json: { message: 'At least 1 approving review is required' } },
      'POST /graphql': { status: 200, json },
    });

    expect(await github.writer.mergeOwn(repository, 7)).toBe(expected);
  });

  it('of somebody else is never merged', async () => {
    await using github = await localGithub({
      ...base,
      'GET pulls/7': { status: 200, json: { ...pull, user: { login: 'mallory' } } },
    });

    await expect(github.writer.mergeOwn(repository, 7)).rejects.toMatchObject({ code: 'not-permitted' });
    expect(asked(github)).toEqual(['GET pulls/7']);
  });

  it('that conflicts is made anew on the present base', async () => {
    const tip = {
      sha: 'd'.repeat(40),
      commit: { tree: { sha: 'e'.repeat(40) } },
      parents: [{ sha: 'b'.repeat(40) }],
      author: ours,
    };
    await using github = await localGithub({
      'GET branches/siskin/revert-late': { status: 200, json: { commit: tip } },
      'GET pulls': { status: 200, json: [pull] },
      'POST git/trees': { status: 201, json: { sha: 'a'.repeat(40) } },
      'POST git/commits': { status: 201, json: { sha } },
      'PATCH git/refs/heads/siskin/revert-late': { status: 200, json: {} },
    });
    const proposal = {
      ...{ branch: 'siskin/revert-late', title: 'Revert', body: 'b', files: { 'models/late/release.yml': 'x' } },
      base: { branch: 'main', sha: 'f'.repeat(40) },
    };

    expect(await github.writer.proposeFiles(repository, proposal)).toBe(7);
    expect(github.seen.at(-1)?.body).toMatchObject({ force: true });
    await expect(github.writer.proposeFiles(repository, { ...proposal, branch: 'main' })).rejects.toMatchObject({
      code: 'not-permitted',
    });
  });
});

describe('an issue', () => {
  const issue = { title: 'late failed', body: 'why', marker: '<!-- siskin:issue:ro-1 -->' };

  it('is opened once', async () => {
    await using github = await localGithub({
      'GET issues': [
        {
          status: 200,
          json: [
            { number: 2, body: 'other' },
            { number: 3, body: issue.marker, pull_request: {} },
          ],
        },
        { status: 200, json: [{ number: 4, body: `why\n${issue.marker}` }] },
      ],
      'POST issues': { status: 201, json: { number: 4 } },
    });

    expect([
      await github.writer.openIssue(repository, issue),
      await github.writer.openIssue(repository, issue),
    ]).toEqual([4, 4]);
    expect(asked(github)).toEqual(['GET issues', 'POST issues', 'GET issues']);
  });

  it('is none where issues are switched off', async () => {
    await using github = await localGithub({
      'GET issues': { status: 410, json: { message: 'Issues are disabled for this repo' } },
      'POST issues': { status: 410, json: { message: 'Issues are disabled for this repo' } },
    });

    expect(await github.writer.openIssue(repository, issue)).toBeNull();
  });
});
