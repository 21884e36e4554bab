import type { PullIssue } from '../github/shape/pull.ts';
import type { Repository } from '../github/state.ts';
import type { World } from '../world.ts';

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

/** What is not as it was expected to be, one sentence each. A check that is expected to be absent has the conclusion null. */
export function surprises(
  outcome: PullOutcome,
  expected: { readonly checks: Readonly<Record<string, string | readonly string[]>>; readonly comment: RegExp | null },
): readonly string[] {
  const found = new Map(outcome.checks.map((check) => [check.name, check.conclusion]));
  const problems = Object.entries(expected.checks).flatMap(([name, conclusions]) => {
    const allowed = typeof conclusions === 'string' ? [conclusions] : conclusions;
    const conclusion = found.get(name) ?? 'absent';
    return allowed.includes(conclusion)
      ? []
      : [`expected the check \`${name}\` to conclude ${allowed.join(' or ')}, found ${conclusion}`];
  });
  for (const name of found.keys())
    if (!(name in expected.checks)) problems.push(`expected no check \`${name}\`, found ${found.get(name)}`);
  if (expected.comment === null && outcome.comments.length > 0)
    problems.push(`expected no comment, found ${outcome.comments.length}`);
  if (expected.comment !== null && outcome.comments.length !== 1)
    problems.push(`expected one comment, found ${outcome.comments.length}`);
  if (expected.comment !== null && !expected.comment.test(outcome.comments[0] ?? ''))
    problems.push(
      `expected the comment to match ${expected.comment}, found ${JSON.stringify((outcome.comments[0] ?? '').slice(0, 300))}`,
    );
  return problems;
}
