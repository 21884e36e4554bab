import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, messageOf } from '../error.ts';
import { makeFolder } from '../make-folder.ts';

/**
 * Takes a data folder for this process alone, because two databases on the same files destroy each other. The lock of
 * a process that no longer lives is taken over, so that a killed one can start again.
 */
export function lockFolder(folder: string): Disposable {
  const file = resolve(folder, 'siskin.pid');
  try {
    makeFolder(folder);
    if (held.has(file)) throw taken(file, process.pid);
    claim(file);
    held.add(file);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'world-broken',
      `expected a data folder that can be written, found ${folder}: ${messageOf(cause)}; check its path and its rights`,
      { cause },
    );
  }
  return {
    [Symbol.dispose]() {
      held.delete(file);
      rmSync(file, { force: true });
    },
  };
}

/** What this process itself holds: its number in a file cannot tell its present life from an earlier one. */
const held = new Set<string>();

function claim(file: string): void {
  try {
    // `wx` fails when the file is there, so only one of two processes that start at once gets it.
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    const holder = Number(readFileSync(file, 'utf8'));
    // In a container the process after a restart often has the same number as the one before.
    if (holder !== process.pid && isAlive(holder)) throw taken(file, holder);
    rmSync(file);
    claim(file);
  }
}

function taken(file: string, holder: number): AppError {
  return new AppError(
    'conflict',
    `expected a data folder of our own, found that process ${holder} uses it (${file}); stop that process, or delete the file if it is something else`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it lives.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
