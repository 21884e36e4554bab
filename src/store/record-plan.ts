import { randomUUID } from 'node:crypto';
import type { Plan, StateChange } from '../effect.ts';
import type { Repository } from '../intent.ts';
import { saveApproval } from './approvals.ts';
import { saveChampion } from './champions.ts';
import type { Queryable } from './database.ts';
import { insertIntent } from './deliveries.ts';
import { endFreezes, saveFreeze } from './freezes.ts';
import { reserve, settle } from './ledger.ts';
import { saveLock } from './locks.ts';
import { putEffects } from './outbox.ts';
import { saveHead, saveView } from './pulls.ts';
import { beginErrands, endErrands } from './rollout-errands.ts';
import { saveRevert } from './rollout-traces.ts';
import { insertRollout, orderRollout } from './rollouts.ts';
import { saveRun } from './runs.ts';

/** Makes all changes of a plan and queues its effects. Returns the lanes that have work. */
export async function recordPlan(
  tx: Queryable,
  { repository, plan, at }: { repository: Repository; plan: Plan; at: string },
): Promise<readonly string[]> {
  await tx.query(
    `insert into siskin.repositories (id, installation, owner, name, seen_at) values ($1, $2, $3, $4, $5)
     on conflict (id) do update set installation = excluded.installation, owner = excluded.owner, name = excluded.name,
       seen_at = excluded.seen_at`,
    [repository.id, repository.installation, repository.owner, repository.name, at],
  );
  const asked: string[] = [];
  for (const change of plan.changes) asked.push(...(await makeChange(tx, { repository, change, at })));
  return [...asked, ...(await putEffects(tx, { repository, effects: plan.effects, at }))];
}

async function makeChange(
  tx: Queryable,
  { repository, change, at }: { repository: Repository; change: StateChange; at: string },
): Promise<readonly string[]> {
  switch (change.kind) {
    case 'save-run':
      await saveRun(tx, change.run);
      return [];
    case 'save-head':
      await saveHead(tx, { ...change, repositoryId: repository.id, seenAt: at });
      return [];
    case 'save-approval':
      await saveApproval(tx, change.approval);
      return [];
    case 'save-champion':
      await saveChampion(tx, change.champion);
      return [];
    case 'reserve':
      await reserve(tx, change);
      return [];
    case 'settle':
      await settle(tx, change);
      return [];
    case 'save-view':
      await saveView(tx, { repositoryId: repository.id, record: change.record, at });
      return [];
    case 'save-lock':
      await saveLock(tx, change.lock);
      return [];
    case 'save-freeze':
      await saveFreeze(tx, change.freeze);
      return [];
    case 'end-freezes':
      await endFreezes(tx, change);
      return [];
    case 'save-revert':
      return await saveRevert(tx, change);
    case 'request-rollout':
      return await insertRollout(tx, { rollout: change.rollout, repository, at });
    case 'begin-errands':
      await beginErrands(tx, { ...change, repositoryId: repository.id });
      return [];
    case 'end-errands':
      await endErrands(tx, { ...change, at });
      return [];
    case 'order-rollout':
      return await orderRollout(tx, { ...change, at });
    // All entries are added together at the end.
    case 'audit':
      return [];
    case 'ask':
      return await insertIntent(tx, {
        intent: change.intent,
        id: randomUUID(),
        at,
        ...(change.afterSeconds === undefined ? {} : { afterSeconds: change.afterSeconds }),
      });
    default:
      return change satisfies never;
  }
}
