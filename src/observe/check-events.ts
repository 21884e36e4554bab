import { z } from 'zod';
import type { Actor, Intent } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { actorOf, Origin, repositoryOf, Sha } from './origin.ts';

const Owner = z.object({ id: z.number().int() });
const CheckRunEvent = Origin.extend({
  action: z.enum(['rerequested', 'requested_action']),
  check_run: z.object({ id: z.number().int(), name: z.string(), head_sha: Sha, app: Owner.nullable() }),
  requested_action: z.object({ identifier: z.string().max(100) }).optional(),
});
const CheckSuiteEvent = Origin.extend({ check_suite: z.object({ head_sha: Sha, app: Owner.nullable() }) });

/**
 * "Re-run" or a button on one of our checks. Which pull requests stand at the commit is left to our own journal: GitHub's
 * list is empty for forks.
 */
export function fromCheckRun(payload: unknown, app: AppIdentity, delivery: string): readonly Intent[] {
  const event = CheckRunEvent.parse(payload);
  const { id: checkId, name: check, head_sha: head, app: owner } = event.check_run;
  if (owner?.id !== app.id) return [];
  const actor = actorOf(event, app);
  if (event.action === 'rerequested') return [recheck(event, { head, check, actor })];
  const button = event.requested_action?.identifier;
  if (button === undefined) return [];
  return [{ kind: 'press', repository: repositoryOf(event), head, check, checkId, button, id: delivery, actor }];
}

/** "Re-run all checks" of ours. */
export function fromCheckSuite(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = CheckSuiteEvent.parse(payload);
  const { head_sha: head, app: owner } = event.check_suite;
  return owner?.id === app.id ? [recheck(event, { head, check: null, actor: actorOf(event, app) })] : [];
}

function recheck(
  event: z.infer<typeof Origin>,
  what: { readonly head: string; readonly check: string | null; readonly actor: Actor },
): Intent {
  return { kind: 'recheck', repository: repositoryOf(event), ...what };
}
