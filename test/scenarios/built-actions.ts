import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { buildActions } from '../../scripts/build.ts';

const root = join(import.meta.dirname, '../..');
const lock = join(root, 'node_modules/.siskin-build-lock');
const stamp = join(root, 'actions/evaluate/dist/.sources');
/** A build takes seconds; a lock of this age was left by a process that was killed. */
const staleMs = 120_000;

/** Builds the actions unless they stand already, as built from the present sources; once for all test files together. */
export async function builtActions(): Promise<void> {
  const sources = digestOfSources();
  while (!takeLock()) await setTimeout(100);
  try {
    if (stampedWith() === sources) return;
    await buildActions();
    writeFileSync(stamp, sources);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const held = statSync(lock, { throwIfNoEntry: false });
    if (held !== undefined && Date.now() - held.mtimeMs > staleMs) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function stampedWith(): string | null {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return null;
  }
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const folder of ['src', 'actions']) {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((one) => one.endsWith('.ts') && !one.includes('/dist/')).sort())
      hash.update(name).update(readFileSync(join(root, folder, name)));
  }
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}
