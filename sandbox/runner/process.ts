import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** How long a process may take to end after SIGINT, and then after SIGTERM, before SIGKILL. GitHub: 7500 and 2500. */
export interface KillGrace {
  readonly interruptMs: number;
  readonly terminateMs: number;
}

/** Background processes may keep the output open after the process itself has ended; this long is waited for the rest. */
const drainMs = 500;

/**
 * Runs a process in a group of its own and resolves with its exit code (128 + n when signal n ended it). When `signal`
 * aborts, the whole group is interrupted, then terminated, then killed.
 */
export function runProcess(options: {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Kills the group at once. */
  readonly destroy: AbortSignal;
  readonly grace: KillGrace;
  readonly onLine: (line: string) => void;
}): Promise<number> {
  const { file, args, cwd, env, signal, destroy, grace, onLine } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const drained = Promise.all([readLines(child.stdout, onLine), readLines(child.stderr, onLine)]);
    const stopKilling = killOnAbort(child, { signal, destroy, grace });
    child.once('error', (error) => {
      stopKilling();
      reject(error);
    });
    child.once('exit', async (code, ended) => {
      stopKilling();
      if (signal.aborted) {
        killGroup(child.pid, 'SIGKILL');
      }
      await Promise.race([drained, pause(drainMs)]);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(code ?? 128 + (signalNumbers[ended ?? 'SIGKILL'] ?? 9));
    });
  });
}

/** Kills all processes that a job left behind, known by the variable that it was started with. */
export async function killOrphans(trackingId: string): Promise<void> {
  const entries = await readdir('/proc').catch(() => [] as string[]);
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)) {
      killProcess(Number(entry), 'SIGKILL');
    }
  }
}

const signalNumbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

function killOnAbort(
  child: ChildProcess,
  options: { readonly signal: AbortSignal; readonly destroy: AbortSignal; readonly grace: KillGrace },
): () => void {
  const { signal, destroy, grace } = options;
  const timers: NodeJS.Timeout[] = [];
  const destroyNow = () => killGroup(child.pid, 'SIGKILL');
  destroy.addEventListener('abort', destroyNow);
  const kill = () => {
    killGroup(child.pid, 'SIGINT');
    timers.push(
      setTimeout(() => killGroup(child.pid, 'SIGTERM'), grace.interruptMs),
      setTimeout(() => killGroup(child.pid, 'SIGKILL'), grace.interruptMs + grace.terminateMs),
    );
  };
  if (signal.aborted) {
    kill();
  } else {
    signal.addEventListener('abort', kill, { once: true });
  }
  return () => {
    signal.removeEventListener('abort', kill);
    destroy.removeEventListener('abort', destroyNow);
    timers.forEach(clearTimeout);
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid !== undefined) {
    killProcess(-pid, signal);
  }
}

function killProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', onLine);
    lines.once('close', resolve);
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
