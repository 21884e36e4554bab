import type { Capability, Observed, ServedModel } from '../../ports/serving.ts';
import type { RolloutState } from '../rollout-record.ts';
import type { Decided } from './event.ts';
import { elapsed } from './grid.ts';
import { heldState, type Moment, undoneState } from './moves.ts';
import type { Progress } from './progress.ts';
import { difference, incapable, serves } from './traffic.ts';

/** What is written down when the platform was read back after a write. */
export function readBack(progress: Progress, observed: Observed, { now }: Pick<Moment, 'now'>): Decided {
  const { pending, record } = progress;
  const wrong = pending === null ? null : difference(pending.traffic, observed);
  const state = wrong === null ? arrived(progress, now) : settling(record.state);
  return { kind: 'observed', observed, difference: wrong, ...(state === null ? {} : { state }) };
}

/** The state that a write leads to once it is seen to be true; null where it changes none. */
function arrived({ record, pending }: Progress, now: string): RolloutState | null {
  const { state } = record;
  switch (pending?.purpose) {
    case 'step':
      return state.kind === 'step' ? { ...state, phase: 'observing', since: now } : null;
    case 'shadow':
      return state.kind === 'shadowing' ? { kind: 'shadowing', since: now } : null;
    case 'promote':
      return state.kind === 'promoting' ? { kind: 'baking', since: now } : null;
    case 'finish':
      return { kind: 'succeeded', at: now };
    case 'rollback': {
      if (state.kind === 'rolling-back') return undoneState(state.cause, now);
      // It failed before, and was tried on until it was true.
      const cause = { kind: 'invalid', sentence: 'traffic was seen to be back late', by: null } as const;
      return { kind: 'rolled-back', cause, at: now };
    }
    default:
      return null;
  }
}

/** The platform took it, and it is not true yet. */
function settling(state: RolloutState): RolloutState | null {
  return state.kind === 'step' && state.phase === 'applying' ? { ...state, phase: 'settling' } : null;
}

/** What is written down when a look finds that somebody else changed the service; null when all is as it was seen before. */
export function looked(progress: Progress, observed: Observed, { now }: Pick<Moment, 'now'>): Decided | null {
  const { settled, record } = progress;
  if (settled === null) return null;
  // Machines come and go; only what a hand can have changed counts here.
  const candidate = observed.candidate === null ? null : { ...observed.candidate, ready: true };
  const wrong = difference(settled.traffic, { ...observed, candidate });
  const isKnown = record.state.kind === 'held' && record.state.reason === 'changed-by-hand';
  const isNews = Math.abs(observed.weight - record.weight) > 0.01;
  if (wrong === null ? !(isKnown && isNews) : isKnown && !isNews) return null;
  return {
    kind: 'changed',
    observed,
    difference: wrong ?? 'it is as it was set again',
    ...(isKnown ? {} : { state: heldState(progress, 'changed-by-hand', now) }),
  };
}

/** What was learnt of a service before anything is set. */
export interface Findings {
  readonly capability: Capability;
  readonly observed: Observed;
  readonly history: { readonly wanted: number; readonly had: number };
  /** What the newest rollout that ended left serving; undefined when none did. */
  readonly served: ServedModel | null | undefined;
}

/** What is written down when the service was looked at before anything is set: whether, and from what, a rollout can begin. */
export function validated(progress: Progress, findings: Findings, { now }: Pick<Moment, 'now'>): Decided {
  const { record } = progress;
  const { observed, history } = findings;
  const { problems, ...capability } = findings.capability;
  // What git says of the champion may be what was just rolled back; what we left serving is nearer to the truth.
  const known = [findings.served, record.previous].filter((model) => model !== undefined && model !== null);
  const champion = known.find((model) => serves(observed.champion, model)) ?? known[0] ?? null;
  const found = { kind: 'validated', champion, observed, capability, history } as const;
  if (problems.length > 0) return refused(progress, problems, now);
  const unable = record.atOnce === true || champion === null ? [] : incapable(record.policy, capability);
  if (unable.length > 0) return { ...found, state: { kind: 'failed', reason: unable.join('. '), at: now } };
  const isFree = observed.candidate === null || observed.weight === 0;
  if (isFree && serves(observed.champion, record.release)) return { ...found, state: { kind: 'succeeded', at: now } };
  if (champion !== null && champion.digest === record.release.digest && !tells(observed)) {
    return { ...found, state: { kind: 'succeeded', at: now } };
  }
  const isKnown = !tells(observed) || (champion !== null && serves(observed.champion, champion));
  if (isKnown || record.atOnce === true) return { ...found, state: { kind: 'preparing' } };
  return { ...found, state: heldState(progress, 'changed-by-hand', now) };
}

/** Whether the platform says anything of what its champion is. */
function tells({ champion }: Observed): boolean {
  return champion !== null && (champion.digest !== null || champion.version !== null);
}

/** What is written down when the platform refused, or cannot do it now: it is tried again for a while. */
export function refused({ record, refusals, pending }: Progress, problems: readonly string[], now: string): Decided {
  const reason = problems.join('. ').slice(0, 2000);
  const isOver = pending === null && refusals !== null && elapsed(refusals.since, now) > mostValidation;
  if (!isOver || record.state.kind !== 'validating') return { kind: 'refused', reason };
  return { kind: 'refused', reason, state: { kind: 'failed', reason, at: now } };
}

/** So long a service may be away before its rollout is given up; nothing was moved by then. */
const mostValidation = 1_800_000;
