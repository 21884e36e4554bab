import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Artifact, WorkflowRun } from '../../sandbox/github/actions/run-state.ts';
import { fillToolCache } from '../../sandbox/tool-cache.ts';
import type { Result } from '../../src/result.ts';
import { type RunPlan, RunPlan as RunPlanSchema } from '../../src/run-plan.ts';
import { TrainingReport } from '../../src/training-report.ts';
import { readZip } from '../../src/zip.ts';
import { type RunnerWorld, type RunReport, startWorld } from '../sandbox/runner/world.ts';
import { builtActions } from '../scenarios/built-actions.ts';

const root = join(import.meta.dirname, '../..');

/** The workflow as it is shipped, but under the name that the runner's world dispatches. */
export const shipped = readFileSync(join(root, 'templates/workflows/siskin.yml'), 'utf8');

/** One repository whose runs use the actions as a release has them: bundles, without sources and packages. */
export interface Stage extends AsyncDisposable {
  readonly world: RunnerWorld;
  /** The commit of `main`. */
  readonly base: string;
  readonly toolCache: string;
  plan(changes: Partial<RunPlan>): RunPlan;
  /** Runs the shipped workflow with a plan. */
  runPlan(changes: Partial<RunPlan>): Promise<RunReport>;
  commit(branch: string, files: Readonly<Record<string, string | Uint8Array | null>>): Promise<string>;
  artifact(run: WorkflowRun, name: string): Artifact;
  /** The texts of an artifact's files, by name. */
  unpacked(run: WorkflowRun, name: string): Promise<ReadonlyMap<string, string>>;
}

/** Builds the actions where they are not, and starts a world with this repository in it. */
export async function openStage(options: {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly workflow?: string;
  /** Whether the runner's tool cache holds the native packages. */
  readonly natives?: 'filled' | 'empty';
}): Promise<Stage> {
  await builtActions();
  const folder = mkdtempSync(join(tmpdir(), 'siskin-actions-'));
  const release = join(folder, 'release');
  const files = globSync(['action.yml', 'actions/*/action.yml', 'actions/*/dist/**/*.{mjs,json}'], { cwd: root });
  for (const file of files) cpSync(join(root, file), join(release, file));
  const toolCache = join(folder, 'tools');
  if (options.natives !== 'empty') fillToolCache(toolCache);
  const world = await startWorld(
    { '.github/workflows/test.yml': options.workflow ?? shipped, ...texts(options.files) },
    { actions: { 'siskin-dev/siskin': release }, toolCache },
  );
  const { github, repository } = world;
  const commit: Stage['commit'] = (branch, changed) =>
    github.commitFiles({ repository, branch, message: `Work on ${branch}`, files: changed, author: 'ada' });
  const binary = Object.entries(options.files).filter(([, content]) => typeof content !== 'string');
  const base = await commit('main', { 'README.md': '# Model\n', ...Object.fromEntries(binary) });
  const plan: Stage['plan'] = (changes) =>
    RunPlanSchema.parse({
      schema: 'siskin.plan/v1',
      claim: '3f0d9d0e-52c5-4a52-9a55-0f5a3c2b8f11',
      repository: 'ada/model',
      head: base,
      base,
      pullRequest: null,
      train: [],
      evaluate: [evaluateJob({})],
      ...changes,
    });
  const artifact: Stage['artifact'] = (run, name) => {
    const all = [...github.actions.state.of(repository).artifacts.values()].filter((one) => one.run === run);
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no artifact ${name} among ${all.map((one) => one.name).join(', ')}`);
    return found;
  };
  return {
    world,
    base,
    toolCache,
    plan,
    runPlan: (changes) => world.run({ plan: JSON.stringify(plan(changes)) }),
    commit,
    artifact,
    async unpacked(run, name) {
      const bytes = readFileSync(artifact(run, name).file);
      const names = ['training.json', 'result.json', 'report.html', 'model/late.csv', 'model/a.csv', 'model/b/c.csv'];
      const found = await readZip(bytes, { names, limits: { entries: 20, totalBytes: 50_000_000 } });
      return new Map([...found].map(([file, content]) => [file, new TextDecoder().decode(content)]));
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type TrainJob = RunPlan['train'][number];
type EvaluateJob = RunPlan['evaluate'][number];

/** The training of the model `late`; each test states only what matters. */
export function trainJob(changes: Partial<TrainJob>): TrainJob {
  return {
    model: 'late',
    command: 'bash train.sh',
    output: 'out/late.csv',
    runner: ['ubuntu-latest'],
    timeoutMinutes: 15,
    commandSeconds: 300,
    seed: 1,
    data: ['data/train.csv'],
    parameters: [],
    trainingKey: null,
    artifact: 'siskin-model-late',
    ...changes,
  };
}

/** The evaluation of the model `late`. */
export function evaluateJob(changes: Partial<EvaluateJob>): EvaluateJob {
  return {
    model: 'late',
    runner: ['ubuntu-latest'],
    timeoutMinutes: 5,
    candidate: { kind: 'trained', artifact: 'siskin-model-late' },
    champion: { kind: 'none', reason: 'first' },
    artifact: 'siskin-result-late',
    ...changes,
  };
}

/** training.json of an artifact, held against its schema. */
export function trainingIn(files: ReadonlyMap<string, string>): TrainingReport {
  return TrainingReport.parse(JSON.parse(files.get('training.json') ?? 'null'));
}

export type { Result };

function texts(files: Readonly<Record<string, string | Uint8Array>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, content]) => (typeof content === 'string' ? [[path, content]] : [])),
  );
}
