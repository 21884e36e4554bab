import { z } from 'zod';
import type { PullSighting } from '../src/store/head-record.ts';

/**
 * The heads of a pull request that a webhook shows, each with an instant of GitHub's at which it was so; none for other
 * events and for payloads that are not as documented. They are kept with the delivery itself, so that a command is never
 * held against a journal that lags behind what was acknowledged.
 */
export function sightingsIn(event: string, payload: unknown): readonly PullSighting[] {
  if (event !== 'pull_request') return [];
  const parsed = PullRequestEvent.safeParse(payload);
  if (!parsed.success) return [];
  const { action, before, repository, pull_request: pull } = parsed.data;
  const { updated_at: updated, head } = pull;
  const pushed = head.repo?.pushed_at ?? updated;
  // The payload was made after both, and showed this head; `updated_at` alone may be from before the push.
  const at = new Date(Math.max(Date.parse(updated), Date.parse(pushed)));
  const of = { repositoryId: repository.id, number: pull.number };
  const seen = { ...of, head: head.sha, at: at.toISOString(), isFirst: action === 'opened' };
  if (action !== 'synchronize' || before === undefined) return [seen];
  // Until the push it pointed there, of which we may not have heard.
  const justBefore = new Date(at.getTime() - 1).toISOString();
  return [{ ...of, head: before, at: justBefore, isFirst: false }, seen];
}

const Instant = z.iso.datetime({ offset: true });
const Sha = z.string().regex(/^[0-9a-f]{40}$/);

const PullRequestEvent = z.object({
  // Others, labels and the like, come without end and say nothing new.
  action: z.enum(['opened', 'synchronize', 'reopened', 'ready_for_review', 'closed']),
  before: Sha.optional().catch(undefined),
  repository: z.object({ id: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER) }),
  pull_request: z.object({
    number: z.number().int().positive().max(2_147_483_647),
    head: z.object({ sha: Sha, repo: z.object({ pushed_at: Instant.nullish().catch(null) }).nullish() }),
    updated_at: Instant,
  }),
});
