import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** When a program wrote its lines, in milliseconds since it was started. */
export interface TimedRun {
  readonly lines: readonly { readonly text: string; readonly atMs: number }[];
  readonly endedMs: number;
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** Runs Node with these arguments. */
export async function runTimed(options: {
  readonly args: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<TimedRun> {
  const started = performance.now();
  const child = spawn(process.execPath, options.args, {
    cwd: options.folder ?? process.cwd(),
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: { text: string; atMs: number }[] = [];
  let stderr = '';
  createInterface(child.stdout).on('line', (text) => lines.push({ text, atMs: performance.now() - started }));
  child.stderr.on('data', (part) => {
    stderr += String(part);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { lines, endedMs: performance.now() - started, exitCode, stderr };
}
