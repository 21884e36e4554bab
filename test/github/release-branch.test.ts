import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import { proposeRelease } from '../../src/github/release-branch.ts';
import type { Repository } from '../../src/intent.ts';
import type { ReleaseProposal } from '../../src/ports/release-writer.ts';
import { digestMarker } from '../../src/registry/release-branch.ts';
import { type Stage, setStage } from '../sandbox/github/stage.ts';

const repository: Repository = { installation: 1, id: 1, owner: 'ada', name: 'flights' };
const branch = 'siskin/release/late';
let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const path = 'models/late/release.yml';
const tip = async (ref = 'main') => (await stage.repository.git.ref(`refs/heads/${ref}`))?.sha ?? '';
const read = async (ref: string, file = path) =>
  (await stage.repository.git.ask(['show', `${await tip(ref)}:${file}`])).toString('utf8');
const pulls = () => [...stage.repository.issues.values()].filter((issue): issue is PullIssue => issue.pull !== null);

async function propose(text: string, changes: Partial<ReleaseProposal> = {}) {
  const digest = `sha256:${text}`;
  const proposal: ReleaseProposal = {
    model: 'late',
    base: { ref: 'main', sha: await tip() },
    title: `Release late ${text}`,
    body: `All about ${text}\n\n${digestMarker(digest)}`,
    files: { [path]: `${text}\n` },
    cause: 'asked',
    digest,
    ...changes,
  };
  const app = { id: stage.app.appId, slug: stage.app.app.slug };
  return await proposeRelease(await stage.asInstallation(), repository, { app, proposal });
}

const commit = (on: string, files: Readonly<Record<string, string>>, author = 'ada') =>
  stage.github.commitFiles({ repository: stage.repository, branch: on, files, message: `Work on ${on}`, author });

describe('the release pull request of a model', () => {
  it('is opened once, and proposing the same again changes nothing', async () => {
    const first = await propose('1.0.0');
    const before = await tip(branch);
    const again = await propose('1.0.0');

    expect(first).toMatchObject({ kind: 'opened' });
    expect(again).toEqual({ kind: 'unchanged', number: Reflect.get(first, 'number') });
    expect(await tip(branch)).toBe(before);
    expect(pulls()).toHaveLength(1);
  });

  it('takes a newer candidate as one more commit, so that both never compete', async () => {
    const before = await tip(branch);
    const updated = await propose('1.1.0');

    expect(updated).toMatchObject({ kind: 'updated' });
    expect(pulls()).toHaveLength(1);
    expect(pulls()[0]).toMatchObject({ title: 'Release late 1.1.0' });
    expect(await read(branch)).toBe('1.1.0\n');
    expect(await stage.repository.git.isAncestor(before, await tip(branch))).toBe(true);
  });

  it('is made anew on the default branch when that edited the same files, and merges again', async () => {
    await commit('main', { [path]: 'by hand\n' });
    const conflicts = await propose('1.2.0');
    const [pull] = pulls();
    const parents = (await stage.repository.git.commit(await tip(branch)))?.parents;

    expect(conflicts).toMatchObject({ kind: 'updated', number: pull?.number });
    expect(parents).toEqual([await tip()]);
    expect(await read(branch)).toBe('1.2.0\n');
  });

  it('stays as it is when the default branch only moved elsewhere', async () => {
    const before = await tip(branch);
    await commit('main', { 'README.md': 'moved\n' });

    expect(await propose('1.2.0')).toMatchObject({ kind: 'unchanged' });
    expect(await tip(branch)).toBe(before);
  });

  it('is never written over where somebody else committed to it: that is told', async () => {
    const by = await commit(branch, { [path]: '1.2.0 with a correction\n' });
    const held = await propose('1.3.0');

    expect(held).toEqual({ kind: 'held', number: pulls()[0]?.number, by: 'ada', commit: by });
    expect(await read(branch)).toBe('1.2.0 with a correction\n');
  });

  it('that people closed is not opened again by itself for the same bytes, but for others, and for whoever asks', async () => {
    const github = stage.asUser('ada');
    const close = async () => {
      const open = pulls().find(({ state }) => state === 'open');
      await github.rest.pulls.update({
        owner: 'ada',
        repo: 'flights',
        pull_number: open?.number ?? 0,
        state: 'closed',
      });
    };
    await close();
    await github.rest.git.deleteRef({ owner: 'ada', repo: 'flights', ref: `heads/${branch}` });
    const opened = await propose('1.4.0', { cause: 'automatic' });
    await close();
    const declined = await propose('1.4.0', { cause: 'automatic' });
    const renewed = await propose('1.4.0', { cause: 'renewed' });
    const asked = await propose('1.4.0', { cause: 'asked' });
    await close();
    const other = await propose('1.5.0', { cause: 'automatic' });

    expect([opened, declined, renewed, asked, other].map(({ kind }) => kind)).toEqual([
      'opened',
      'declined',
      'declined',
      'opened',
      'opened',
    ]);
  });

  it('says nothing that GitHub would not take', () => {
    expect(stage.conformance.violations).toEqual([]);
  });
});
