import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { rolldown } from 'rolldown';
import { latestAttempt, type WorkflowRun } from '../../../sandbox/github/actions/run-state.ts';
import { type SandboxGithub, startGithub } from '../../../sandbox/github/github.ts';
import type { Repository } from '../../../sandbox/github/state.ts';
import { type Runner, type RunnerOptions, startRunner } from '../../../sandbox/runner/runner.ts';

/** A GitHub with one repository `ada/model` and a hosted runner. */
export interface RunnerWorld extends AsyncDisposable {
  readonly github: SandboxGithub;
  readonly repository: Repository;
  readonly runner: Runner;
  readonly octokit: Octokit;
  /** Requests a run of the workflow on the default branch. */
  dispatch(inputs?: Readonly<Record<string, string>>): Promise<WorkflowRun>;
  /** Requests a run and waits for its end. */
  run(inputs?: Readonly<Record<string, string>>): Promise<RunReport>;
  report(run: WorkflowRun): RunReport;
}

/** A run in a form that tests can compare. */
export interface RunReport {
  readonly run: WorkflowRun;
  readonly conclusion: string | null;
  /** By job name. */
  readonly jobs: Readonly<Record<string, string | null>>;
  /** `name: conclusion` by job, without the runner's own steps. */
  readonly steps: Readonly<Record<string, readonly string[]>>;
  /** Log of a job without the stamps. */
  log(job: string): string;
  annotations(job: string): readonly string[];
  summary(job: string): string;
}

export async function startWorld(
  files: Readonly<Record<string, string>> | string,
  options: Partial<RunnerOptions> = {},
): Promise<RunnerWorld> {
  const github = await startGithub();
  github.createUser({ login: 'ada' });
  const repository = await github.createRepository({
    owner: 'ada',
    name: 'model',
    files: typeof files === 'string' ? { '.github/workflows/test.yml': files } : files,
  });
  const runner = await startRunner({
    backend: github.actions.backend,
    labels: ['ubuntu-latest'],
    actions: {},
    grace: { interruptMs: 200, terminateMs: 200 },
    ...options,
  });
  const octokit = new Octokit({ baseUrl: github.apiUrl, auth: github.userToken('ada'), log: quiet });
  const dispatch = async (inputs: Readonly<Record<string, string>> = {}) => {
    const { data } = await octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      owner: 'ada',
      repo: 'model',
      workflow_id: 'test.yml',
      ref: 'main',
      inputs,
      return_run_details: true,
    });
    // The description that Octokit's types come from knows only the answer 204.
    const { workflow_run_id } = data as unknown as { workflow_run_id: number };
    const run = github.actions.state.findRun(workflow_run_id);
    if (run === null) {
      throw new Error('the dispatched run is not there');
    }
    return run;
  };
  return {
    github,
    repository,
    runner,
    octokit,
    dispatch,
    run: async (inputs) => {
      const run = await dispatch(inputs);
      await runner.idle();
      return reportOf(run);
    },
    report: reportOf,
    [Symbol.asyncDispose]: async () => {
      await runner[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}

/** Bundles the fixture action as its author would, into a folder that serves as its repository. */
export async function bundleAction(): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'action-'));
  const fixtures = join(import.meta.dirname, 'fixtures');
  const bundle = await rolldown({
    input: join(fixtures, 'echo-action.ts'),
    platform: 'node',
    logLevel: 'silent',
  });
  await bundle.write({ file: join(folder, 'index.mjs'), format: 'esm', codeSplitting: false });
  await bundle.close();
  await mkdir(folder, { recursive: true });
  await copyFile(join(fixtures, 'action.yml'), join(folder, 'action.yml'));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

function reportOf(run: WorkflowRun): RunReport {
  const attempt = latestAttempt(run);
  const job = (name: string) => {
    const found = attempt.jobs.find((candidate) => candidate.name === name);
    if (found === undefined) {
      throw new Error(`no job ${name} among ${attempt.jobs.map((each) => each.name).join(', ')}`);
    }
    return found;
  };
  return {
    run,
    conclusion: attempt.conclusion,
    jobs: Object.fromEntries(attempt.jobs.map((each) => [each.name, each.conclusion])),
    steps: Object.fromEntries(
      attempt.jobs.map((each) => [
        each.name,
        each.steps
          .filter((step) => !['Set up job', 'Complete job'].includes(step.name))
          .map((step) => `${step.name}: ${step.conclusion}`),
      ]),
    ),
    log: (name) =>
      job(name)
        .log.join('')
        .replace(/^\S+Z /gm, ''),
    annotations: (name) =>
      job(name).annotations.map((each) => `${each.level} ${each.path}:${each.line} ${each.message}`),
    summary: (name) => job(name).summary,
  };
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
