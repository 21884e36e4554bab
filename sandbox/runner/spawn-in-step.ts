import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileCommandProblem, parseLines, parsePairs } from './environment-file.ts';
import { contextVariables } from './github-context.ts';
import { createLineReader } from './line-reader.ts';
import { runProcess } from './process.ts';
import { type RunningStep, StepFailure } from './run-step.ts';

/** GitHub keeps at most this much of what one step writes to GITHUB_STEP_SUMMARY. */
const summaryBytesLimit = 1024 * 1024;

/**
 * Runs a program as part of a step: with the job's variables, its output read for commands, and what it wrote to the
 * environment files applied afterwards. Throws StepFailure when it fails.
 */
export async function spawnInStep(
  step: RunningStep,
  program: {
    readonly file: string;
    readonly args: readonly string[];
    readonly cwd: string;
    /** Variables of this program beside those of every step. */
    readonly env: Readonly<Record<string, string>>;
    /** What it wrote to GITHUB_STATE is added here. */
    readonly state: Record<string, string>;
  },
): Promise<void> {
  const { session } = step;
  const files = await createFiles(join(session.folders.temp, '_runner_file_commands'));
  const reader = createLineReader(step);
  const exitCode = await runProcess({
    file: program.file,
    args: program.args,
    cwd: program.cwd,
    env: { ...variablesOf(step, files), ...program.env },
    signal: step.signal,
    destroy: session.machine.vanished,
    grace: session.machine.grace,
    onLine: reader.read,
  });
  const problems = [...reader.problems(), ...(await applyFiles(step, { files, state: program.state }))];
  for (const problem of problems) {
    session.log.write(`##[error]${problem}`);
  }
  if (exitCode !== 0) {
    throw new StepFailure(`Process completed with exit code ${exitCode}.`);
  }
  if (problems.length > 0) {
    throw new StepFailure(problems.join('; '), { isTold: true });
  }
}

type Files = Readonly<Record<'env' | 'output' | 'path' | 'state' | 'summary', string>>;

async function createFiles(folder: string): Promise<Files> {
  const id = randomUUID();
  const files = {
    env: join(folder, `set_env_${id}`),
    output: join(folder, `set_output_${id}`),
    path: join(folder, `add_path_${id}`),
    state: join(folder, `save_state_${id}`),
    summary: join(folder, `step_summary_${id}`),
  };
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')));
  return files;
}

function variablesOf(step: RunningStep, files: Files): Readonly<Record<string, string>> {
  const { session, frame, env } = step;
  const { machine, folders } = session;
  const own: Readonly<Record<string, string>> = { ...session.env, ...frame.env, ...env };
  return {
    LANG: 'C.UTF-8',
    SHELL: '/bin/bash',
    USER: 'runner',
    HOME: folders.home,
    ...contextVariables(
      {
        ...session.github,
        action: step.plan.id,
        action_repository: frame.action?.repository ?? '',
        action_ref: frame.action?.ref ?? '',
      },
      session.runner,
    ),
    // Of all these only CI may be changed by a workflow.
    ...Object.fromEntries(Object.entries(own).filter(([name]) => !/^(GITHUB|RUNNER)_/.test(name) || name === 'CI')),
    PATH: [...session.path, own['PATH'] ?? machine.path].join(':'),
    GITHUB_ENV: files.env,
    GITHUB_OUTPUT: files.output,
    GITHUB_PATH: files.path,
    GITHUB_STATE: files.state,
    GITHUB_STEP_SUMMARY: files.summary,
    RUNNER_TRACKING_ID: session.trackingId,
    ...(frame.action === null ? {} : { GITHUB_ACTION_PATH: frame.action.folder }),
    ...(session.grant.idTokenRequestUrl === null || session.grant.idTokenRequestToken === null
      ? {}
      : {
          ACTIONS_ID_TOKEN_REQUEST_URL: session.grant.idTokenRequestUrl,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: session.grant.idTokenRequestToken,
        }),
  };
}

async function applyFiles(
  step: RunningStep,
  options: { readonly files: Files; readonly state: Record<string, string> },
): Promise<readonly string[]> {
  const { session } = step;
  const { files, state } = options;
  const problems: string[] = [];
  const apply = async (file: string, use: (text: string) => void) => {
    try {
      use(await readFile(file, 'utf8').catch(() => ''));
    } catch (error) {
      if (!(error instanceof FileCommandProblem)) {
        throw error;
      }
      problems.push(
        `Unable to process file command '${file.replace(/^.*\/(\w+?)_[0-9a-f-]+$/, '$1')}': ${error.message}`,
      );
    }
  };
  await apply(files.env, (text) => {
    for (const [name, value] of parsePairs(text)) {
      if (name.toUpperCase() === 'NODE_OPTIONS') {
        throw new FileCommandProblem(`Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.`);
      }
      session.env[name] = value;
    }
  });
  await apply(files.output, (text) => {
    for (const [name, value] of parsePairs(text)) {
      step.outputs[name] = value;
    }
  });
  await apply(files.state, (text) => {
    for (const [name, value] of parsePairs(text)) {
      state[name] = value;
    }
  });
  await apply(files.path, (text) => {
    session.path.unshift(...parseLines(text).toReversed());
  });
  await apply(files.summary, (text) => keepSummary(step, text));
  return problems;
}

function keepSummary(step: RunningStep, text: string): void {
  const { session } = step;
  if (text === '') {
    return;
  }
  if (Buffer.byteLength(text) > summaryBytesLimit) {
    session.log.write(
      `##[error]$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(Buffer.byteLength(text) / 1024)}k.`,
    );
    return;
  }
  session.summaries.push(session.log.masked(text));
  session.machine.backend.setStepSummary(session.order.jobId, session.summaries.join('\n'));
}
