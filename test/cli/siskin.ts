import type { ExitCode } from '../../cli/command.ts';
import { runCli } from '../../cli/siskin.ts';

/** What a command line came to, as a person in this folder would see it. */
export async function siskin(
  folder: string,
  args: readonly string[],
): Promise<{ readonly exit: ExitCode; readonly out: string; readonly err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runCli({
    args,
    folder,
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { exit, out: out.join(''), err: err.join('') };
}
