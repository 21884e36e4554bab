import { Octokit } from '@octokit/rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGithub } from '../../../sandbox/github/github.ts';
import { type Runner, startRunner } from '../../../sandbox/runner/runner.ts';
import { type Stage, setStage } from '../github/stage.ts';

const siskin = `
name: Siskin
run-name: siskin \${{ inputs.claim }}
on:
  workflow_dispatch:
    inputs:
      claim: { required: true }
      mode: { type: choice, options: [fast, full], default: fast }
      loud: { type: boolean }
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - run: echo "training \${{ inputs.claim }}"
      - run: test "\${{ inputs.mode }}" = fast || test "$GITHUB_RUN_ATTEMPT" = 2
`;

let stage: Stage;
let runner: Runner;
let octokit: Octokit;
const where = { owner: 'ada', repo: 'flights' };
const file = { ...where, workflow_id: 'siskin.yml' };
beforeAll(async () => {
  stage = await setStage();
  await stage.github.commitFiles({
    repository: stage.repository,
    branch: 'main',
    message: 'add workflows',
    author: 'ada',
    files: {
      '.github/workflows/siskin.yml': siskin,
      '.github/workflows/other.yaml': 'on: release\njobs: {}\n',
      '.github/workflows/notes.txt': 'no workflow',
    },
  });
  await stage.github.commitFiles({
    repository: stage.repository,
    branch: 'bare',
    message: 'a branch without workflows',
    author: 'ada',
    files: { '.github/workflows/siskin.yml': null, '.github/workflows/other.yaml': null },
  });
  runner = await startRunner({ backend: stage.github.actions.backend, labels: ['ubuntu-latest'], actions: {} });
  await runner.idle();
  octokit = await stage.asInstallation();
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

async function dispatch(inputs: Readonly<Record<string, unknown>>): Promise<number> {
  const answer = await octokit.request(
    'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    Object.assign({ ...file, ref: 'main', return_run_details: true }, { inputs }),
  );
  // The types of Octokit know only the answer without details.
  const { data } = answer as unknown as { data: { workflow_run_id: number; run_url: string; html_url: string } };
  expect(answer.status).toBe(200);
  expect(data.run_url).toBe(`${stage.github.apiUrl}/repos/ada/flights/actions/runs/${data.workflow_run_id}`);
  expect(data.html_url).toBe(`${stage.github.url}/ada/flights/actions/runs/${data.workflow_run_id}`);
  return data.workflow_run_id;
}

describe('workflows', () => {
  it('are those of the default branch, by id or by file', async () => {
    const { data } = await octokit.actions.listRepoWorkflows(where);
    const [first] = data.workflows;

    expect(data.workflows.map((workflow) => workflow.path).sort()).toEqual([
      '.github/workflows/other.yaml',
      '.github/workflows/siskin.yml',
    ]);
    expect((await octokit.actions.getWorkflow({ ...where, workflow_id: first?.id ?? 0 })).data).toEqual(first);
    expect((await octokit.actions.getWorkflow(file)).data.name).toBe('Siskin');
    await expect(octokit.actions.getWorkflow({ ...where, workflow_id: 'none.yml' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('that are disabled cannot be dispatched', async () => {
    await octokit.actions.disableWorkflow(file);
    const refused = octokit.actions.createWorkflowDispatch({ ...file, ref: 'main', inputs: { claim: 'x' } });
    await expect(refused).rejects.toMatchObject({ status: 422, message: expect.stringContaining('disabled') });
    await octokit.actions.enableWorkflow(file);

    expect((await octokit.actions.getWorkflow(file)).data.state).toBe('active');
  });

  it.each([
    ['an input that is missing', { ref: 'main' }, "Required input 'claim' not provided"],
    [
      'an input that it does not know',
      { ref: 'main', inputs: { claim: 'a', x: '1' } },
      'Unexpected inputs provided: ["x"]',
    ],
    [
      'a choice that is none',
      { ref: 'main', inputs: { claim: 'a', mode: 'slow' } },
      'not in the list of allowed values',
    ],
    ['a flag that is none', { ref: 'main', inputs: { claim: 'a', loud: 'yes' } }, 'is not a boolean'],
    ['a ref that is not there', { ref: 'nowhere', inputs: { claim: 'a' } }, 'No ref found for: nowhere'],
    ['a commit for a ref', { ref: 'a'.repeat(40), inputs: { claim: 'a' } }, 'No ref found'],
    ['a ref without the file', { ref: 'bare', inputs: { claim: 'a' } }, 'Workflow does not exist'],
    ['too much', { ref: 'main', inputs: { claim: 'a'.repeat(65_530) } }, 'too large'],
    [
      'too many inputs',
      { ref: 'main', inputs: Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`i${index}`, '1'])) },
      'No more than 25 properties',
    ],
  ])('refuse %s', async (_, request, message) => {
    const refused = octokit.actions.createWorkflowDispatch({ ...file, ...request });

    await expect(refused).rejects.toMatchObject({ status: 422, message: expect.stringContaining(message) });
  });

  it('without the trigger cannot be dispatched, and not without the permission', async () => {
    const other = { ...where, workflow_id: 'other.yaml', ref: 'main' };
    const reader = await stage.asInstallation({ actions: 'read', contents: 'read' });

    await expect(octokit.actions.createWorkflowDispatch(other)).rejects.toMatchObject({ status: 422 });
    await expect(reader.actions.createWorkflowDispatch({ ...file, ref: 'main' })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('answer 204 when no details are asked for', async () => {
    const answer = await octokit.actions.createWorkflowDispatch({ ...file, ref: 'main', inputs: { claim: 'quiet' } });
    await runner.idle();

    expect(answer.status).toBe(204);
  });
});

describe('a run', () => {
  it('tells its name, its jobs, their steps and logs, and sends webhooks in order', async () => {
    await stage.github.settled();
    const before = stage.received.length;
    const id = await dispatch({ claim: 'c-1' });
    await runner.idle();
    await stage.github.settled();
    const run = await octokit.actions.getWorkflowRun({ ...where, run_id: id });
    const jobs = await octokit.actions.listJobsForWorkflowRun({ ...where, run_id: id });
    const [job] = jobs.data.jobs;
    const log = await octokit.actions.downloadJobLogsForWorkflowRun({ ...where, job_id: job?.id ?? 0 });
    const logs = await octokit.actions.downloadWorkflowRunLogs({ ...where, run_id: id });

    expect(run.data).toMatchObject({
      name: 'siskin c-1',
      display_title: 'siskin c-1',
      event: 'workflow_dispatch',
      status: 'completed',
      conclusion: 'success',
      head_branch: 'main',
      run_attempt: 1,
      path: '.github/workflows/siskin.yml',
      actor: { login: stage.app.slug + '[bot]' },
    });
    expect(job).toMatchObject({ name: 'train', conclusion: 'success', labels: ['ubuntu-latest'], run_id: id });
    expect(job?.steps?.map((step) => `${step.number} ${step.name}`)).toEqual([
      '1 Set up job',
      '2 Run echo "training c-1"',
      '3 Run test "fast" = fast || test "$GITHUB_RUN_ATTEMPT" = 2',
      '4 Complete job',
    ]);
    expect(log.data).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z training c-1$/m);
    // A zip archive begins with these four bytes.
    expect(Buffer.from(logs.data as ArrayBuffer).readUInt32LE(0)).toBe(0x04034b50);
    const events = stage.heard().slice(before);
    const [requested] = stage.received.filter(({ payload }) => payload['action'] === 'requested').slice(-1);
    expect(requested?.payload['workflow_run']).toMatchObject({ id, name: 'siskin c-1', status: 'queued' });
    expect(events.filter((event) => event.startsWith('workflow_'))).toEqual([
      'workflow_run.requested',
      'workflow_job.queued',
      'workflow_run.in_progress',
      'workflow_job.in_progress',
      'workflow_job.completed',
      'workflow_run.completed',
    ]);
    expect(events.filter((event) => event.startsWith('check_run'))).toEqual([
      'check_run.created',
      'check_run.completed',
    ]);
  });

  it('can be found by event, status, commit, branch and day', async () => {
    const id = await dispatch({ claim: 'c-2', mode: 'full' });
    await runner.idle();
    const { data } = await octokit.actions.getWorkflowRun({ ...where, run_id: id });
    const count = async (query: object) =>
      (await octokit.actions.listWorkflowRuns({ ...file, ...query })).data.workflow_runs.filter((run) => run.id === id)
        .length;
    const today = new Date().toISOString().slice(0, 10);

    expect(data.conclusion).toBe('failure');
    expect(await count({ event: 'workflow_dispatch', status: 'failure' })).toBe(1);
    expect(await count({ status: 'completed', branch: 'main', head_sha: data.head_sha, created: `>=${today}` })).toBe(
      1,
    );
    expect(await count({ created: today })).toBe(1);
    expect(await count({ created: '2020-01-01..2020-12-31' })).toBe(0);
    expect(await count({ status: 'success' })).toBe(0);
    expect(await count({ event: 'push' })).toBe(0);
    expect(await count({ branch: 'bare' })).toBe(0);
  });

  it('is run again as a new attempt of the same run', async () => {
    const id = await dispatch({ claim: 'c-3', mode: 'full' });
    await runner.idle();
    await octokit.actions.reRunWorkflow({ ...where, run_id: id });
    await runner.idle();
    const first = await octokit.actions.getWorkflowRunAttempt({ ...where, run_id: id, attempt_number: 1 });
    const latest = await octokit.actions.getWorkflowRun({ ...where, run_id: id });
    const all = await octokit.actions.listJobsForWorkflowRun({ ...where, run_id: id, filter: 'all' });

    expect([first.data.conclusion, latest.data.conclusion]).toEqual(['failure', 'success']);
    expect(latest.data.run_attempt).toBe(2);
    expect(latest.data.run_number).toBe(first.data.run_number);
    expect(all.data.jobs.map((job) => job.run_attempt)).toEqual([1, 2]);
    await expect(octokit.actions.reRunWorkflowFailedJobs({ ...where, run_id: id })).rejects.toMatchObject({
      status: 403,
    });
    await expect(octokit.actions.cancelWorkflowRun({ ...where, run_id: id })).rejects.toMatchObject({ status: 409 });
  });

  it('that no runner took is cancelled at once', async () => {
    await using lonely = await startGithub();
    lonely.createUser({ login: 'ada' });
    await lonely.createRepository({
      owner: 'ada',
      name: 'flights',
      files: { '.github/workflows/siskin.yml': siskin },
    });
    const ada = new Octokit({ baseUrl: lonely.apiUrl, auth: lonely.userToken('ada') });
    lonely.actions.ignoreRunDetails();
    const asked = { ...file, ref: 'main', inputs: { claim: 'x' }, return_run_details: true };
    const answer = await ada.actions.createWorkflowDispatch(asked);
    const [queued] = (await ada.actions.listWorkflowRuns({ ...file, status: 'queued' })).data.workflow_runs;
    await ada.actions.cancelWorkflowRun({ ...where, run_id: queued?.id ?? 0 });
    const run = await ada.actions.getWorkflowRun({ ...where, run_id: queued?.id ?? 0 });

    expect(answer.status).toBe(204);
    expect(run.data).toMatchObject({ status: 'completed', conclusion: 'cancelled', display_title: 'siskin x' });
  });
});

describe('what the Actions side answers', () => {
  it('conforms to the descriptions that GitHub publishes', () => {
    // `created` takes the syntax of searches, though its description says that it is one moment.
    const violations = stage.conformance.violations.filter((violation) => !/parameter created/.test(violation.problem));

    expect(violations).toEqual([]);
    expect([...stage.conformance.seen.keys()].filter((what) => /actions|workflow/.test(what)).length).toBeGreaterThan(
      12,
    );
  });
});
