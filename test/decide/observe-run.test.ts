import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/effect.ts';
import type { Intent } from '../../src/intent.ts';
import type { WorkflowJob } from '../../src/ports.ts';
import { runName } from '../../src/run-plan.ts';
import { anEvaluation } from '../result-builder.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { dispatched, openWorld, outline, policyText, repository, type World } from '../world.ts';

let test: TestStore;
let world: World;
let number: number;
let planned: Plan;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await openWorld(test);
  world.github.commit('feature', { 'src/features.py': 'hour, day' });
  number = world.github.openPull('feature');
  planned = await world.check(number);
});

const empty: Plan = { changes: [], effects: [] };

function aJob(name: string, changes: Partial<WorkflowJob> = {}): WorkflowJob {
  const times = {
    createdAt: '2026-03-01T12:00:30Z',
    startedAt: '2026-03-01T12:01:00Z',
    completedAt: '2026-03-01T12:03:30Z',
  };
  const machine = { attempt: 1, labels: ['gpu'], runnerName: 'box', hasFailedStep: changes.conclusion === 'failure' };
  return { id: 1, name, status: 'completed', conclusion: 'success', ...machine, ...times, ...changes };
}

function observing(changes: Partial<Extract<Intent, { kind: 'observe-run' }>> = {}): Intent {
  return {
    kind: 'observe-run',
    repository,
    runId: 700,
    attempt: 1,
    name: runName(dispatched(planned).claim),
    status: 'completed',
    conclusion: 'success',
    ...changes,
  };
}

function comment(plan: Plan): string {
  const effect = plan.effects.find(({ kind }) => kind === 'publish-comment');
  return effect?.kind === 'publish-comment' ? effect.body : '';
}

describe('a run that goes on', () => {
  it('shows its stages', async () => {
    world.github.jobs.set(700, [
      aJob('train (late)', { status: 'in_progress', conclusion: null, completedAt: null }),
      aJob('train (other)'),
    ]);
    const plan = await world.start(planned);

    expect(outline(plan)).toEqual(['run running', 'check siskin: late: in_progress', 'comment']);
    expect((await world.readRun(planned)).stages).toEqual([
      { name: 'train (late)', state: 'running', seconds: null },
      { name: 'train (other)', state: 'done', seconds: 150 },
    ]);
    expect(comment(plan)).toContain('0 of 1 stages done');
  });

  it('is not shown again when it is told again', async () => {
    await world.start(planned);

    expect((await world.start(planned)).effects).toEqual([]);
  });
});

describe('a run that has ended', () => {
  it('is judged by the gates of the base branch and shown', async () => {
    await world.start(planned);
    const plan = await world.finish(planned, { late: {} });

    expect(outline(plan)).toEqual(['run completed', 'check siskin: late: success', 'comment']);
    expect(await world.readRun(planned)).toMatchObject({ state: 'completed', runId: 700, url: expect.any(String) });
  });

  it('fails its check when a gate fails', async () => {
    const plan = await world.finish(planned, { late: { evaluation: anEvaluation({ difference: -0.1 }) } });

    expect(outline(plan)).toEqual(['run completed', 'check siskin: late: failure', 'comment']);
    expect(comment(plan)).toContain('worse');
  });

  it('is decided once: the same event again, or an older one, changes nothing', async () => {
    await world.finish(planned, { late: {} });

    expect(await world.ask(observing())).toEqual(empty);
    expect(await world.ask(observing({ status: 'in_progress', conclusion: null }))).toEqual(empty);
    expect(await world.ask(observing({ status: 'requested', conclusion: null }))).toEqual(empty);
  });

  it('reads GitHub only a few times', async () => {
    await world.finish(planned, { late: {} });

    expect(world.github.calls).toEqual([
      'readRun',
      'readFile',
      'listJobs',
      'readDefaultBranch',
      'listArtifacts',
      'downloadArtifact',
    ]);
  });

  it('without an artifact says so, with the end of the log of the job to blame', async () => {
    world.github.jobs.set(700, [aJob('train (late)', { id: 11, conclusion: 'failure' }), aJob('evaluate (late)')]);
    world.github.logs.set(11, ['epoch 1', 'ValueError: no such column', 'x'.repeat(2000)]);
    const plan = await world.finish(planned, { late: null }, 'failure');

    expect(outline(plan)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect((await world.readRun(planned)).failures).toEqual([
      {
        code: 'training-failed',
        model: 'late',
        message: 'expected job train (late) to succeed, found failure; its last lines say why',
        logTail: ['epoch 1', 'ValueError: no such column', 'x'.repeat(500)],
      },
    ]);
    expect(comment(plan)).toContain('ValueError: no such column');
  });

  it.each([
    ['evaluation-failed', [aJob('train (late)'), aJob('evaluate (late)', { conclusion: 'failure' })], 'failure'],
    ['dispatch-refused', [], 'startup_failure'],
    ['result-missing', [aJob('train (late)'), aJob('evaluate (late)')], 'success'],
    [
      'timed-out',
      [aJob('train (late)', { conclusion: 'cancelled', completedAt: '2026-03-01T13:01:00Z' })],
      'cancelled',
    ],
  ] as const)('without a result tells a failure: %s', async (code, jobs, conclusion) => {
    world.github.jobs.set(700, jobs);
    await world.finish(planned, { late: null }, conclusion);

    expect(await world.readRun(planned)).toMatchObject({ state: 'failed', failures: [{ code, model: 'late' }] });
  });

  it('because somebody cancelled it on GitHub is shown as cancelled', async () => {
    world.github.jobs.set(700, [aJob('train (late)', { conclusion: 'cancelled' })]);
    const plan = await world.finish(planned, { late: null }, 'cancelled');

    expect(outline(plan)).toEqual(['run cancelled', 'check siskin: late: cancelled', 'comment']);
  });

  it('with the result of another run does not count', async () => {
    const plan = await world.finish(planned, { late: { head: 'f'.repeat(40) } });

    expect(outline(plan)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(await world.readRun(planned)).toMatchObject({ failures: [{ code: 'result-mismatch' }], results: {} });
  });

  it('with a result that another workflow or branch has written does not count', async () => {
    world.github.commit('main', {
      '.github/siskin.yml': policyText.replace('version: 1', 'version: 1\nworkflow: other.yml'),
    });
    const pull = world.github.openPull('feature');
    const plan = await world.check(pull);
    const ended = await world.finish(plan, { late: {} });

    expect(outline(ended)).toContain('check siskin: late: failure');
    expect((await world.readRun(plan)).failures).toMatchObject([
      {
        code: 'result-unproven',
        message: expect.stringMatching(/^expected a token with the workflow_ref .*other\.yml@refs\/heads\/main/),
      },
    ]);
  });

  it('and is run again in vain is no longer shown by what it measured before', async () => {
    await world.finish(planned, { late: {} });
    world.github.artifacts.clear();
    world.github.jobs.set(700, [aJob('train (late)'), aJob('evaluate (late)', { conclusion: 'failure' })]);
    const plan = await world.finish(planned, { late: null }, 'failure', 2);

    expect(outline(plan)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(await world.readRun(planned)).toMatchObject({ failures: [{ code: 'evaluation-failed' }], results: {} });
  });

  it('and was deleted from GitHub is lost', async () => {
    await world.start(planned);
    world.github.runs.clear();
    const plan = await world.ask(observing());

    expect(outline(plan)).toEqual(['run failed', 'check siskin: late: failure', 'comment']);
    expect(await world.readRun(planned)).toMatchObject({ failures: [{ code: 'lost' }] });
  });

  it('and is run again by a person goes through its states again', async () => {
    await world.finish(planned, { late: null }, 'failure');
    const name = runName(dispatched(planned).claim);
    world.github.runs.set(700, {
      id: 700,
      attempt: 2,
      name,
      status: 'in_progress',
      conclusion: null,
      startedAt: '2026-03-01T12:00:00Z',
      url: 'u',
    });
    const plan = await world.ask(observing({ attempt: 2, status: 'in_progress', conclusion: null }));

    expect(outline(plan)).toEqual(['run running', 'check siskin: late: in_progress', 'comment']);
  });
});

describe('a run that is not ours', () => {
  it.each([
    ['of an unknown claim', { name: runName('00000000-0000-8000-8000-00000000000f') }],
    ['of another name', { name: 'CI' }],
  ])('%s is passed over without asking GitHub', async (_, changes) => {
    expect(await world.ask(observing(changes))).toEqual(empty);
    expect(world.github.calls).toEqual([]);
  });

  it('but has the name of one is passed over once ours is known', async () => {
    await world.start(planned);

    expect(await world.ask(observing({ runId: 666 }))).toEqual(empty);
  });
});

describe('a run that was given up', () => {
  it('before GitHub told its id is cancelled when it does', async () => {
    world.github.commit('feature', { 'src/features.py': 'x' });
    await world.check(number);
    const plan = await world.start(planned);

    expect(outline(plan)).toEqual(['run superseded', 'cancel: given up']);
  });

  it('keeps its result for later, and shows nothing', async () => {
    await world.start(planned);
    world.github.commit('feature', { 'src/features.py': 'x' });
    await world.check(number);
    const plan = await world.finish(planned, { late: {} });

    expect(outline(plan)).toEqual(['run superseded']);
    expect(Object.keys((await world.readRun(planned)).results)).toEqual(['late']);
  });
});

describe('a dispatch that GitHub refused', () => {
  it('is shown as failed instead of waiting for ever', async () => {
    const run = await world.readRun(planned);
    const failure = {
      code: 'workflow-missing',
      message: 'expected the workflow, found none',
      model: null,
      logTail: [],
    } as const;
    await world.store.record(repository, {
      changes: [{ kind: 'save-run', run: { ...run, state: 'failed', endedAt: run.plannedAt, failures: [failure] } }],
      effects: [],
    });
    const plan = await world.ask({ kind: 'show-run', repository, claim: run.claim });

    expect(outline(plan)).toEqual(['check siskin: late: failure', 'comment']);
    expect(await world.check(number)).toEqual(empty);
    expect(outline(await world.check(number, { cause: 'rerequested' }))).toContain('run planned');
  });
});

describe('a pull request that is closed', () => {
  const closing = { kind: 'close-pull-request', repository, actor: { login: 'ada', kind: 'person' } } as const;

  it('cancels its run, and the end of that run only tells what it took', async () => {
    await world.start(planned);
    const plan = await world.ask({ ...closing, number, head: 'b'.repeat(40), merged: false });
    const after = await world.finish(planned, { late: null }, 'cancelled');

    expect(outline(plan)).toEqual([
      'run cancelled',
      'cancel: cancelled by closing the pull request',
      'check siskin: late: cancelled',
      'comment',
    ]);
    expect(outline(after)).toEqual(['run cancelled', 'check siskin: late: cancelled', 'comment']);
    expect(comment(after)).toMatch(/0\.00\srunner h/);
    expect(await world.ask({ ...closing, number, head: 'b'.repeat(40), merged: false })).toEqual(empty);
  });

  it('and reopened is run after all', async () => {
    await world.ask({ ...closing, number, head: 'b'.repeat(40), merged: false });

    expect(outline(await world.check(number, { cause: 'reopened' }))).toContain('run planned');
  });
});
