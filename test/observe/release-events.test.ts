import { describe, expect, it } from 'vitest';
import { observe } from '../../src/observe.ts';

const sha = 'b'.repeat(40);
const origin = {
  installation: { id: 3 },
  repository: { id: 1, name: 'flights', owner: { login: 'octo' }, default_branch: 'main' },
  sender: { login: 'ada', type: 'User' },
};
const repository = { installation: 3, id: 1, owner: 'octo', name: 'flights' };
const ada = { login: 'ada', kind: 'person' };

function intents(name: string, payload: object) {
  return observe({ name, id: 'delivery-1', payload: { ...origin, ...payload } }, { id: 29310, slug: 'siskin' });
}

describe('a push', () => {
  const push = { ref: 'refs/heads/main', before: 'a'.repeat(40), after: sha, deleted: false };

  it('to the default branch asks for a check of it', () => {
    expect(intents('push', push)).toEqual([
      {
        kind: 'check-push',
        repository,
        branch: 'main',
        before: 'a'.repeat(40),
        after: sha,
        actor: ada,
        cause: 'pushed',
      },
      { kind: 'observe-releases', repository, branch: 'main', before: 'a'.repeat(40), after: sha, actor: ada },
    ]);
  });

  it('to another branch, of a tag, or that deletes asks for nothing', () => {
    expect(intents('push', { ...push, ref: 'refs/heads/feature' })).toEqual([]);
    expect(intents('push', { ...push, ref: 'refs/tags/main' })).toEqual([]);
    expect(intents('push', { ...push, deleted: true })).toEqual([]);
  });
});

describe('a merge queue', () => {
  const group = { head_sha: sha, base_sha: 'a'.repeat(40), base_ref: 'refs/heads/main' };

  it('asks for the check of the commit that it tries', () => {
    expect(intents('merge_group', { action: 'checks_requested', merge_group: group })).toEqual([
      { kind: 'check-queue', repository, branch: 'main', base: 'a'.repeat(40), head: sha },
    ]);
  });

  it('of another branch, or at its end, asks for nothing', () => {
    const other = { ...group, base_ref: 'refs/heads/next' };

    expect(intents('merge_group', { action: 'checks_requested', merge_group: other })).toEqual([]);
    expect(intents('merge_group', { action: 'destroyed', merge_group: group })).toEqual([]);
  });
});

describe('a review', () => {
  const review = (ref: string, repo: number) =>
    intents('pull_request_review', {
      action: 'submitted',
      pull_request: { number: 5, head: { sha, ref, repo: { id: repo } } },
    });

  it('of a release pull request has it checked again', () => {
    expect(review('siskin/release/late', 1)).toEqual([{ kind: 'check-release', repository, number: 5, head: sha }]);
  });

  it('of any other, or of a fork that calls its branch so, decides nothing', () => {
    expect([...review('feature', 1), ...review('siskin/release/late', 2)]).toEqual([]);
  });
});
