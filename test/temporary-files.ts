import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives a test run a temporary folder of its own and takes it away afterwards, whatever tests left in it; compiled code
 * stays for the next run.
 */
export default function temporaryFiles(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-test-'));
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
  // The App, the actions and the terminal are started hundreds of times: their code is compiled once.
  process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/siskin-tests');
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
