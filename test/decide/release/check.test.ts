import { expect, it } from 'vitest';
import { checkRelease } from '../../../src/decide/release/check.ts';
import type { ReleaseCheckFacts } from '../../../src/facts/release-check-facts.ts';
import { aChange, aManifest, aPolicy, aSubject, entry } from './release-builder.ts';

const now = '2026-05-02T10:00:00.000Z';
const approving = aChange({
  policy: aPolicy('{ staging: { approvals: 1 } }').environments['staging'] ?? null,
});

it('counts an approval only for the models that its giver may release', () => {
  const early = aManifest({ model: 'early', environments: { staging: entry('1.4.0', 'a') } });
  const facts: ReleaseCheckFacts = {
    head: 'd'.repeat(40),
    pull: null,
    approvedBy: new Map([['late', { staging: ['ada'] }]]),
    subjects: [
      aSubject({ changes: [approving] }),
      aSubject({ model: 'early', head: { kind: 'valid', text: '', manifest: early }, changes: [approving] }),
    ],
    changed: ['early', 'late'],
    isWanted: true,
    policy: 'valid',
    holds: { locks: [], freezes: [] },
    now,
  };
  const policy = { ...aPolicy(), models: { ...aPolicy().models, early: aPolicy().models['late'] } };
  const subjects = facts.subjects.map((one) => ({ ...one, policy: policy as typeof one.policy })); // both are the same

  const repository = { id: 1, owner: 'acme', name: 'flights', installation: 1 };
  const { effects } = checkRelease(
    { kind: 'check-release', repository, number: 9, head: facts.head },
    { ...facts, subjects },
  );
  const said = JSON.stringify(effects);

  expect(said.match(/to approve a release/g)).toHaveLength(1);
});
