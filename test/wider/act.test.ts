import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { latestAttempt, type WorkflowJob } from '../../sandbox/github/actions/run-state.ts';
import { startWorld } from '../sandbox/runner/world.ts';
import { toolAt } from './tool.ts';

/** What became of one job: conclusions of the steps that ran, and the lines that they printed after `OUT `. */
interface JobStory {
  /** Over all combinations of its matrix, since act tells no other. */
  readonly conclusion: string;
  readonly steps: readonly string[];
  readonly lines: readonly string[];
}

/** By job name. What was skipped is left out, because act does not tell of it. */
type Story = Readonly<Record<string, JobStory>>;

const act = toolAt('SISKIN_ACT');
const actions = {
  'ada/box': join(import.meta.dirname, 'box'),
  // Both get the same stand-ins here, so that what the template gives them can be compared.
  'actions/checkout': join(import.meta.dirname, 'checkout'),
  'siskin-dev/siskin': join(import.meta.dirname, 'product'),
};

describe('our runner and act', () => {
  it.each(['steps', 'matrix', 'actions'])('tell the same story of %s.yml', async (name) => {
    const text = await readFile(join(import.meta.dirname, 'workflows', `${name}.yml`), 'utf8');
    const ours = await ourStory(text, { word: 'hello' });
    const theirs = await actStory(text, { word: 'hello' });

    expect(ours).toEqual(theirs);
    expect(Object.keys(ours).length).toBeGreaterThan(0);
  });

  it('tell the same story of the workflow that we ship', async () => {
    const text = await readFile(join(import.meta.dirname, '../../templates/workflows/siskin.yml'), 'utf8');
    const job = (model: string) => ({ model, runner: ['ubuntu-latest'], timeoutMinutes: 5 });
    const plan = JSON.stringify({
      claim: '3f0d9d0e-52c5-4a52-9a55-0f5a3c2b8f11',
      head: 'a1'.repeat(20),
      base: 'b2'.repeat(20),
      train: [job('fraud'), job('broken')],
      evaluate: [job('fraud'), job('broken')],
    });
    const ours = await ourStory(text, { plan });
    const theirs = await actStory(text, { plan });

    expect(ours).toEqual(theirs);
    expect(ours['evaluate (broken)']?.lines).toHaveLength(3);
  });
});

async function ourStory(text: string, inputs: Readonly<Record<string, string>>): Promise<Story> {
  await using world = await startWorld(text, { actions });
  const { run } = await world.run(inputs);
  const jobs = latestAttempt(run).jobs.filter((job) => job.conclusion !== 'skipped');
  return withSharedConclusions(Object.fromEntries(jobs.map((job) => [storyName(job.name), ourJob(job)])));
}

function ourJob(job: WorkflowJob): JobStory {
  const log = job.log.join('').replace(/^\S+Z /gm, '');
  return {
    conclusion: job.conclusion ?? '',
    steps: job.steps
      .filter((step) => !/^(Set up job$|Complete job$|Pre |Post )/.test(step.name) && step.conclusion !== 'skipped')
      .map((step) => step.conclusion ?? ''),
    lines: outLines(log.split('\n')),
  };
}

async function actStory(text: string, inputs: Readonly<Record<string, string>>): Promise<Story> {
  const folder = await mkdtemp(join(tmpdir(), 'act-'));
  try {
    const git = (...args: string[]) =>
      program('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@x', ...args], folder);
    await git('init', '-q', '-b', 'main');
    await git('remote', 'add', 'origin', 'https://github.com/ada/model.git');
    await writeFile(join(folder, 'test.yml'), text);
    await writeFile(join(folder, 'event.json'), JSON.stringify({ inputs }));
    await git('add', '.');
    await git('commit', '-q', '-m', 'one');
    const output = await program(
      act,
      [
        'workflow_dispatch',
        '--json',
        '--workflows=test.yml',
        '--platform=ubuntu-latest=-self-hosted',
        `--eventpath=${join(folder, 'event.json')}`,
        '--pull=false',
        '--no-cache-server',
        '--concurrent-jobs=1',
        `--action-cache-path=${join(folder, '.cache')}`,
        '--no-skip-checkout',
        ...localRepositories(text),
      ],
      folder,
    );
    return actJobs(output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// act wants each repository with the ref that the workflow uses.
function localRepositories(text: string): readonly string[] {
  return Object.entries(actions).flatMap(([repository, folder]) =>
    [
      ...new Set([...text.matchAll(new RegExp(`uses: (${repository})[^@\\s]*@(\\S+)`, 'g'))].map((match) => match[2])),
    ].map((ref) => `--local-repository=${repository}@${ref}=${folder}`),
  );
}

interface ActLine {
  readonly jobID?: string;
  readonly matrix?: Readonly<Record<string, unknown>>;
  readonly msg: string;
  readonly stage?: string;
  readonly stepID?: readonly string[];
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly raw_output?: boolean;
}

function actJobs(output: string): Story {
  const stories: Record<string, { conclusion: string; steps: string[]; lines: string[] }> = {};
  const forgiven = new Set<string>();
  for (const text of output.split('\n').filter((line) => line.startsWith('{'))) {
    // Each line of `act --json` is one event.
    const line = JSON.parse(text) as ActLine;
    if (line.jobID === undefined) {
      continue;
    }
    const name = actName(line.jobID, line.matrix ?? {});
    stories[name] ??= { conclusion: '', steps: [], lines: [] };
    const story = stories[name];
    const step = `${name} ${line.stepID?.join('.')}`;
    if (line.msg === 'Failed but continue next step') {
      forgiven.add(step);
    }
    if (line.raw_output) {
      story.lines.push(...outLines(line.msg.split('\n')));
    }
    // Steps inside a composite action have an id of two parts.
    if (
      line.stage === 'Main' &&
      line.stepID?.length === 1 &&
      line.stepResult !== undefined &&
      line.stepResult !== 'skipped'
    ) {
      story.steps.push(forgiven.has(step) ? 'success' : line.stepResult);
    }
    story.conclusion = line.jobResult ?? story.conclusion;
  }
  return withSharedConclusions(stories);
}

function withSharedConclusions(story: Story): Story {
  const key = (name: string) => name.replace(/ \(.*$/, '');
  const failed = new Set(
    Object.keys(story)
      .filter((name) => story[name]?.conclusion === 'failure')
      .map(key),
  );
  return Object.fromEntries(
    Object.entries(story).map(([name, job]) => [
      name,
      { ...job, conclusion: failed.has(key(name)) ? 'failure' : job.conclusion },
    ]),
  );
}

// An object in a matrix is named by its first value, which our workflows take for the name.
function actName(jobId: string, matrix: Readonly<Record<string, unknown>>): string {
  const values = Object.values(matrix).flatMap((value) =>
    value !== null && typeof value === 'object' ? Object.values(value).slice(0, 1) : [value],
  );
  return storyName(values.length === 0 ? jobId : `${jobId} (${values.join(', ')})`);
}

// act sorts the values of a matrix by their keys; ours keep the order of the file.
function storyName(name: string): string {
  return name.replace(/\((.*)\)$/, (_, values: string) => `(${values.split(', ').sort().join(', ')})`);
}

function outLines(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith('OUT '));
}

function program(file: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { HOME: cwd, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      // A status other than 0 is how act tells that a job failed.
      if (error !== null && file !== act) {
        reject(new Error(`${file} ${args.join(' ')}: ${stderr}`));
      } else {
        resolve(stdout);
      }
    });
  });
}
