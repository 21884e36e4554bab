import { describe, expect, it } from 'vitest';
import type { ReleaseSetting } from '../../../src/decide/release/findings.ts';
import { releaseFindings } from '../../../src/decide/release/findings.ts';
import type { ReleaseSubject } from '../../../src/facts/release-facts.ts';
import { releaseCheck } from '../../../src/render/release-check.ts';
import { aChange, aManifest, aPolicy, aRollout, aSubject, digest, entry, invalid } from './release-builder.ts';

const now = '2026-05-02T10:00:00.000Z';
const later = '2026-05-03T10:00:00.000Z';
const setting: ReleaseSetting = { holds: { locks: [], freezes: [] }, number: 9, approvedBy: {}, now };

/** The rules that are broken, with `~` before those that only wait. */
function broken(changes: Partial<ReleaseSubject>, more: Partial<ReleaseSetting> = {}): readonly string[] {
  const findings = releaseFindings(aSubject(changes), { ...setting, ...more });
  return findings.map(({ kind, rule }) => (kind === 'wait' ? `~${rule}` : rule));
}

const valid = (changes: Parameters<typeof aManifest>[0]) =>
  ({ kind: 'valid', text: '', manifest: aManifest(changes) }) as const;
const freeze = {
  scope: { kind: 'repository', repositoryId: 1 },
  by: 'ada',
  reason: 'maintenance',
  since: now,
} as const;
const holder = { owner: { number: 4, login: 'grace' }, reason: null, since: now, expiresAt: later, fence: 1 };
const lock = {
  ...{ repositoryId: 1, model: 'late', environment: 'staging', version: 1 },
  state: { holder, queue: [], lastFence: 1 },
};
const production = aPolicy().environments['production'] ?? null;
const toProduction = aChange({ environment: 'production', policy: production });
const approving = { ...aChange(), policy: aPolicy('{ staging: { approvals: 2 } }').environments['staging'] ?? null };

describe('a release', () => {
  it('with which all is well has nothing against it', () => {
    expect(broken({})).toEqual([]);
    expect(releaseCheck(aSubject(), { findings: [], where: 'pull-request' })).toMatchObject({
      conclusion: 'success',
      title: 'Ready: 1.4.0 to staging',
    });
  });

  it.each<[string, Partial<ReleaseSubject>, readonly string[], Partial<ReleaseSetting>?]>([
    ['whose manifest is deleted', { head: { kind: 'absent' } }, ['manifest']],
    ['of a model that the policy does not know', { model: 'early' }, ['model']],
    ['for an environment that the policy does not know', { changes: [aChange({ policy: null })] }, ['model']],
    ['made on an older manifest', { isBehind: true }, ['~manifest']],
    ['whose tag names other bytes', { registered: { sha: 'e'.repeat(40), digest: digest('b') } }, ['version']],
    ['whose tag names no bytes', { registered: { sha: 'e'.repeat(40), digest: null } }, ['version']],
    [
      'whose tag names its bytes, which no run of ours judged',
      { registered: { sha: 'e'.repeat(40), digest: digest('a') }, run: null },
      ['gates'],
    ],
    ['that is lower than the newest', { base: valid({ version: '1.5.0' }) }, ['version']],
    ['whose bytes are others', { changes: [aChange({ bytes: ['expected …, found …; do …'] })] }, ['digest']],
    ['whose bytes are others, also where no environment gets them', { bytes: ['expected …'] }, ['digest']],
    [
      'that gives an environment what was judged nowhere',
      { isNewVersion: false, changes: [aChange({ after: entry('9.9.9', 'd') })] },
      ['gates'],
    ],
    [
      'that gives an environment judged bytes under the name of another version',
      {
        isNewVersion: false,
        changes: [
          {
            ...toProduction,
            after: entry('9.9.9', 'a'),
            upstream: [aRollout('a', { kind: 'succeeded', at: now })],
          },
        ],
      },
      ['gates'],
    ],
    [
      'that goes back to bytes under a name that never served',
      {
        isNewVersion: false,
        changes: [
          {
            ...aChange({ before: entry('1.5.0', 'b'), after: entry('1.0.0', 'a') }),
            rollouts: [aRollout('a', { kind: 'succeeded', at: now })],
          },
        ],
      },
      ['gates'],
    ],
    ['signed by a stranger', { signature: ['expected …, found …; do …'] }, ['signature']],
    [
      'signed by a stranger that goes to the next environment',
      { isNewVersion: false, signature: ['expected …, found …; do …'] },
      ['signature'],
    ],
    ['of a commit that is not merged', { isOnBranch: false }, ['~lineage']],
    ['of a run that nobody knows', { run: null }, ['gates']],
    [
      'of other bytes than the run measured',
      { head: valid({ artifact: { ...aManifest().artifact, digest: digest('d') } }) },
      ['gates', 'gates'],
    ],
    [
      'that was rejected there',
      {
        rejected: [
          { digest: digest('a'), version: '1.4.0', environment: 'staging', reason: 'errors', rollout: 'r', at: now },
        ],
      },
      ['rejected'],
    ],
    ['that never served before production', { changes: [toProduction] }, ['order']],
    [
      'that was rolled back before production',
      {
        changes: [
          {
            ...toProduction,
            upstream: [
              aRollout('a', { kind: 'rolled-back', cause: { kind: 'harm', sentence: '', by: null }, at: now }),
            ],
          },
        ],
      },
      ['order'],
    ],
    [
      'that is still on its way before production',
      { changes: [{ ...toProduction, upstream: [aRollout('a', { kind: 'promoting' })] }] },
      ['~order'],
    ],
    [
      'that serves before production',
      { changes: [{ ...toProduction, upstream: [aRollout('a', { kind: 'succeeded', at: now })] }] },
      [],
    ],
    ['that too few approved', { changes: [approving] }, ['~approval'], { approvedBy: { staging: ['ada'] } }],
    ['that enough approved', { changes: [approving] }, [], { approvedBy: { staging: ['ada', 'grace'] } }],
    [
      'to what is frozen',
      {},
      ['~freeze'],
      { holds: { locks: [], freezes: [{ ...freeze, target: 'staging', until: later, number: 3 }] } },
    ],
    ['to what somebody else holds', {}, ['~lock'], { holds: { locks: [lock], freezes: [] } }],
    ['to what its own pull request holds', {}, [], { holds: { locks: [lock], freezes: [] }, number: 4 }],
  ])('%s', (_, changes, expected, more) => {
    expect(broken(changes, more)).toEqual(expected);
  });

  it('of a squashed pull request is on the default branch as the champion with its bytes', () => {
    const champion = { digest: digest('a') } as ReleaseSubject['champion']; // the rest is not looked at

    expect(broken({ isOnBranch: false, champion })).toEqual([]);
  });

  it('with everything wrong hears of all of it at once', () => {
    const findings = broken(
      { signature: ['expected …'], run: null, isOnBranch: false, changes: [{ ...approving, bytes: ['expected …'] }] },
      { holds: { locks: [lock], freezes: [{ ...freeze, target: 'all', until: later, number: 3 }] } },
    );

    expect(findings).toEqual(['digest', 'signature', '~lineage', 'gates', '~approval', '~freeze', '~lock']);
  });

  it('that only goes back is kept by no freeze, lock, approval or order', () => {
    const back = {
      ...approving,
      before: entry('1.5.0', 'b'),
      after: entry('1.4.0', 'a'),
      rollouts: [aRollout('a', { kind: 'succeeded', at: now })],
    };

    expect(
      broken(
        { isNewVersion: false, changes: [back] },
        { holds: { locks: [lock], freezes: [{ ...freeze, target: 'all', until: later, number: 3 }] } },
      ),
    ).toEqual([]);
  });

  it('that reverts a merge goes back, also where the merge was the first to serve something', () => {
    const back = aChange({
      before: entry('1.5.0', 'b'),
      rollouts: [aRollout('a', { kind: 'succeeded', at: now })],
    });
    const gone = aChange({ environment: 'production', before: entry('1.5.0', 'b'), after: null });
    const registered = { sha: 'e'.repeat(40), digest: digest('a') };

    expect(broken({ base: valid({ version: '1.5.0' }), registered, run: null, changes: [back, gone] })).toEqual([]);
  });

  it('that cannot be done by its platform, or measured, says each reason', () => {
    const policy =
      aPolicy(
        '{ staging: { serving: { connection: here }, metrics: { errors: { kind: error-rate, source: here, query: { events: a, requests: b } } }, steps: [{ weight: 0.5 }, { weight: 80 }], shadow: {}, audience: { cookie: id } } }',
      ).environments['staging'] ?? null;
    const capability = {
      ...({ weights: 'whole-percents', mostWeight: 50, shadow: false } as const),
      ...{ header: false, sticky: false, fence: false },
      problems: ['expected the service, found none; make it'],
    };
    const examination = { capability, problems: [], metrics: { errors: ['no such series'] }, traffic: null };
    const findings = releaseFindings(aSubject({ changes: [aChange({ policy, examination })] }), setting);

    expect(findings.map(({ rule, sentence }) => `${rule}: ${sentence}`)).toEqual([
      'serving: expected the service, found none; make it',
      'serving: expected whole percents, which is all that the platform can set, found 0.5; round them in `steps`',
      'serving: expected at most 50 %, which is what the platform gives a candidate, found 80; lower them in `steps`',
      'serving: expected a platform that mirrors requests, found one that cannot; take `shadow` out of the policy',
      'serving: expected a platform that keeps users where they are, found one that cannot; take `audience` out of the policy',
      'metrics: `errors`: no such series',
    ]);
  });

  it('whose manifest was edited into nonsense shows each problem at its line', () => {
    const subject = aSubject({ head: invalid('format: 2\nmodel: late\nversion: one\n') });
    const findings = releaseFindings(subject, setting);
    const check = releaseCheck(subject, { findings, where: 'pull-request' });

    expect(findings.length).toBeGreaterThan(2);
    expect(check.conclusion).toBe('failure');
    expect(check.annotations.map(({ path, line }) => `${path}:${line}`)).toContain('models/late/release.yml:3');
  });
});
