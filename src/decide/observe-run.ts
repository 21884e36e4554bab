import type { Effect, Plan, StateChange } from '../effect.ts';
import type { RunFacts, ShownRun } from '../facts/run-facts.ts';
import type { Intent } from '../intent.ts';
import type { LedgerEntry } from '../store/ledger-record.ts';
import type { RunRecord } from '../store/run-record.ts';
import { afterLoss } from './after-loss.ts';
import { told } from './answered-run.ts';
import { afterBranchRun } from './branch-run.ts';
import { expiry } from './expiry.ts';
import { isGivenUp, observed } from './observed-run.ts';
import { emptyPlan, joined } from './plans.ts';
import { withLedger } from './redrawn.ts';
import { settledAsReserved, settlement } from './settlement.ts';
import { isSame } from './show.ts';

/** Records what became of a run and shows it: progress while it goes on, verdicts or failures once it has ended. */
export function observeRun(intent: Extract<Intent, { readonly kind: 'observe-run' }>, facts: RunFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const { repository } = intent;
  const { run: known, github, branch } = facts;
  if (github !== null && github.attempt < known.attempt) return emptyPlan;
  const wasGivenUp = isGivenUp(known, github?.attempt ?? known.attempt);
  const seen = observed(intent.runId, facts);
  const { run, changes } = wasGivenUp ? { run: seen, changes: [] } : afterLoss(seen, { ...facts, repository });
  const ledger = ledgerAfter(facts);
  const now = withLedger({ ...facts, run }, ledger);
  return joined(
    { changes: [...changed(run, known), ...settling(ledger, facts.ledger), ...changes], effects: stopping(run, facts) },
    branch === null || wasGivenUp
      ? emptyPlan
      : { changes: afterBranchRun(repository, { ...facts, run, branch }), effects: [] },
    told(now),
  );
}

/** Shows a run whose record changed other than by an event of GitHub, and ends one whose time is over. */
export function showRun(facts: ShownRun | null): Plan {
  if (facts === null) return emptyPlan;
  const expired = expiry(facts.run, facts.now);
  if (expired === null) return told(facts);
  const { claim, runId } = facts.run;
  const failures = [...facts.run.failures, { ...expired, model: null, logTail: [] }];
  const run: RunRecord = { ...facts.run, state: 'failed', endedAt: facts.now, retryAt: null, failures };
  // What GitHub never began cost nothing; what it began is known once it has ended there.
  const { attempt } = run;
  const ledger = runId === null ? settlement(facts.ledger, { jobs: [], attempt }) : facts.ledger;
  return joined(
    {
      changes: [{ kind: 'save-run', run }, ...settling(ledger, facts.ledger)],
      effects: [{ kind: 'cancel-run', claim, runId, reason: 'its time is over' }],
    },
    told(withLedger({ ...facts, run }, ledger)),
  );
}

function changed(run: RunRecord, known: RunRecord): readonly StateChange[] {
  return isSame(run, known) ? [] : [{ kind: 'save-run', run }];
}

/** What the run took by what GitHub tells of it now. One that was believed never to have begun takes its time after all. */
function ledgerAfter({ run, ledger, github, allJobs }: RunFacts): readonly LedgerEntry[] {
  if (github === null) return settledAsReserved(ledger);
  if (github.status !== 'completed' && run.runId === null) {
    return ledger.map((entry) => ({ ...entry, settled: null, succeeded: null }));
  }
  return github.status === 'completed' ? settlement(ledger, { jobs: allJobs, attempt: github.attempt }) : ledger;
}

function settling(ledger: readonly LedgerEntry[], before: readonly LedgerEntry[]): readonly StateChange[] {
  const known = new Map(before.map((entry) => [`${entry.attempt}/${entry.job}`, entry]));
  const entries = ledger.filter((entry) => !isSame(entry, known.get(`${entry.attempt}/${entry.job}`) ?? null));
  return entries.length === 0 ? [] : [{ kind: 'settle', entries }];
}

/** Cancels a run of which nothing is awaited any more: it was given up before GitHub told its id, or is so now. */
function stopping(run: RunRecord, { run: known, github }: RunFacts): readonly Effect[] {
  if (github === null || github.status === 'completed' || run.runId === null) return [];
  const { claim, runId } = run;
  const attempt = github.attempt;
  if (isGivenUp(known, attempt)) {
    return known.runId === null ? [{ kind: 'cancel-run', claim, runId, reason: 'given up' }] : [];
  }
  return isGivenUp(run, attempt) ? [{ kind: 'cancel-run', claim, runId, reason: 'nothing happens in it' }] : [];
}
