import { z } from 'zod';
import type { Actor, Intent } from '../intent.ts';
import type { AppIdentity } from '../observe.ts';
import { actorOf, Origin, repositoryOf, Sha } from './origin.ts';

const Owner = z.object({ id: z.number().int() });
const CheckRunEvent = Origin.extend({
  check_run: z.object({ name: z.string(), head_sha: Sha, app: Owner.nullable() }),
});
const CheckSuiteEvent = Origin.extend({ check_suite: z.object({ head_sha: Sha, app: Owner.nullable() }) });

/**
 * "Re-run" on one of our checks, or on all of them. Which pull requests stand at the commit is left to our own journal:
 * GitHub's list is empty for forks.
 */
export function fromCheckRun(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = CheckRunEvent.parse(payload);
  const { name, head_sha: head, app: owner } = event.check_run;
  return owner?.id === app.id ? [recheck(event, { head, check: name, actor: actorOf(event, app) })] : [];
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
