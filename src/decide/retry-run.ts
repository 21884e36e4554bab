import type { Plan } from '../effect.ts';
import type { RetryFacts } from '../facts/watch-facts.ts';
import type { Intent } from '../intent.ts';
import { overrunSentence } from '../render/spending.ts';
import type { RunRecord } from '../store/run-record.ts';
import { frozen } from './freeze.ts';
import { emptyPlan, joined } from './plans.ts';
import { redrawn, withLedger } from './redrawn.ts';
import { rerun } from './rerun.ts';

/** A freeze may be ended before its time. */
const lookAgainSeconds = 300;

/** Runs again what a run lost with its machine, unless it was called off meanwhile, nothing may run now, or a budget is used up. */
export function retryRun(
  { repository, claim, attempt }: Extract<Intent, { readonly kind: 'retry-run' }>,
  facts: RetryFacts | null,
): Plan {
  if (facts === null) return emptyPlan;
  const { run, holds, now } = facts;
  const { runId, retryAt } = run;
  if (retryAt === null || runId === null || run.attempt !== attempt) return emptyPlan;
  const freeze = frozen('runs', holds.freezes, now);
  if (freeze !== null) {
    const remaining = Math.ceil((Date.parse(freeze.until) - Date.parse(now)) / 1000);
    const afterSeconds = Math.min(lookAgainSeconds, Math.max(1, remaining));
    return {
      changes: [{ kind: 'ask', intent: { kind: 'retry-run', repository, claim, attempt }, afterSeconds }],
      effects: [],
    };
  }
  const again = rerun({ ...run, runId }, facts);
  if (again.kind === 'rerun') {
    const ledger = [...facts.ledger, ...again.entries];
    return joined(again.plan, redrawn(withLedger({ ...facts, run: again.run }, ledger)));
  }
  const why = `it is not run again by itself, because ${overrunSentence(again.overrun)}`;
  const failures = run.failures.map((failure) => ({ ...failure, message: `${failure.message}; ${why}` }));
  const ended: RunRecord = { ...run, retryAt: null, failures };
  return joined({ changes: [{ kind: 'save-run', run: ended }], effects: [] }, redrawn({ ...facts, run: ended }));
}
