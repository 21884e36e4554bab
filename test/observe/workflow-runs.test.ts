import { describe, expect, it } from 'vitest';
import { observe } from '../../src/observe.ts';

const app = { id: 29310, slug: 'siskin' };
const claim = '0f8fad5b-d9cb-869f-a165-70867728950e';
const origin = {
  installation: { id: 3 },
  repository: { id: 1, name: 'flights', owner: { login: 'octo' }, default_branch: 'main' },
  sender: { login: 'ada', type: 'User' },
};
const repository = { installation: 3, id: 1, owner: 'octo', name: 'flights' };

function intents(name: string, payload: object) {
  return observe({ name, id: 'delivery-1', payload: { ...origin, ...payload } }, app);
}

describe('a workflow run', () => {
  const run = {
    id: 7,
    run_attempt: 2,
    display_title: `siskin ${claim}`,
    event: 'workflow_dispatch',
    head_branch: 'main',
    conclusion: null,
    actor: { login: 'siskin[bot]' },
  };

  it('of ours is observed', () => {
    expect(intents('workflow_run', { action: 'in_progress', workflow_run: run })).toEqual([
      {
        kind: 'observe-run',
        repository,
        runId: 7,
        attempt: 2,
        name: `siskin ${claim}`,
        status: 'in_progress',
        conclusion: null,
      },
    ]);
  });

  it.each([
    ['has another name', { display_title: 'CI' }],
    ['has a name that is nearly a claim', { display_title: `siskin ${claim}x` }],
    ['was started by a pull request that took our name', { event: 'pull_request' }],
    ['was dispatched on another branch', { head_branch: 'evil' }],
    ['was dispatched by a person', { actor: { login: 'mallory' } }],
    ['was started by nobody known', { actor: null }],
  ])('that %s is not ours', (_, changes) => {
    expect(intents('workflow_run', { action: 'completed', workflow_run: { ...run, ...changes } })).toEqual([]);
  });

  it('that entered an environment for a rollout is looked at once it ended, when it is ours', () => {
    const gate = { ...run, display_title: 'siskin environment ro-0123456789abcdef' };
    const ended = { ...gate, conclusion: 'success' };

    expect(intents('workflow_run', { action: 'completed', workflow_run: ended })).toEqual([
      { kind: 'observe-gate', repository, runId: 7, name: 'siskin environment ro-0123456789abcdef' },
    ]);
    expect(intents('workflow_run', { action: 'in_progress', workflow_run: gate })).toEqual([]);
    const strange = [{ event: 'push' }, { head_branch: 'evil' }, { actor: { ...run.actor, login: 'mallory' } }];
    for (const changes of strange) {
      expect(intents('workflow_run', { action: 'completed', workflow_run: { ...ended, ...changes } })).toEqual([]);
    }
  });
});
