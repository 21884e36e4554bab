import type { Effect, Plan } from '../effect.ts';
import { type Intent, siskin } from '../intent.ts';
import type { AuditEntry, AuditSource } from '../store/audit-record.ts';

/** What a plan says of who caused it, for every intent but commands, which tell of each line. */
export function withAudit(intent: Exclude<Intent, { readonly kind: 'obey' }>, plan: Plan): Plan {
  const runs = runsOf(plan.effects);
  const opens = plan.effects.some(({ kind }) => kind === 'open-pull-request');
  const isCaused = intent.kind === 'recheck' || opens || runs.started.length + runs.ended.length > 0;
  if (!isCaused) return plan;
  const { source, verb } = causeOf(intent);
  const entry: AuditEntry = {
    who: 'actor' in intent && intent.actor !== undefined ? intent.actor : siskin,
    source,
    pullRequest: 'number' in intent ? intent.number : null,
    verb,
    line: null,
    dryRun: false,
    head: headOf(intent),
    permission: null,
    outcome: runs.started.length > 0 ? 'started' : 'done',
    code: null,
    ...runs,
  };
  return { ...plan, changes: [...plan.changes, { kind: 'audit', entry }] };
}

/** The claims of the runs that effects start, and of those that they end. */
export function runsOf(effects: readonly Effect[]): Pick<AuditEntry, 'started' | 'ended'> {
  const started = effects.flatMap((effect) => {
    if (effect.kind === 'dispatch-run') return [effect.plan.claim];
    return effect.kind === 'rerun-failed-jobs' ? [effect.claim] : [];
  });
  const ended = effects.flatMap((effect) =>
    effect.kind === 'cancel-run' || effect.kind === 'force-cancel-run' ? [effect.claim] : [],
  );
  return { started: [...new Set(started)], ended: [...new Set(ended)] };
}

function causeOf(intent: Exclude<Intent, { readonly kind: 'obey' }>): {
  readonly source: AuditSource;
  readonly verb: string;
} {
  switch (intent.kind) {
    case 'check-pull-request':
      // The press on "Re-run" has an entry of its own, which this one follows.
      return { source: { kind: 'pull-request', event: intent.cause }, verb: intent.cause };
    case 'close-pull-request': {
      const event = intent.merged ? 'merged' : 'closed';
      return { source: { kind: 'pull-request', event }, verb: event };
    }
    case 'check-push':
      return { source: { kind: 'push', branch: intent.branch }, verb: intent.cause };
    case 'recheck':
      return { source: { kind: 'rerun', check: intent.check }, verb: 're-run' };
    case 'onboard':
      return { source: { kind: 'installation' }, verb: 'onboard' };
    default:
      return { source: { kind: 'siskin', intent: intent.kind }, verb: intent.kind };
  }
}

function headOf(intent: Intent): string | null {
  if (intent.kind === 'check-push') return intent.after;
  return 'head' in intent ? intent.head : null;
}
