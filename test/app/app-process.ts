import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The App as `npm start` starts it, in a process of its own. */
export interface AppProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Set once it listens; null when it ended before. */
  readonly url: string | null;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** What it wrote to standard error so far. */
  readonly errors: () => string;
}

/** Starts it in a folder and waits until it listens or ends; the environment has only what is given, and PATH. */
export async function startAppProcess(folder: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../app/start.ts')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test that is given up disposes of nothing.
  onTestFinished(() => void child.kill('SIGKILL'));
  // Not the exit: the last words may come after it.
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const url = await new Promise<string | null>((resolve) => {
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString('utf8');
      const found = /Listening on (http:\/\/[\d.:]+)/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => resolve(null));
  });
  return {
    child,
    url,
    ended,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
