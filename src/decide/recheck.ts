import type { Effect, Plan, StateChange } from '../effect.ts';
import type { RecheckFacts } from '../facts/recheck-facts.ts';
import type { Intent } from '../intent.ts';
import { renderChecks } from '../render/checks.ts';
import type { ViewRecord } from '../store/run-record.ts';
import { modelOfCheck } from './check-name.ts';

type Recheck = Extract<Intent, { readonly kind: 'recheck' }>;

/**
 * Answers "Re-run": GitHub opens the suite of a re-requested check again until a check of it is written, so what stands
 * is published once more; then whatever shows it is checked again, each where its own events are handled.
 */
export function recheck(intent: Recheck, { pulls, pushed, now }: RecheckFacts): Plan {
  const { repository, head, check, actor } = intent;
  const model = check === null ? null : modelOfCheck(check);
  const asked = { repository, actor, ...(model === null ? {} : { model }) };
  // The check of the policy is looked at again without measuring any model again.
  const isOfPolicy = check !== null && model === null;
  const changes = pulls.map(({ number }): StateChange => {
    const cause = isOfPolicy ? 'reconciled' : 'rerequested';
    return { kind: 'ask', intent: { kind: 'check-pull-request', ...asked, number, head, cause } };
  });
  if (pushed !== null) {
    const { ref: branch, sha } = pushed.view.base;
    const range = { branch, before: pushed.from ?? sha, after: head };
    const cause = isOfPolicy ? 'pushed' : 'rerequested';
    changes.push({ kind: 'ask', intent: { kind: 'check-push', ...asked, ...range, cause } });
  }
  const shown = [...pulls.map((pull) => pull.shown), pushed].find((record) => record !== null) ?? null;
  return { changes, effects: shown === null ? [] : asItStands(shown, { check, now }) };
}

function asItStands(
  { view }: ViewRecord,
  { check, now }: { readonly check: string | null; readonly now: string },
): readonly Effect[] {
  return renderChecks(view)
    .filter(({ name }) => check === null || name === check)
    .map((content) => ({ kind: 'publish-check', head: view.head, number: view.number, check: content, asked: now }));
}
