import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError } from '../error.ts';
import type { RunPlan, TrainJob } from '../run-plan.ts';
import type { TrainingReport } from '../training-report.ts';
import { type CommandOutcome, runCommand } from './command.ts';
import { trainingEnvironment, untrustedEnvironment } from './contract.ts';
import { type ListedFiles, listFiles } from './files.ts';
import { flattenParameters } from './parameters.ts';

/**
 * Runs one training at `root`, a checkout of the plan's head, and reports on it. The command's failure is a report, not
 * an error; an AppError means that the job itself was set up wrongly (another commit, data missing, output outside).
 */
export async function train(options: {
  readonly plan: RunPlan;
  readonly job: TrainJob;
  readonly root: string;
  readonly checkpointFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly onLine: (line: string) => void;
}): Promise<TrainingReport> {
  const { plan, job, root } = options;
  refuseOtherCommit(root, plan.head);
  const dataFiles = await expand(root, job.data);
  if (dataFiles.length === 0) {
    throw new AppError(
      'bad-input',
      `expected training data at ${job.data.join(', ')}, found no file; commit it, pull it (DVC, Git LFS) in a step before this one, or correct data.train`,
    );
  }
  const parameterFiles = await expand(root, job.parameters);
  mkdirSync(options.checkpointFolder, { recursive: true });
  const timeoutMs = job.commandSeconds * 1000;
  const variables = trainingEnvironment({
    job,
    dataFiles,
    parameterFiles,
    checkpointFolder: options.checkpointFolder,
    deadline: new Date(options.now.getTime() + timeoutMs),
  });
  const outcome = await runCommand({
    command: job.command,
    folder: root,
    environment: { ...untrustedEnvironment(options.environment), ...variables },
    timeoutMs,
    onLine: options.onLine,
  });
  const files = listFiles(root, job.output);
  return {
    schema: 'siskin.training/v1',
    claim: plan.claim,
    model: job.model,
    head: plan.head,
    trainingKey: job.trainingKey,
    command: job.command,
    outcome: outcomeOf(outcome, files),
    exitCode: outcome.exitCode,
    signal: outcome.signal,
    seconds: outcome.seconds,
    peakMemoryBytes: outcome.peakMemoryBytes,
    gpu: outcome.gpu,
    seed: job.seed,
    parameters: flattenParameters(
      parameterFiles.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
    ),
    environment: {
      platform: `${process.platform}-${process.arch}`,
      runner: options.environment['RUNNER_NAME'] ?? 'unknown',
    },
    files: [...files.files],
    logBytes: outcome.logBytes,
    logTail: [...outcome.logTail],
  };
}

function refuseOtherCommit(root: string, head: string): void {
  let found: string;
  try {
    found = execFileSync('git', ['-C', root, 'rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  } catch (cause) {
    throw new AppError(
      'world-broken',
      `expected a git checkout of ${head}, found none; run actions/checkout with ref: \${{ fromJSON(inputs.plan).head }} before this step`,
      { cause },
    );
  }
  if (found !== head) {
    throw new AppError(
      'conflict',
      `expected the checkout to be at ${head}, found ${found}; run actions/checkout with ref: \${{ fromJSON(inputs.plan).head }} before this step`,
    );
  }
}

async function expand(root: string, patterns: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    if (existsSync(join(root, pattern))) {
      found.add(pattern);
      continue;
    }
    for await (const entry of glob(pattern, { cwd: root, withFileTypes: true })) {
      if (entry.isFile()) found.add(relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
    }
  }
  return [...found].sort();
}

function outcomeOf(outcome: CommandOutcome, files: ListedFiles): TrainingReport['outcome'] {
  if (outcome.timedOut) return 'timed-out';
  if (outcome.signal !== null) return 'killed';
  if (outcome.exitCode !== 0) return 'failed';
  return files.files.length === 0 ? 'no-output' : 'succeeded';
}
