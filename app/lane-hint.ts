import { z } from 'zod';
import type { LaneHint } from '../src/ports.ts';
import { claimOf } from '../src/run-plan.ts';

/**
 * What a webhook is about, as far as its order among others depends on it. A field that is missing or odd is null:
 * the delivery is then done in the lane of its repository, where its own reader says what is wrong with it.
 */
export function laneHint(payload: unknown): LaneHint {
  const { repository, pull_request, issue, workflow_run, check_run, check_suite } = Payload.parse(payload);
  const check = check_run ?? check_suite;
  const title = workflow_run?.display_title;
  return {
    repositoryId: repository?.id ?? null,
    number: pull_request?.number ?? issue?.number ?? check?.pull_requests?.[0]?.number ?? null,
    claim: typeof title === 'string' ? claimOf(title) : null,
    head: check?.head_sha ?? null,
  };
}

const Id = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const Numbered = z.object({ number: z.number().int().positive().max(2_147_483_647) });
const Check = z.object({ head_sha: z.string().max(64), pull_requests: z.array(Numbered) }).partial();

/** Each part is read for itself, so that one odd part does not hide the others. */
const Payload = z
  .object({
    repository: z.object({ id: Id }).optional().catch(undefined),
    pull_request: Numbered.optional().catch(undefined),
    issue: Numbered.optional().catch(undefined),
    workflow_run: z.object({ display_title: z.string() }).optional().catch(undefined),
    check_run: Check.optional().catch(undefined),
    check_suite: Check.optional().catch(undefined),
  })
  .catch({});
