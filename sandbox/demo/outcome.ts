import type { PullIssue } from '../github/shape/pull.ts';
import type { Repository } from '../github/state.ts';
import type { World } from '../world.ts';
import type { Expectation } from './story.ts';

/** What a person finds on a pull request when everything has come to rest. */
export interface PullOutcome {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
  readonly checks: readonly {
    readonly name: string;
    readonly conclusion: string | null;
    readonly title: string | null;
    readonly summary: string | null;
  }[];
  /** Bodies of the App's comments, oldest first. */
  readonly comments: readonly string[];
}

/** Reads a pull request as it stands: the App's checks on its head and the App's comments. */
export function pullOutcome(world: World, repository: Repository, pull: PullIssue): PullOutcome {
  const own = world.registration.app;
  const checks = [...repository.checkRuns.values()].filter(
    ({ suite }) => suite.app === own && suite.headSha === pull.pull.head.sha,
  );
  const comments = [...repository.comments.values()].filter(({ issue, app }) => issue === pull && app === own);
  return {
    number: pull.number,
    title: pull.title,
    state: pull.state,
    checks: checks.map(({ name, conclusion, output }) => ({
      name,
      conclusion,
      title: output.title,
      summary: output.summary,
    })),
    comments: comments.map(({ body }) => body),
  };
}

/** What is not as it was expected to be, one sentence each. */
export function surprises(outcome: PullOutcome, expected: Expectation): readonly string[] {
  // Of releases each pull request hears, also where it has none.
  const told = outcome.checks.filter(({ name, conclusion }) => !isReleaseCheck(name) || conclusion !== 'success');
  const found = new Map(told.map(({ name, conclusion }) => [name, conclusion]));
  const names = new Set([...Object.keys(expected.checks), ...found.keys()]);
  const problems = [...names].flatMap((name) => {
    const [wanted, is] = [expected.checks[name] ?? 'none', found.get(name) ?? 'none'];
    return wanted === is ? [] : [`expected the check \`${name}\` to conclude ${wanted}, found ${is}`];
  });
  const { comments } = outcome;
  const count = expected.comment === null ? 0 : 1;
  if (comments.length !== count) problems.push(`expected ${count} comments, found ${comments.length}`);
  const [comment] = comments;
  if (comment !== undefined && expected.comment?.test(comment) === false) {
    problems.push(`expected the comment to match ${expected.comment}, found ${JSON.stringify(comment.slice(0, 300))}`);
  }
  return problems;
}

/** Whether a check is about what a pull request releases. */
export function isReleaseCheck(name: string): boolean {
  return name.startsWith('siskin / release');
}
