import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../src/error.ts';
import type { Repository } from '../../src/intent.ts';

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Event = z.object({
  pull_request: z.object({
    number: z.number().int().positive(),
    head: z.object({ sha: Sha, repo: z.object({ id: z.number() }).nullable() }),
    base: z.object({
      ref: z.string().min(1),
      repo: z.object({ id: z.number(), name: z.string(), owner: z.object({ login: z.string() }) }),
    }),
  }),
});

/** The pull request that a job was started for. */
export interface PullEvent {
  readonly repository: Repository;
  readonly number: number;
  readonly baseRef: string;
  readonly head: string;
  readonly isFork: boolean;
}

/** Reads the pull request from the file that GitHub writes for each job. Throws `bad-input` for any other event. */
export function readPullEvent(path: string | undefined): PullEvent {
  const parsed = Event.safeParse(path === undefined ? null : JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) {
    throw new AppError(
      'bad-input',
      'expected the event of a pull request, found another; run this action in a workflow that is `on: pull_request`',
    );
  }
  const { number, head, base } = parsed.data.pull_request;
  const { id, name, owner } = base.repo;
  return {
    repository: { installation: 0, id, owner: owner.login, name },
    number,
    baseRef: base.ref,
    head: head.sha,
    isFork: head.repo?.id !== id,
  };
}
