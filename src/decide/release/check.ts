import type { Effect, Plan } from '../../effect.ts';
import type { ReleaseCheckFacts } from '../../facts/release-check-facts.ts';
import type { ReleaseSubject } from '../../facts/release-facts.ts';
import type { Intent } from '../../intent.ts';
import { releaseBranch } from '../../registry/release-branch.ts';
import { releaseCheck } from '../../render/release-check.ts';
import { emptyPlan, joined } from '../plans.ts';
import type { ReleaseFinding } from './finding.ts';
import { releaseFindings } from './findings.ts';

type CheckRelease = Extract<Intent, { readonly kind: 'check-release' }>;
type CheckQueue = Extract<Intent, { readonly kind: 'check-queue' }>;

/** Says on the head of a pull request what keeps each release in it from being merged, and has an outdated one renewed. */
export function checkRelease({ number, repository, asked }: CheckRelease, facts: ReleaseCheckFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const plans = facts.subjects.map((subject) => {
    const found = findingsOf(subject, facts);
    const shown = published(subject, { facts, number, findings: found, ...(asked === undefined ? {} : { asked }) });
    return isOutdated(subject, facts) ? joined(shown, renewal(repository, subject, facts)) : shown;
  });
  return joined(...plans);
}

/** Says the same on the commit of a merge queue, where nobody waits for anybody any more. */
export function checkQueue(_: CheckQueue, facts: ReleaseCheckFacts): Plan {
  return joined(
    ...facts.subjects.map((subject) =>
      published(subject, { facts, number: null, findings: findingsOf(subject, facts) }),
    ),
  );
}

function findingsOf(subject: ReleaseSubject, facts: ReleaseCheckFacts): readonly ReleaseFinding[] {
  const { pull, approvedBy, holds, now } = facts;
  return releaseFindings(subject, { holds, number: pull?.number ?? null, approvedBy, now });
}

function published(
  subject: ReleaseSubject,
  shown: {
    readonly facts: ReleaseCheckFacts;
    readonly number: number | null;
    readonly findings: readonly ReleaseFinding[];
    readonly asked?: string;
  },
): Plan {
  const { facts, number, findings, asked } = shown;
  const check = releaseCheck(subject, { findings, where: facts.pull === null ? 'queue' : 'pull-request' });
  const effect: Effect = {
    kind: 'publish-check',
    head: facts.head,
    number,
    check,
    ...(asked === undefined ? {} : { asked }),
  };
  return { changes: [], effects: [effect] };
}

/** Our own proposal is made anew when the default branch says something else by now than what it was made on. */
function isOutdated({ isBehind, model }: ReleaseSubject, { pull }: ReleaseCheckFacts): boolean {
  return isBehind && pull?.head.ref === releaseBranch(model);
}

function renewal(repository: CheckRelease['repository'], { model }: ReleaseSubject, { head }: ReleaseCheckFacts): Plan {
  const wish = { kind: 'renew', id: head, model } as const;
  return { changes: [{ kind: 'ask', intent: { kind: 'propose-release', repository, wish } }], effects: [] };
}
