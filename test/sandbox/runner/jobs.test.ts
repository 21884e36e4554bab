import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latestAttempt, type WorkflowRun } from '../../../sandbox/github/actions/run-state.ts';
import { startRunner } from '../../../sandbox/runner/runner.ts';
import { type RunnerWorld, startWorld } from './world.ts';

let world: RunnerWorld;
beforeAll(async () => {
  world = await startWorld('on: workflow_dispatch\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }', {
    concurrency: 3,
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const ok = 'runs-on: ubuntu-latest, steps: [{ run: "true" }]';
const bad = 'runs-on: ubuntu-latest, steps: [{ run: "false" }]';

async function prepare(jobs: string, more = ''): Promise<void> {
  const text = `
on:
  workflow_dispatch:
    inputs: { plan: { default: '{"train":[]}' }, n: { type: number, default: 2 } }
${more}
jobs:
${jobs.trim().replace(/^/gm, '  ')}
`;
  await world.github.commitFiles({
    repository: world.repository,
    branch: 'main',
    message: 'change the workflow',
    author: 'ada',
    files: { '.github/workflows/test.yml': text },
  });
}

async function runJobs(jobs: string, more = '', inputs: Readonly<Record<string, string>> = {}) {
  await prepare(jobs, more);
  return world.run(inputs);
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 400) {
      throw new Error('it did not happen');
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const jobOf = (run: WorkflowRun, name: string) => latestAttempt(run).jobs.find((job) => job.name === name);

describe('jobs', () => {
  it('wait for what they need and are skipped when it failed', async () => {
    const report = await runJobs(`
late: { needs: [good, broken], ${ok} }
good: { ${ok} }
broken: { ${bad} }
after: { needs: late, ${ok} }
always: { needs: after, if: always(), ${ok} }
fix: { needs: good, if: failure(), ${ok} }
mourn: { needs: late, if: "failure() && needs.late.result == 'skipped'", ${ok} }
chain: { needs: always, ${ok} }
`);

    expect(report.conclusion).toBe('failure');
    expect(report.jobs).toEqual({
      good: 'success',
      broken: 'failure',
      late: 'skipped',
      after: 'skipped',
      always: 'success',
      fix: 'skipped',
      mourn: 'success',
      // Its ancestors, not only its need, were not all successful.
      chain: 'skipped',
    });
  });

  it('hand on outputs, of a matrix the last that is not empty', async () => {
    const report = await runJobs(`
list:
  runs-on: ubuntu-latest
  outputs: { jobs: "\${{ steps.l.outputs.jobs }}", secret: "x\${{ secrets.TOKEN }}" }
  steps: [{ id: l, run: 'echo "jobs=[{\\"m\\":\\"a\\"},{\\"m\\":\\"b\\"}]" >> $GITHUB_OUTPUT' }]
each:
  needs: list
  name: train (\${{ matrix.job.m }})
  strategy: { matrix: { job: "\${{ fromJSON(needs.list.outputs.jobs) }}" } }
  runs-on: ubuntu-latest
  outputs: { only: "\${{ steps.o.outputs.only }}" }
  steps: [{ id: o, run: 'test \${{ matrix.job.m }} = a && echo only=a >> $GITHUB_OUTPUT || true' }]
end:
  needs: [list, each]
  runs-on: ubuntu-latest
  steps: [{ run: 'test "\${{ needs.each.outputs.only }}-\${{ needs.each.result }}" = a-success' }]
`);

    expect(report.jobs).toEqual({ list: 'success', 'train (a)': 'success', 'train (b)': 'success', end: 'success' });
  });

  it('are skipped before their matrix is looked at', async () => {
    const report = await runJobs(`
train:
  if: \${{ fromJSON(inputs.plan).train[0] != null }}
  strategy: { matrix: { job: "\${{ fromJSON(inputs.plan).train }}" } }
  runs-on: \${{ matrix.job.runner }}
  steps: [{ run: "true" }]
evaluate: { needs: train, if: "\${{ !cancelled() }}", ${ok} }
`);

    expect(report.jobs).toEqual({ train: 'skipped', evaluate: 'success' });
    expect(report.conclusion).toBe('success');
  });

  it('fail with a message when their matrix is empty or an expression is wrong', async () => {
    const report = await runJobs(`
empty: { strategy: { matrix: { job: "\${{ fromJSON(inputs.plan).train }}" } }, ${ok} }
wrong: { if: "oops()", ${ok} }
nowhere: { runs-on: "\${{ inputs.none }}", steps: [{ run: "true" }] }
`);

    expect(report.jobs).toEqual({ empty: 'failure', wrong: 'failure', nowhere: 'failure' });
    expect(report.annotations('empty')[0]).toContain('`strategy.matrix.job` to be a list that is not empty, found []');
    expect(report.annotations('wrong')[0]).toContain("Unrecognized function: 'oops'");
  });

  it('stop with the first failure of their matrix, unless told otherwise', async () => {
    const steps = 'steps: [{ run: "if [ ${{ matrix.n }} = 1 ]; then exit 1; fi; sleep ${{ matrix.n }}" }]';
    const fast = await runJobs(`a: { strategy: { matrix: { n: [1, 30] } }, runs-on: ubuntu-latest, ${steps} }`);
    const slow = await runJobs(
      `a: { strategy: { fail-fast: false, matrix: { n: [1, 0] } }, runs-on: ubuntu-latest, ${steps} }`,
    );

    expect(fast.jobs).toEqual({ 'a (1)': 'failure', 'a (30)': 'cancelled' });
    expect(slow.jobs).toEqual({ 'a (1)': 'failure', 'a (0)': 'success' });
  });

  it('of a matrix run no more at a time than max-parallel', async () => {
    const report = await runJobs(`
a:
  strategy: { max-parallel: 1, matrix: { n: [1, 2, 3] } }
  runs-on: ubuntu-latest
  steps:
    - run: |
        test "\${{ strategy.job-index }}/\${{ strategy.job-total }}" = "$(( \${{ matrix.n }} - 1 ))/3"
        mkdir /tmp/only-one-$GITHUB_RUN_ID
        sleep 0.1
        rmdir /tmp/only-one-$GITHUB_RUN_ID
`);

    expect(report.jobs).toEqual({ 'a (1)': 'success', 'a (2)': 'success', 'a (3)': 'success' });
  });

  it('that may fail do not fail the run', async () => {
    const report = await runJobs(`
flaky: { continue-on-error: true, ${bad} }
next: { needs: flaky, ${ok} }
`);

    expect(report.jobs).toEqual({ flaky: 'failure', next: 'success' });
    expect(report.conclusion).toBe('success');
  });

  it('wait for a runner that has all their labels', async () => {
    await prepare(`
cpu: { ${ok} }
gpu: { runs-on: [self-hosted, "\${{ inputs.n > 1 && 'gpu' || 'cpu' }}"], steps: [{ run: 'test "$RUNNER_ENVIRONMENT" = self-hosted' }] }
`);
    const run = await world.dispatch();
    await until(() => jobOf(run, 'cpu')?.status === 'completed');

    expect(jobOf(run, 'gpu')?.status).toBe('queued');
    await using _gpu = await startRunner({
      backend: world.github.actions.backend,
      labels: ['self-hosted', 'GPU'],
      actions: {},
    });
    await world.runner.idle();
    expect(world.report(run).jobs).toEqual({ cpu: 'success', gpu: 'success' });
  });

  it('are cancelled: the running step is interrupted, and only what asks for it still runs', async () => {
    await prepare(`
long:
  runs-on: ubuntu-latest
  steps:
    - run: |
        trap 'echo interrupted; exit 1' INT
        sleep 30 & wait
    - run: echo not
    - { name: tidy, if: always(), run: echo tidied }
next: { needs: long, ${ok} }
end: { needs: next, if: always(), ${ok} }
`);
    const run = await world.dispatch();
    await until(
      () => jobOf(run, 'long')?.steps.some((step) => step.status === 'in_progress' && step.number === 2) ?? false,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await world.octokit.actions.cancelWorkflowRun({ owner: 'ada', repo: 'model', run_id: run.id });
    await world.runner.idle();
    const report = world.report(run);

    expect(report.conclusion).toBe('cancelled');
    expect(report.jobs).toEqual({ long: 'cancelled', next: 'cancelled', end: 'success' });
    expect(report.steps['long']?.map((step) => step.split(': ').at(-1))).toEqual(['cancelled', 'skipped', 'success']);
    expect(report.log('long')).toMatch(/interrupted\n[\s\S]*The operation was canceled.[\s\S]*tidied/);
  });

  it('are cancelled by their own time limit', async () => {
    const report = await runJobs(`
long: { timeout-minutes: 0.002, runs-on: ubuntu-latest, steps: [{ run: sleep 30 }, { run: echo not }] }
`);

    expect(report.jobs).toEqual({ long: 'cancelled' });
    expect(report.annotations('long')).toContainEqual(expect.stringContaining('exceeded the maximum execution time'));
  });

  it('stay in progress when their machine is lost, until the run is cancelled', async () => {
    await prepare('lost: { runs-on: spot, steps: [{ run: sleep 30 }, { if: always(), run: echo no }] }');
    await using spot = await startRunner({ backend: world.github.actions.backend, labels: ['spot'], actions: {} });
    const run = await world.dispatch();
    await until(() => jobOf(run, 'lost')?.steps.length === 3);
    await spot.loseJob('lost');

    expect(latestAttempt(run).status).toBe('in_progress');
    expect(jobOf(run, 'lost')?.status).toBe('in_progress');
    await world.octokit.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel', {
      owner: 'ada',
      repo: 'model',
      run_id: run.id,
    });
    expect(latestAttempt(run).conclusion).toBe('cancelled');
    await world.runner.idle();
  });

  it('run again only where they failed, with the results of the others', async () => {
    await prepare(`
good:
  runs-on: ubuntu-latest
  outputs: { once: "\${{ steps.s.outputs.once }}" }
  steps: [{ id: s, run: 'echo once=$GITHUB_RUN_ATTEMPT >> $GITHUB_OUTPUT' }]
flaky: { runs-on: ubuntu-latest, steps: [{ run: 'test $GITHUB_RUN_ATTEMPT = 2' }] }
end:
  needs: [good, flaky]
  runs-on: ubuntu-latest
  steps: [{ run: 'test "\${{ needs.good.outputs.once }}" = 1' }]
`);
    const run = await world.dispatch();
    await world.runner.idle();
    const first = world.report(run).jobs;
    await world.octokit.actions.reRunWorkflowFailedJobs({ owner: 'ada', repo: 'model', run_id: run.id });
    await world.runner.idle();
    const again = world.report(run);

    expect(first).toEqual({ good: 'success', flaky: 'failure', end: 'skipped' });
    expect(again.jobs).toEqual({ good: 'success', flaky: 'success', end: 'success' });
    expect(again.conclusion).toBe('success');
    expect(run.attempts).toHaveLength(2);
    expect(again.log('good')).toContain('echo once');
  });

  it('of one concurrency group come one after the other, and the newest waits alone', async () => {
    await prepare(`a: { runs-on: ubuntu-latest, steps: [{ run: sleep 0.2 }] }`, 'concurrency: deploy-${{ inputs.n }}');
    const runs = [await world.dispatch(), await world.dispatch(), await world.dispatch()];
    await world.runner.idle();

    expect(runs.map((run) => latestAttempt(run).conclusion)).toEqual(['success', 'cancelled', 'success']);
  });

  it('have the permissions of job or workflow, and few when neither says', async () => {
    const report = await runJobs(
      `
own: { permissions: { id-token: write, checks: write }, ${ok} }
none: { permissions: {}, ${ok} }
all: { permissions: write-all, ${ok} }
flow: { ${ok} }
`,
      'permissions: { contents: write }',
    );
    const permissions = (name: string) => jobOf(report.run, name)?.start?.permissions;

    expect(permissions('own')).toEqual({ id_token: 'write', checks: 'write' });
    expect(permissions('none')).toEqual({});
    expect(permissions('all')).toMatchObject({ pull_requests: 'write', id_token: 'write' });
    expect(permissions('flow')).toEqual({ contents: 'write' });
  });

  it.each([
    ['a: { needs: b, runs-on: x, steps: [] }', 'needs'],
    ['a: { needs: a, runs-on: x, steps: [] }', 'circle'],
    ['a: { runs-on: x, steps: [{ run: x, uses: y }] }', 'both'],
    ['a: { steps: [] }', 'runs-on'],
  ])('that cannot be started end the run at once: %s', async (jobs) => {
    const report = await runJobs(jobs);

    expect(report.conclusion).toBe('startup_failure');
    expect(report.jobs).toEqual({});
  });
});
