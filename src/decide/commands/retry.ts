import type { CommandOf } from '../../command/command.ts';
import type { PullFacts } from '../../facts/pull-facts.ts';
import type { RangeFacts } from '../../facts/range-facts.ts';
import type { Repository } from '../../intent.ts';
import { overrunFix, overrunSentence } from '../../render/spending.ts';
import type { RunRecord } from '../../store/run-record.ts';
import { afterSpending, spendingOf } from '../budget.ts';
import { planPull, type Wish } from '../check-pull-request.ts';
import { forkRefusal } from '../fork.ts';
import { onGithub } from '../model-state.ts';
import { emptyPlan, joined } from '../plans.ts';
import { redrawn, withLedger } from '../redrawn.ts';
import { rerun } from '../rerun.ts';
import type { ModelView } from '../view.ts';
import { isOpen } from '../work.ts';
import { frozenRefusal } from './frozen.ts';
import { headRefusal } from './head.ts';
import { rangeFor } from './model.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

type Retry = CommandOf<'retry'>;

/** What is done about one model that failed: the failed jobs of its run once more, or a new run. */
type Remedy =
  | { readonly kind: 'rerun'; readonly run: RunRecord & { readonly runId: number } }
  | { readonly kind: 'wish'; readonly wish: Wish };

/**
 * Does again what failed, and nothing else: the jobs that a machine lost as the next attempt of the same run, what failed
 * by itself as a new run, because somebody asks for it explicitly.
 */
export function retry(command: Retry, scene: OpenScene): Answer {
  const found = rangeFor(command, scene);
  if (found.kind === 'refused') return found;
  const { pull, intent } = scene;
  const untrusted = forkRefusal(found.range, pull.approvals);
  if (untrusted !== null) return refuse(command, untrusted);
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const views = pull.shown?.view.models ?? [];
  const meant = views.filter(({ model }) => command.model === null || model === command.model);
  const remedies = meant.flatMap((view) => remedyOf(view, pull) ?? []);
  if (remedies.length === 0) {
    const what = command.model === null ? 'nothing of this commit' : `nothing of \`${command.model}\``;
    const fix = 'Type `/evaluate` to measure it again, or `/train` to train it again.';
    return refuse(command, { code: 'nothing-to-do', reason: `${what} has failed`, fix });
  }
  const held = frozenRefusal(command, scene);
  if (held !== null) return held;
  return done(command, { remedies, range: found.range, pull, repository: intent.repository });
}

function remedyOf({ model, state, causes, seed }: ModelView, pull: PullFacts): Remedy | null {
  const run = pull.runs.find(({ claim }) => claim === pull.shown?.claims[model]);
  const wish = (ask: Wish['ask']): Remedy => ({ kind: 'wish', wish: { ask, model, seed: seed ?? null } });
  if (state.kind === 'over-budget') return wish(state.ask);
  // Whoever cancelled it here meant it; GitHub tells nobody's name, nor whether it was itself.
  const isFailed = state.kind === 'failed' || (state.kind === 'cancelled' && state.by === onGithub);
  if (run !== undefined && isOpen(run)) return null;
  if (run !== undefined && isFailed && run.runId !== null && isRerunnable(run)) {
    return { kind: 'rerun', run: { ...run, runId: run.runId } };
  }
  const part = run?.models.find((one) => one.model === model);
  if (state.kind === 'failed' && part === undefined) return wish(causes.length > 0 ? 'train' : 'evaluate');
  if (state.kind === 'failed')
    return wish(part?.trains === true ? 'train' : part?.evaluates === true ? 'evaluate' : 'drift');
  if (state.kind !== 'judged' || state.result.failures.length === 0) return null;
  // Judged, but for a part that could not be done.
  return wish(state.result.failures.some(({ part: what }) => what === 'training') ? 'train' : 'evaluate');
}

/** Whether GitHub has jobs of this run that failed by no fault of what they ran, or after what they ran had succeeded. */
function isRerunnable({ failures, state }: RunRecord): boolean {
  if (state === 'cancelled') return true;
  const codes: readonly string[] = ['runner-lost', 'no-runner', 'stalled', 'evaluation-failed'];
  return failures.length > 0 && failures.every(({ code }) => codes.includes(code));
}

function done(
  command: Retry,
  of: {
    readonly remedies: readonly Remedy[];
    readonly range: RangeFacts;
    readonly pull: PullFacts;
    readonly repository: Repository;
  },
): Answer {
  const { remedies, range, repository } = of;
  let { pull } = of;
  let { budget } = range;
  let plan = emptyPlan;
  const runs = new Map(remedies.flatMap((one) => (one.kind === 'rerun' ? [[one.run.claim, one.run]] : [])));
  for (const run of runs.values()) {
    const ledger = pull.ledger.filter(({ claim }) => claim === run.claim);
    const again = rerun(run, { ledger, budget, now: pull.now });
    if (again.kind === 'over-budget') {
      const { overrun } = again;
      return refuse(command, {
        code: 'over-budget',
        reason: overrunSentence(overrun),
        fix: overrunFix(overrun, { head: pull.pull.head.sha, again: command.line }),
      });
    }
    const { approvals, shown, now } = pull;
    const facts = { run: again.run, policy: range.policy, shown, approvals, ledger, budget, now };
    const after = redrawn(withLedger(facts, [...ledger, ...again.entries]));
    plan = joined(plan, again.plan, after);
    const kept = after.changes.flatMap((change) => (change.kind === 'save-view' ? [change.record] : [])).at(-1);
    const known = pull.runs.map((one) => (one.claim === run.claim ? again.run : one));
    budget = afterSpending(budget, spendingOf(again.entries));
    pull = { ...pull, runs: known, shown: kept ?? shown, judged: { kind: 'valid', range: { ...range, budget } } };
  }
  const wishes = remedies.flatMap((one) => (one.kind === 'wish' ? [one.wish] : []));
  const planned = wishes.length === 0 ? emptyPlan : planPull(repository, pull, { again: null, revive: false, wishes });
  return { kind: 'done', plan: joined(plan, planned), says: null };
}
