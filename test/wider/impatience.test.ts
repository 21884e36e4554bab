import { expect, it, vi } from 'vitest';
import type { RequestedRun } from '../../sandbox/github/actions-backend.ts';
import { lateArrivals, policy, scores } from '../scenarios/late-arrivals.ts';
import { openStage } from './crash/stage.ts';

vi.setConfig({ testTimeout: 600_000 });

it('a hundred times /train within a second starts one run', async () => {
  await using stage = await openStage({ replicas: 1 });
  const { github } = stage;
  github.createUser({ login: 'ada' });
  const runs: RequestedRun[] = [];
  github.actions.backend.onRun((run) => {
    runs.push(run);
    const { backend } = github.actions;
    backend.cancellation(run.id).addEventListener('abort', () => backend.completeRun(run.id, 'cancelled'));
  });
  const repository = await github.createRepository({
    owner: 'ada',
    name: 'shop',
    files: { ...lateArrivals, '.github/siskin.yml': policy({}) },
  });
  github.install(stage.registered, [repository]);
  await stage.rest();
  const files = { 'scores.csv': scores('bad') };
  await github.commitFiles({ repository, branch: 'change', message: 'change', files, author: 'ada' });
  const pull = await github.openPullRequest({ repository, author: 'ada', title: 'change', head: 'change' });
  await stage.until('the run of the pull request', () => runs.some(({ inputs }) => isOf(inputs, pull.pull.head.sha)));
  const say = (body: string) => github.comment({ repository, number: pull.number, author: 'ada', body });
  say('/cancel');
  await stage.rest();
  const before = runs.length;

  const comments = Array.from({ length: 100 }, () => say(`/train @${pull.pull.head.sha}`));
  await stage.rest(300);

  expect(runs.length - before).toBe(1);
  const reactions = comments.map(({ reactions }) =>
    reactions
      .map(({ content }) => content)
      .sort()
      .join(' '),
  );
  expect(reactions.filter((one) => one === 'eyes rocket')).toHaveLength(1);
  expect(reactions.filter((one) => one === '+1 eyes')).toHaveLength(99);
});

function isOf(inputs: Readonly<Record<string, string>>, head: string): boolean {
  return inputs['plan']?.includes(head) === true;
}
