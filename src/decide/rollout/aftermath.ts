import type { Effect } from '../../effect.ts';
import type { RolloutFacts } from '../../facts/rollout-facts.ts';
import { evidenceFolder } from '../../render/rollout.ts';
import { revertBody, rolloutIssue } from '../../render/rollout-aftermath.ts';
import type { RolloutEffect } from '../../rollout/rollout-effect.ts';
import type { RollbackCause, RolloutRecord } from '../../rollout/rollout-record.ts';
import { rolloutView } from '../show-rollout.ts';

/** What makes git and GitHub say what is served, once a rollout is over. Nothing while it goes on. */
export function aftermath(facts: RolloutFacts): readonly Effect[] {
  const { rollout, course, earlier, isPast } = facts;
  const { state } = rollout;
  const evidence = course.intervals + course.history === 0 ? [] : [keptEvidence(rollout)];
  switch (state.kind) {
    case 'succeeded': {
      const done: Effect[] = isPast ? [] : [tag(rollout)];
      // A command took back what had succeeded, and git still names it; of a merged revert git is the cause.
      if (rollout.atOnce === true && earlier?.mergeSha === rollout.mergeSha) done.push(revertOfReturn(rollout));
      return [...done, ...evidence];
    }
    case 'rolled-back':
      return [revert(facts, state.cause), ...evidence, ...(isNews(state.cause) ? [issue(facts)] : [])];
    case 'failed':
      // Where it was last seen to get traffic, nobody knows what serves; a person finds out before git says anything.
      return [...(rollout.weight === 0 ? [revert(facts, null)] : []), ...evidence, issue(facts)];
    case 'superseded':
      return evidence;
    default:
      return [];
  }
}

/** What a person asked for needs no issue to tell them; nor what a newer release has made pointless. */
function isNews({ kind }: RollbackCause): boolean {
  return kind !== 'command' && kind !== 'superseded';
}

function tag({ id, model, environment, release, mergeSha }: RolloutRecord): Effect {
  return { kind: 'tag-release', rollout: id, model, version: release.version, environment, sha: mergeSha };
}

function keptEvidence(rollout: RolloutRecord): RolloutEffect {
  // JSON is YAML; the policy is kept as it judged, with every default filled in.
  const policy = `${JSON.stringify(rollout.policy, null, 2)}\n`;
  return { kind: 'save-evidence', rollout: rollout.id, folder: evidenceFolder(rollout), policy };
}

/** Back to what served before, and the digest rejected unless it was never tried. */
function revert(facts: RolloutFacts, cause: RollbackCause | null): RolloutEffect {
  const { rollout } = facts;
  const { id, model, environment, release, previous, changedAt } = rollout;
  return {
    kind: 'open-revert',
    rollout: id,
    branch: branchOf(rollout),
    title: `Revert ${model} in ${environment}: ${release.version} did not stay`,
    body: revertBody(rollout, { cause: cause?.sentence ?? null, isRejected: cause !== null && wasTried(facts, cause) }),
    reversion: {
      model,
      environment,
      from: release.digest,
      to: previous,
      rejected:
        cause === null || !wasTried(facts, cause)
          ? null
          : {
              digest: release.digest,
              version: release.version,
              environment,
              reason: cause.sentence.slice(0, 500),
              rollout: id,
              at: changedAt,
            },
    },
  };
}

/** Whether it did anything by which it could be judged: what never began did nothing wrong. */
function wasTried({ course }: RolloutFacts, { kind }: RollbackCause): boolean {
  if (kind === 'superseded' || kind === 'invalid') return false;
  return kind === 'harm' || course.intervals > 0;
}

/** Somebody went back to an earlier version after a success: what they left is rejected as they said. */
function revertOfReturn(rollout: RolloutRecord): RolloutEffect {
  const { id, model, environment, release, previous, by, createdAt } = rollout;
  const left = previous ?? release;
  const reason = `${by} rolled it back after it had succeeded`;
  return {
    kind: 'open-revert',
    rollout: id,
    branch: branchOf(rollout),
    title: `Revert ${model} in ${environment} to ${release.version}`,
    body: revertBody({ ...rollout, release: left, previous: release }, { cause: reason, isRejected: true }),
    reversion: {
      model,
      environment,
      from: left.digest,
      to: release,
      rejected: { digest: left.digest, version: left.version, environment, reason, rollout: id, at: createdAt },
    },
  };
}

/** Models' names are such that they can be part of a branch's; the rollout tells two reverts apart. */
function branchOf({ id, model, environment }: RolloutRecord): string {
  return `siskin/revert-${model}-${environment}-${id.replace(/^ro-/, '').slice(0, 12)}`.slice(0, 100);
}

function issue(facts: RolloutFacts): RolloutEffect {
  return { kind: 'open-issue', rollout: facts.rollout.id, ...rolloutIssue(rolloutView(facts)) };
}
