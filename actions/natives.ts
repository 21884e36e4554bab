import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as core from '@actions/core';
import { digestOf } from '../src/digest.ts';
import { AppError, messageOf } from '../src/error.ts';
import { nativeFolder } from '../src/natives.ts';

/**
 * Makes the packages that cannot be bundled available: from where Node finds them beside the action, else from the
 * runner's tool cache, where they are installed once, in the exact versions of the lock that this release was tested
 * with. No package's install script runs. Throws `unavailable` when they are in neither place and npm cannot fetch them.
 */
export async function provideNatives(): Promise<void> {
  if (nativeFolder('@duckdb/node-api') !== null) return;
  const lock = join(import.meta.dirname, 'natives');
  const toolCache = process.env['RUNNER_TOOL_CACHE'] ?? join(tmpdir(), 'siskin-tools');
  const cache = nativesFolder({ toolCache, lockText: readFileSync(join(lock, 'package-lock.json'), 'utf8') });
  if (!existsSync(cache)) await install(lock, cache);
  process.env['SISKIN_NATIVES'] = cache;
}

/** Where the natives of a lock live in the tool cache. A runner image may fill it beforehand. */
export function nativesFolder(options: { readonly toolCache: string; readonly lockText: string }): string {
  return join(
    options.toolCache,
    'siskin-natives',
    digestOf(options.lockText).slice('sha256:'.length, 'sha256:'.length + 16),
    `${process.platform}-${process.arch}`,
  );
}

/** npm prints pages; its first line that is more than a code says what is wrong. */
function npmWords(cause: unknown): string {
  const printed = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : '';
  const lines = printed.split('\n').map((line) => /^npm (?:error|ERR!) (.+)/.exec(line)?.[1]);
  const said = lines.find((line) => line !== undefined && !/^(code|errno|syscall|path|A complete log)\b/.test(line));
  return (said ?? messageOf(cause).split('\n')[0] ?? '').slice(0, 300);
}

async function install(lock: string, cache: string): Promise<void> {
  const parent = join(cache, '..');
  mkdirSync(parent, { recursive: true });
  // Installed beside and renamed: a killed install leaves no half of one, and two at once both end with a whole one.
  const fresh = mkdtempSync(join(parent, 'installing-'));
  core.info(`Installing the native packages into ${cache} (once for this runner)`);
  try {
    cpSync(lock, fresh, { recursive: true });
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: fresh,
      shell: process.platform === 'win32',
    });
    renameSync(fresh, cache);
  } catch (cause) {
    if (existsSync(cache)) return;
    throw new AppError(
      'unavailable',
      `expected npm to install the native packages into ${cache}, found: ${npmWords(cause)}; give the runner npm and a registry, or fill that folder in its image`,
      { cause },
    );
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
