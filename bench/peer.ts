import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

/** What a peer's program says of its runs: seconds of the clock and of the processors, and the most memory it held. */
const Measured = z.object({
  version: z.string(),
  seconds: z.array(z.number()),
  processorSeconds: z.array(z.number()),
  peakBytes: z.number(),
});
export type PeerRun = z.infer<typeof Measured>;

/** The Python that the peers are installed in; the packages are those of .ci/requirements.txt and what a program names. */
export const python = process.env['SISKIN_BENCH_PYTHON'] ?? 'python3';

/** Runs a program of bench/peers. Null, and a word about it, where it is not installed, fails or takes longer than the limit. */
export async function runPeer(options: {
  readonly program: string;
  readonly args: readonly string[];
  readonly limitSeconds: number;
  readonly say: (line: string) => void;
}): Promise<PeerRun | null> {
  const { program, args, limitSeconds, say } = options;
  try {
    const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, 'peers', program), ...args], {
      timeout: 1000 * limitSeconds,
      maxBuffer: 2 ** 26,
    });
    return Measured.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  } catch (cause) {
    say(
      `${program}: not installed or did not end (set SISKIN_BENCH_PYTHON): ${String(cause).split('\n').at(-2) ?? ''}`,
    );
    return null;
  }
}
