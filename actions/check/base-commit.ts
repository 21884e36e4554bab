import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AppError } from '../../src/error.ts';

/** The commit whose policy judges: the one that was asked for, else the pull request's base, else the commit before a push. */
export function baseCommit(options: {
  readonly asked: string;
  readonly checkout: string;
  readonly eventPath: string | undefined;
}): string {
  const wanted = options.asked === '' ? baseOfEvent(options.eventPath) : options.asked;
  try {
    return git(options.checkout, ['rev-parse', '--verify', '--end-of-options', `${wanted}^{commit}`]);
  } catch (cause) {
    throw new AppError(
      'not-found',
      `expected the base commit ${wanted} in the checkout, found that it is not there; give actions/checkout \`fetch-depth: 0\`, or name another commit as \`base\``,
      { cause },
    );
  }
}

/** Runs git in a checkout and returns what it prints, without the line's end. */
export function git(checkout: string, words: readonly string[]): string {
  return execFileSync('git', ['-C', checkout, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function baseOfEvent(path: string | undefined): string {
  // GitHub writes this file; whatever is in it is only handed to git as one word.
  const event =
    path === undefined
      ? {}
      : (JSON.parse(readFileSync(path, 'utf8')) as {
          readonly pull_request?: { readonly base?: { readonly sha?: string } };
          readonly before?: string;
        });
  return (
    event.pull_request?.base?.sha ?? (event.before === undefined || /^0+$/.test(event.before) ? 'HEAD' : event.before)
  );
}
