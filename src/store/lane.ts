import type { Effect } from '../effect.ts';
import type { Intent, Repository } from '../intent.ts';
import type { LaneHint } from '../ports.ts';
import { claimOf } from '../run-plan.ts';
import type { Queryable } from './database.ts';

/**
 * A lane is what must happen one after the other: all of one pull request, or what belongs to no pull request of one
 * repository. Different lanes go on at the same time, in one process or in several.
 */
export async function resolveLanes(db: Queryable, hints: readonly LaneHint[]): Promise<readonly string[]> {
  const rows = await db.query(
    `select coalesce(
         'pull/' || hint.repository_id || '/' || coalesce(hint.number,
           (select pull_request from siskin.runs where runs.claim = hint.claim and runs.repository_id = hint.repository_id),
           (select number from siskin.pull_heads h where h.repository_id = hint.repository_id and h.head = hint.head
              order by at desc limit 1)),
         'repository/' || hint.repository_id,
         'app') as lane
     from unnest($1::bigint[], $2::integer[], $3::text[], $4::text[])
       with ordinality as hint (repository_id, number, claim, head, position)
     order by position`,
    [
      hints.map((hint) => hint.repositoryId),
      hints.map((hint) => hint.number),
      hints.map((hint) => hint.claim),
      hints.map((hint) => hint.head),
    ],
  );
  return rows.map((row) => String(row['lane']));
}

/** What an intent is about. */
export function hintOfIntent(intent: Intent): LaneHint {
  const none = { repositoryId: intent.repository.id, number: null, claim: null, head: null };
  switch (intent.kind) {
    case 'check-pull-request':
    case 'close-pull-request':
    case 'show-holds':
    case 'observe-gate':
    case 'run-errands':
    case 'heed-alert':
      return none;
    case 'show-rollout':
    case 'obey':
    case 'check-release':
      return { ...none, number: intent.number };
    case 'observe-run':
      return { ...none, claim: claimOf(intent.name) };
    case 'show-run':
    case 'watch-run':
    case 'retry-run':
      return { ...none, claim: intent.claim };
    case 'press':
    case 'recheck':
      return { ...none, head: intent.head };
    case 'check-push':
    case 'propose-release':
    case 'check-queue':
    case 'observe-releases':
    case 'recheck-releases':
    case 'release-champion':
    case 'settle-locks':
    case 'thaw':
    case 'onboard':
    case 'reconcile':
      return none;
    default:
      return intent satisfies never;
  }
}

/** What an effect is about. */
export function hintOfEffect(repository: Repository, effect: Effect): LaneHint {
  const none = { repositoryId: repository.id, number: null, claim: null, head: null };
  switch (effect.kind) {
    case 'dispatch-run':
      return { ...none, number: effect.plan.pullRequest };
    case 'cancel-run':
    case 'force-cancel-run':
    case 'rerun-failed-jobs':
      return { ...none, claim: effect.claim };
    case 'publish-check':
    case 'publish-comment':
    case 'reply':
      return { ...none, number: effect.number };
    case 'publish-rollout-comment':
      return { ...none, number: effect.number };
    case 'react':
    case 'open-pull-request':
    case 'store-artifact':
    case 'propose-release':
    case 'register-release':
    case 'publish-deployment':
    case 'tag-release':
    case 'save-evidence':
    case 'open-revert':
    case 'open-issue':
    case 'dispatch-gate':
    case 'dispatch-errands':
    case 'cancel-errands':
      return none;
    default:
      return effect satisfies never;
  }
}
