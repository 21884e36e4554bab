import { randomUUID } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { interpolate } from './expression.ts';
import { scopeOf } from './job-session.ts';
import { type RunningStep, StepFailure } from './run-step.ts';
import { spawnInStep } from './spawn-in-step.ts';
import type { Step } from './workflow.ts';

/** Runs the script of a `run:` step in its shell. Throws StepFailure when it fails. */
export async function runScript(step: RunningStep, definition: Step): Promise<void> {
  const { session, frame, env } = step;
  const scope = scopeOf(session, frame, env);
  const script = interpolate(definition.run ?? '', scope);
  const shellName = definition.shell ?? frame.defaults.shell;
  const shell = shellOf(shellName === null ? null : interpolate(shellName, scope));
  const folder = interpolate(definition.workingDirectory ?? frame.defaults.workingDirectory ?? '.', scope);
  const file = join(session.folders.temp, `${randomUUID()}${shell.extension}`);
  await writeFile(file, script.endsWith('\n') ? script : `${script}\n`);
  await chmod(file, 0o755);
  logScript(step, script, shell.command);
  const [program = '', ...args] = shell.command.split(/\s+/).map((word) => word.replaceAll('{0}', file));
  try {
    await spawnInStep(step, {
      file: program,
      args,
      cwd: resolve(session.folders.workspace, folder),
      env: {},
      state: {},
    });
  } catch (error) {
    throw isMissing(error)
      ? new StepFailure(`cannot start \`${program}\` in the folder '${folder}'; one of the two is not there`)
      : error;
  }
}

interface Shell {
  /** `{0}` stands for the script's file. */
  readonly command: string;
  readonly extension: string;
}

// See https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
function shellOf(name: string | null): Shell {
  switch (name) {
    case null:
      return { command: 'bash -e {0}', extension: '.sh' };
    case 'bash':
      return { command: 'bash --noprofile --norc -e -o pipefail {0}', extension: '.sh' };
    case 'sh':
      return { command: 'sh -e {0}', extension: '.sh' };
    case 'python':
      return { command: 'python3 {0}', extension: '.py' };
    case 'pwsh':
      return { command: 'pwsh -command . {0}', extension: '.ps1' };
    default:
      if (!name.includes('{0}')) {
        throw new StepFailure(`expected \`shell\` to be bash, sh, python, pwsh or a command with {0}, found '${name}'`);
      }
      return { command: name, extension: '' };
  }
}

function logScript(step: RunningStep, script: string, shell: string): void {
  const { log } = step.session;
  const lines = script.trimEnd().split('\n');
  log.write(`##[group]Run ${lines[0] ?? ''}`);
  for (const line of lines) {
    log.write(`\u001b[36;1m${line}\u001b[0m`);
  }
  log.write(`shell: ${shell}`);
  const env = Object.entries({ ...step.session.env, ...step.frame.env, ...step.env });
  if (env.length > 0) {
    log.write('env:');
    for (const [key, value] of env) {
      log.write(`  ${key}: ${value}`);
    }
  }
  log.write('##[endgroup]');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
