import type { Plan } from '../../effect.ts';
import type { ReleaseCheckFacts } from '../../facts/release-check-facts.ts';
import type { ReleaseSubject } from '../../facts/release-facts.ts';
import type { Intent } from '../../intent.ts';
import { releaseBranch } from '../../registry/release-branch.ts';
import { releasesCheck, unreadableReleases } from '../../render/release-check.ts';
import { emptyPlan, joined } from '../plans.ts';
import { releaseFindings } from './findings.ts';

type CheckRelease = Extract<Intent, { readonly kind: 'check-release' }>;
type CheckQueue = Extract<Intent, { readonly kind: 'check-queue' }>;

/** Says on the head of a pull request all that keeps what it releases from being merged, and has outdated releases renewed. */
export function checkRelease({ number, repository, asked }: CheckRelease, facts: ReleaseCheckFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const outdated = facts.subjects.filter((subject) => isOutdated(subject, facts));
  return joined(
    published(facts, { number, ...(asked === undefined ? {} : { asked }) }),
    ...outdated.map((subject) => renewal(repository, subject, facts)),
  );
}

/** Says the same on the commit of a merge queue, where nobody waits for anybody any more. */
export function checkQueue(_: CheckQueue, facts: ReleaseCheckFacts): Plan {
  return published(facts, { number: null });
}

/** What a rule may require has to come for every pull request, also where nothing is released. */
function published(facts: ReleaseCheckFacts, told: { readonly number: number | null; readonly asked?: string }): Plan {
  if (facts.policy === 'absent' || (facts.changed.length === 0 && !facts.isWanted)) return emptyPlan;
  const { pull, approvedBy, holds, now, head } = facts;
  const parts = facts.subjects.map((subject) => {
    const approved = approvedBy === null ? null : (approvedBy.get(subject.model) ?? {});
    const setting = { holds, number: pull?.number ?? null, approvedBy: approved, now };
    return { subject, findings: releaseFindings(subject, setting) };
  });
  const isUnknown = facts.policy === 'invalid' && facts.changed.length > 0;
  const check = isUnknown
    ? unreadableReleases(facts.changed)
    : releasesCheck(parts, pull === null ? 'queue' : 'pull-request');
  return { changes: [], effects: [{ kind: 'publish-check', head, check, ...told }] };
}

/** Our own proposal is made anew when the default branch says something else by now than what it was made on. */
function isOutdated({ isBehind, model }: ReleaseSubject, { pull }: ReleaseCheckFacts): boolean {
  return isBehind && pull?.head.ref === releaseBranch(model);
}

function renewal(repository: CheckRelease['repository'], { model }: ReleaseSubject, { head }: ReleaseCheckFacts): Plan {
  const wish = { kind: 'renew', id: head, model } as const;
  return { changes: [{ kind: 'ask', intent: { kind: 'propose-release', repository, wish } }], effects: [] };
}
