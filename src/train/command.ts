import { spawn } from 'node:child_process';
import { type GpuUse, watchGpu } from './gpu.ts';
import { boundedLines } from './lines.ts';
import { watchMemory } from './memory.ts';

/** How a command ended and what it used. Memory is of the whole process group; null where /proc does not exist. */
export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly seconds: number;
  readonly peakMemoryBytes: number | null;
  readonly gpu: GpuUse | null;
  readonly logBytes: number;
  readonly logTail: readonly string[];
}

/** Log bytes that are passed on; beyond them only the end is kept, since a log viewer and its reader drown. */
const shownLogBytes = 10_000_000;
const shownLineLength = 16_000;
const tailLines = 50;
const tailLineLength = 1000;

/**
 * Runs a shell command in a process group of its own and streams its output line by line. At the deadline the group gets
 * SIGTERM (time to save a checkpoint), and after `graceMs` SIGKILL; what it leaves running behind is killed likewise.
 */
export async function runCommand(options: {
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly graceMs?: number;
  readonly onLine: (line: string) => void;
}): Promise<CommandOutcome> {
  const started = performance.now();
  const child = spawn('bash', ['-eo', 'pipefail', '-c', options.command], {
    cwd: options.folder,
    env: options.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const group = child.pid;
  if (group === undefined) return await new Promise((_, reject) => child.once('error', reject));

  const log = followLog([child.stdout, child.stderr], options.onLine);
  const memory = watchMemory(group);
  const gpu = watchGpu();
  let timedOut = false;
  const grace = options.graceMs ?? 15_000;
  const deadline = setTimeout(() => {
    timedOut = true;
    signalGroup(group, 'SIGTERM');
  }, options.timeoutMs);
  const kill = setTimeout(() => signalGroup(group, 'SIGKILL'), options.timeoutMs + grace);

  const end = await new Promise<{ readonly exitCode: number | null; readonly signal: string | null }>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  clearTimeout(deadline);
  clearTimeout(kill);
  // Whatever the command left in the background would hold the log open and use the machine after its time.
  signalGroup(group, 'SIGKILL');
  const { bytes, tail } = await log;
  return {
    ...end,
    timedOut,
    seconds: (performance.now() - started) / 1000,
    peakMemoryBytes: memory.stop(),
    gpu: await gpu.stop(),
    logBytes: bytes,
    logTail: tail,
  };
}

async function followLog(
  streams: readonly AsyncIterable<Uint8Array>[],
  onLine: (line: string) => void,
): Promise<{ readonly bytes: number; readonly tail: readonly string[] }> {
  let bytes = 0;
  const tail: string[] = [];
  const take = (line: string): void => {
    const before = bytes;
    bytes += Buffer.byteLength(line) + 1;
    const short = line.slice(0, tailLineLength);
    tail.push(short);
    if (tail.length > tailLines) tail.shift();
    if (bytes <= shownLogBytes) onLine(line);
    else if (before <= shownLogBytes)
      onLine(`… more than ${shownLogBytes} bytes of log: only its last ${tailLines} lines are kept from here`);
  };
  await Promise.all(
    streams.map(async (stream) => {
      for await (const line of boundedLines(stream, shownLineLength)) take(line);
    }),
  );
  return { bytes, tail };
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (thrown) {
    // ESRCH: the group is gone already, which is what was wanted.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}
