import { describe, expect, it } from 'vitest';
import { observeReleases } from '../../../src/decide/release/merged.ts';
import type { Plan } from '../../../src/effect.ts';
import type { MergedReleaseFacts } from '../../../src/facts/merged-release-facts.ts';
import type { ReleaseSubject } from '../../../src/facts/release-facts.ts';
import type { RolloutRecord } from '../../../src/rollout/rollout-record.ts';
import { outline, repository } from '../../world.ts';
import { aChange, aManifest, aRollout, aSubject, digest, entry } from './release-builder.ts';

const now = '2026-05-02T10:00:00.000Z';
const [before, after] = ['1'.repeat(40), '2'.repeat(40)];

function pushed(subject: Partial<ReleaseSubject>, more: Partial<MergedReleaseFacts['subjects'][number]> = {}): Plan {
  const facts: MergedReleaseFacts = {
    subjects: [{ subject: aSubject(subject), present: { staging: digest('a') }, number: 12, guarded: [], ...more }],
    policy: 'valid',
    waiting: false,
    holds: { locks: [], freezes: [] },
    now,
  };
  const actor = { login: 'ada', kind: 'person' } as const;
  return observeReleases({ kind: 'observe-releases', repository, branch: 'main', before, after, actor }, facts);
}

const rollouts = (plan: Plan): readonly RolloutRecord[] =>
  plan.changes.flatMap((change) => (change.kind === 'request-rollout' ? [change.rollout] : []));

describe('a push to the default branch that edits a manifest', () => {
  it('registers the version and begins its rollout, with what served before to go back to', () => {
    const plan = pushed({ changes: [aChange({ rollouts: [aRollout('f', { kind: 'succeeded', at: now })] })] });

    expect(outline(plan).filter((line) => !line.startsWith('request'))).toEqual([
      'register late 1.4.0',
      'check siskin / release late: success',
    ]);
    expect(rollouts(plan)).toMatchObject([
      {
        environment: 'staging',
        release: { version: '1.4.0' },
        previous: { digest: digest('f') },
        number: 12,
        mergeSha: after,
      },
    ]);
  });

  it('that is told of twice is one rollout', () => {
    const [first] = rollouts(pushed({}));
    const [again] = rollouts(pushed({}));
    const known = pushed({ changes: [aChange({ rollouts: first === undefined ? [] : [first] })] });

    expect(first?.id).toBe(again?.id);
    expect(rollouts(known)).toEqual([]);
  });

  it('begins nothing where a later push says something else by now', () => {
    expect(rollouts(pushed({}, { present: { staging: digest('b') } }))).toEqual([]);
  });

  it('and goes back to what served before does so at once', () => {
    const change = aChange({
      before: entry('1.5.0', 'b'),
      rollouts: [
        aRollout('b', { kind: 'succeeded', at: now }, { previous: entry('1.4.0', 'a') }),
        aRollout('a', { kind: 'succeeded', at: now }),
      ],
    });
    const [rollout] = rollouts(pushed({ isNewVersion: false, changes: [change] }));

    expect(rollout).toMatchObject({ atOnce: true, release: { version: '1.4.0' }, previous: { digest: digest('b') } });
  });

  it('puts the branch back to a commit whose rollout there was once, and is a rollout of its own', () => {
    const [first] = rollouts(pushed({}));
    const old = { ...(first as RolloutRecord), state: { kind: 'succeeded', at: now } as const }; // the line above gave one
    const newer = aRollout(
      'b',
      { kind: 'succeeded', at: now },
      { release: entry('1.5.0', 'b'), previous: old.release },
    );
    const change = aChange({ before: entry('1.5.0', 'b'), rollouts: [newer, old] });
    const [rollout] = rollouts(pushed({ isNewVersion: false, changes: [change] }));

    expect(rollout?.id).not.toBe(first?.id);
    expect(rollout).toMatchObject({ atOnce: true, mergeSha: after });
  });

  it.each<[string, Partial<ReleaseSubject>]>([
    ['bytes that are others', { changes: [aChange({ bytes: ['expected …, found …; do …'] })] }],
    ['an environment that nobody knows', { changes: [aChange({ policy: null })] }],
    [
      'bytes that were rejected there',
      {
        head: {
          kind: 'valid',
          text: '',
          manifest: aManifest({
            environments: { staging: entry('1.4.0', 'a') },
            rejected: [
              {
                digest: digest('a'),
                version: '1.4.0',
                environment: 'staging',
                reason: 'errors',
                rollout: 'r',
                at: now,
              },
            ],
          }),
        },
      },
    ],
  ])('never serves %s, and says so on the commit', (_, changes) => {
    const plan = pushed(changes);

    expect(rollouts(plan)).toEqual([]);
    expect(outline(plan).at(-1)).toBe('check siskin / release late: failure');
  });

  it('goes on although a freeze or a missing approval would have kept it from being merged', () => {
    expect(rollouts(pushed({ isOnBranch: false, run: null }))).toHaveLength(1);
  });
});
