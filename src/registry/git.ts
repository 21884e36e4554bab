import { spawn } from 'node:child_process';
import { AppError } from '../error.ts';

/** Runs git in a folder and gives what it wrote. AppError `world-broken` when git fails or is absent. */
export async function git(
  folder: string,
  args: readonly string[],
  options: { readonly input?: string; readonly mostBytes?: number } = {},
): Promise<Buffer> {
  const { input = '', mostBytes = 500_000_000 } = options;
  // Never asks, never runs a repository's own pager or fsmonitor program, and fetches nothing that a partial clone lacks.
  const environment = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' };
  const child = spawn('git', ['--no-pager', '-c', 'core.fsmonitor=false', ...args], { cwd: folder, env: environment });
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) child.kill();
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.subarray(0, 2000)));
  // Git may end before it read all; its status says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const { status, cause } = await new Promise<{ status: number | null; cause: unknown }>((resolve) => {
    child.on('error', (error) => resolve({ status: null, cause: error }));
    child.on('close', (code) => resolve({ status: code, cause: null }));
  });
  if (status === 0) return Buffer.concat(chunks);
  const said = Buffer.concat(errors).toString().trim().split('\n')[0] ?? '';
  throw new AppError('world-broken', failure({ folder, said, cause, isTooMuch: bytes > mostBytes }), { cause });
}

function failure(options: {
  readonly folder: string;
  readonly said: string;
  readonly cause: unknown;
  readonly isTooMuch: boolean;
}): string {
  const { folder, said, cause, isTooMuch } = options;
  if (isTooMuch) return 'expected git to say less, found more than can be read; name one model';
  const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  if (isAbsent) return `expected git on the path and the folder ${folder}, found one missing; install git, or go there`;
  if (/not a git repository/.test(said)) {
    return `expected a git repository, found none at ${folder}; go into a clone`;
  }
  return `expected an answer of git, found ${JSON.stringify(said.slice(0, 300))}; see that the clone is whole`;
}
