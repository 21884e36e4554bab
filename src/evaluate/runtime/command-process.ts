import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../../error.ts';
import type { PredictPolicy } from '../../policy/runtime-policy.ts';

/** A program that answers for rows. */
export interface Program {
  /** What messages call it. */
  readonly name: string;
  readonly output: Readable;
  /** Waits until the program takes more. A program that has stopped reading takes everything: how it ends says why. */
  write(text: string): Promise<void>;
  /** No more rows. */
  end(): Promise<void>;
  /** Resolves when it has ended well; throws AppError when it failed, took too long or could not be started. */
  readonly finished: Promise<void>;
  /** Stops it and whatever it started; it then counts as ended well. */
  stop(): void;
}

const shownErrors = 600;

/** What a program is given of the environment: nothing that could be a secret. */
const passedOn =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|VIRTUAL_ENV|CONDA_PREFIX|PYTHON(PATH|HOME|UNBUFFERED|HASHSEED)|CUDA_\w+|NVIDIA_\w+|OMP_NUM_THREADS)$/i;

/** Starts a policy's program without a shell, in the checkout that the policy is from. */
export function startProgram(
  { command, 'timeout-minutes': minutes }: PredictPolicy,
  places: { readonly model: string; readonly output: string; readonly folder: string },
): Program {
  const [file = '', ...args] = command.map((part) =>
    part.replaceAll('{model}', () => places.model).replaceAll('{output}', () => places.output),
  );
  const name = `\`predict.command\` (${basename(file)})`;
  const child = spawn(file, args, {
    cwd: places.folder,
    env: Object.fromEntries(Object.entries(process.env).filter(([key]) => passedOn.test(key))),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what it started ends with it.
    detached: process.platform !== 'win32',
  });
  const { stdin, stdout, stderr } = child;
  let errors = '';
  stderr.on('data', (part: Buffer) => {
    errors = (errors + part.toString('utf8')).slice(-shownErrors);
  });
  let isReading = true;
  const stopReading = () => {
    isReading = false;
  };
  stdin.on('error', stopReading).on('close', stopReading);
  let isLate = false;
  let isStopped = false;
  const kill = () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    try {
      process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  };
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, minutes * 60_000);
  const finished = ended(child, () => (isLate ? minutes : null)).catch((found: Error) => {
    if (!isStopped) throw failure(found, { name, errors });
  });
  finished.catch(() => {}).finally(() => clearTimeout(timer));
  return {
    name,
    output: stdout,
    async write(text) {
      if (!isReading || stdin.write(text)) return;
      await Promise.race([once(stdin, 'drain'), once(stdin, 'close')]).catch(() => {});
    },
    async end() {
      if (isReading) stdin.end();
    },
    finished,
    stop() {
      isStopped = true;
      kill();
    },
  };
}

/** Throws an Error whose message says how it ended, unless it ended well. */
async function ended(child: ReturnType<typeof spawn>, lateAfter: () => number | null): Promise<void> {
  const [status, signal] = await once(child, 'close');
  const minutes = lateAfter();
  if (minutes !== null) throw new Error(`that it still ran after ${minutes} minutes`);
  if (signal !== null) throw new Error(`that ${signal} ended it`);
  if (status !== 0) throw new Error(`exit status ${status}`);
}

function failure(found: Error, { name, errors }: { readonly name: string; readonly errors: string }): AppError {
  const code = (found as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'EACCES') {
    return new AppError(
      'not-found',
      `expected a program that ${name} can start, found ${code === 'ENOENT' ? 'none of that name' : 'one that may not be run'}; install it on the runner, or name its path in the repository`,
      { cause: found },
    );
  }
  const said = errors.replace(/\s+/g, ' ').trim();
  const tail = said === '' ? 'it wrote nothing to standard error' : `it wrote: …${said}`;
  return new AppError(
    'bad-input',
    `expected ${name} to answer for every row, found ${found.message}; ${tail}; run it by hand on the holdout, or raise \`predict.timeout-minutes\``,
    { cause: found },
  );
}
