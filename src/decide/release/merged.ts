import type { Plan, StateChange } from '../../effect.ts';
import type { MergedReleaseFacts } from '../../facts/merged-release-facts.ts';
import type { EnvironmentChange, ReleaseSubject } from '../../facts/release-facts.ts';
import type { Intent } from '../../intent.ts';
import { RolloutPolicy } from '../../policy/rollout-policy.ts';
import { releaseCheck } from '../../render/release-check.ts';
import { newRollout, type RolloutRecord, rolloutId } from '../../rollout/rollout-record.ts';
import { emptyPlan, joined } from '../plans.ts';
import type { ReleaseFinding, ReleaseRule } from './finding.ts';
import { releaseFindings } from './findings.ts';
import { isRollback, servedBy } from './served.ts';

type ObserveReleases = Extract<Intent, { readonly kind: 'observe-releases' }>;

/** Once it is merged these stand in the way of nothing: people decided it, or the rollout itself waits for it. */
const settledByMerging: readonly ReleaseRule[] = ['lineage', 'approval', 'freeze', 'lock', 'gates', 'order'];

/**
 * Carries out what a push to the default branch releases: registers new versions, and begins a rollout for each
 * environment that is to serve something else. What must not serve (other bytes than the digest says, rejected ones, an
 * environment that nobody knows) begins none, and the commit says why. Reading the same push again changes nothing.
 */
export function observeReleases(intent: ObserveReleases, facts: MergedReleaseFacts): Plan {
  const { repository } = intent;
  const again: Plan = facts.waiting
    ? { changes: [{ kind: 'ask', intent: { kind: 'recheck-releases', repository } }], effects: [] }
    : emptyPlan;
  return joined(...facts.subjects.map((one) => ofSubject(intent, facts, one)), again);
}

function ofSubject(
  intent: ObserveReleases,
  facts: MergedReleaseFacts,
  one: MergedReleaseFacts['subjects'][number],
): Plan {
  const { subject } = one;
  const findings = releaseFindings(subject, { holds: facts.holds, number: null, approvedBy: null, now: facts.now });
  const hindering = findings.filter(({ rule }) => !settledByMerging.includes(rule));
  const requested = subject.changes.flatMap((change) => {
    const isHindered = hindering.some(({ environment }) => environment === null || environment === change.environment);
    return isHindered ? [] : rolloutOf(intent, facts, { ...one, change });
  });
  const register = registration(intent, subject, hindering);
  if (requested.length === 0 && hindering.length === 0) return register;
  const check = releaseCheck(subject, { findings: hindering, where: 'default-branch' });
  const changes = requested.map((rollout): StateChange => ({ kind: 'request-rollout', rollout }));
  return joined({ changes, effects: [] }, register, {
    changes: [],
    effects: [{ kind: 'publish-check', head: intent.after, number: null, check }],
  });
}

function registration(intent: ObserveReleases, subject: ReleaseSubject, hindering: readonly ReleaseFinding[]): Plan {
  const { head, isNewVersion, model } = subject;
  const isRefused = hindering.some(({ environment, rule }) => environment === null || rule === 'digest');
  if (head.kind !== 'valid' || !isNewVersion || isRefused) return emptyPlan;
  const { version, artifact } = head.manifest;
  const release = { model, version, digest: artifact.digest, sha: intent.after };
  return { changes: [], effects: [{ kind: 'register-release', ...release }] };
}

/** The rollout of one environment; none when the branch says something else by now, or it serves there or is on its way. */
function rolloutOf(
  { repository, before, after, actor }: ObserveReleases,
  { now }: MergedReleaseFacts,
  {
    subject,
    present,
    number,
    guarded,
    change,
  }: MergedReleaseFacts['subjects'][number] & { readonly change: EnvironmentChange },
): readonly RolloutRecord[] {
  const { environment, after: wanted, policy, rollouts } = change;
  if (wanted === null || policy === null || present[environment] !== wanted.digest) return [];
  const { model } = subject;
  const previous = servedBy(rollouts) ?? (change.before === null ? null : served(change.before));
  const [newest] = rollouts;
  const isUnderWay = newest !== undefined && newest.release.digest === wanted.digest && isOnItsWay(newest);
  if (isUnderWay) return [];
  // A revert only makes git say what serves since the rollback.
  const isBack = newest !== undefined && ['rolled-back', 'succeeded'].includes(newest.state.kind);
  if (isBack && servedBy(rollouts)?.digest === wanted.digest) return [];
  const identity = { repositoryId: repository.id, model, environment, digest: wanted.digest, mergeSha: after };
  const isTaken = rollouts.some(({ id }) => id === rolloutId(identity));
  if (isTaken && newest?.id === rolloutId(identity)) return [];
  const fell = rollouts.find(({ release, state }) => release.digest === wanted.digest && state.kind === 'rolled-back');
  const rollout = newRollout({
    repositoryId: repository.id,
    model,
    environment,
    release: served(wanted),
    previous,
    number,
    mergeSha: after,
    by: actor.login,
    policy: RolloutPolicy.parse(onlyRollout(policy)),
    createdAt: now,
    // What goes back was let in before, and must not wait.
    ...(isRollback(change) ? { atOnce: true } : guarded.includes(environment) ? { needsGo: true } : {}),
    ...(fell === undefined ? {} : { restored: true }),
  });
  // A branch that was put back to an earlier commit releases by the same commit once more.
  return [isTaken ? { ...rollout, id: rolloutId({ ...identity, mergeSha: `${before}..${after}` }) } : rollout];
}

function isOnItsWay({ state }: RolloutRecord): boolean {
  return !['rolled-back', 'superseded', 'failed', 'rolling-back'].includes(state.kind);
}

function served({ version, digest, uri }: NonNullable<EnvironmentChange['after']>): RolloutRecord['release'] {
  return { version, digest, uri };
}

/** The part of an environment's policy that a rollout keeps. */
function onlyRollout(policy: NonNullable<EnvironmentChange['policy']>): Readonly<Record<string, unknown>> {
  const kept = new Set(Object.keys(RolloutPolicy.shape));
  return Object.fromEntries(Object.entries(policy).filter(([key]) => kept.has(key)));
}
