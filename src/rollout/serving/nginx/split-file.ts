import { execFile } from 'node:child_process';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../../../error.ts';
import { oneLine } from '../../../policy/quoted.ts';

/** The file of a service as it stands; null when there is none. */
export async function readSplit(folder: string, name: string): Promise<string | null> {
  try {
    return await readFile(join(folder, `${name}.conf`), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw fileError(folder, cause);
  }
}

/**
 * Puts a new file in the place of the old one in one step, and the old one back when it does not pass the test: nginx
 * reads neither before a reload.
 */
export async function writeSplit(
  file: { readonly folder: string; readonly name: string; readonly text: string; readonly before: string | null },
  test: () => Promise<void>,
): Promise<void> {
  const { folder, name, text, before } = file;
  await replace(folder, name, text);
  try {
    await test();
  } catch (thrown) {
    if (before === null) await rm(join(folder, `${name}.conf`), { force: true });
    else await replace(folder, name, before);
    throw thrown;
  }
}

async function replace(folder: string, name: string, text: string): Promise<void> {
  // Not `.conf`, so that nginx never includes it.
  const next = join(folder, `${name}.next`);
  try {
    const file = await open(next, 'w', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, join(folder, `${name}.conf`));
  } catch (cause) {
    throw fileError(folder, cause);
  }
}

function fileError(folder: string, cause: unknown): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(cause);
  const refused = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return new AppError(
    refused ? 'not-permitted' : 'unavailable',
    `expected to read and write files in ${folder}, found ${code}; make it writable for Siskin`,
    { cause },
  );
}

/** Runs a command of the operator without a shell and without Siskin's own environment. AppError when it fails. */
export function runCommand(command: readonly string[], timeoutMs: number): Promise<void> {
  const [program = '', ...rest] = command;
  const options = { timeout: timeoutMs, maxBuffer: 1024 * 1024, killSignal: 'SIGKILL', env: { PATH: path } } as const;
  return new Promise((resolve, reject) => {
    execFile(program, rest, options, (error, _stdout, stderr) => {
      if (error === null) return resolve();
      const what = `\`${oneLine(command.join(' '), 100)}\``;
      if (error.killed === true && error.code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
        const found = `expected ${what} to end within ${timeoutMs / 1000} seconds, found that it did not; look at nginx`;
        return reject(new AppError('timed-out', found));
      }
      const said = oneLine(stderr.trim() === '' ? error.message : stderr, 300);
      const isRefused = /permission denied|not permitted|EACCES/i.test(said);
      reject(
        new AppError(
          isRefused ? 'not-permitted' : 'world-broken',
          `expected ${what} to succeed, found "${said}"; correct nginx's configuration or who may reload it`,
        ),
      );
    });
  });
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
