import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalsOf, gateSubject, overridesFor, policyDigest, runApproval } from '../../src/decide/approval.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { Approval } from '../../src/store/approval-record.ts';
import { policyText } from '../world.ts';

function policyOf(text: string): Policy {
  const parsed = parsePolicy({ text, file: 'siskin.yml' });
  if (parsed.kind !== 'valid') throw new Error('expected a valid policy');
  return parsed.policy;
}

const policy = policyOf(policyText);
const strict = policyOf(policyText.replace('0.005', '0.001'));
const own = policy.models['late'];
const sha = (digit: string) => digit.repeat(40);
const artifact = `sha256:${'2'.repeat(64)}`;
const approval = (changes: Partial<Approval> = {}): Approval => ({
  repositoryId: 1,
  number: 5,
  kind: 'override-gate',
  subject: gateSubject('late', 'roc-auc'),
  head: sha('b'),
  tree: sha('1'),
  artifact,
  policy: own === undefined ? '' : policyDigest(own),
  by: 'ada',
  reason: 'known label shift',
  at: '2026-03-01T12:00:00.000Z',
  ...changes,
});
const ofRun = approval({ kind: 'run', subject: '', artifact: null, policy: policyDigest(policy) });

describe('an approval', () => {
  it('survives a rebase that leaves the same tree, unless it lets the code of a fork run', () => {
    const rebased = { sha: sha('c'), tree: sha('1') };

    expect(approvalsOf({ sha: sha('b'), tree: null }, [approval(), ofRun])).toHaveLength(2);
    expect(approvalsOf(rebased, [approval(), ofRun])).toEqual([approval()]);
    expect(approvalsOf({ ...rebased, tree: sha('2') }, [approval(), ofRun])).toEqual([]);
    expect(approvalsOf({ ...rebased, tree: null }, [approval(), ofRun])).toEqual([]);
  });

  it('of a run holds for exactly that commit under exactly that policy', () => {
    expect(runApproval({ head: sha('b'), policy }, [ofRun])).toEqual(ofRun);
    expect(runApproval({ head: sha('c'), policy }, [ofRun])).toBeNull();
    expect(runApproval({ head: sha('b'), policy: strict }, [ofRun])).toBeNull();
    expect(runApproval({ head: sha('b'), policy }, [approval({ policy: policyDigest(policy) })])).toBeNull();
  });

  it('of a gate holds for exactly those bytes under exactly those gates', () => {
    if (own === undefined) throw new Error('no model');
    const candidate = { model: 'late', policy: own, artifact };
    const found = new Map([['roc-auc', { by: 'ada', reason: 'known label shift' }]]);

    expect(overridesFor(candidate, [approval()])).toEqual(found);
    expect(overridesFor({ ...candidate, artifact: null }, [approval({ artifact: null })]).size).toBe(0);
    expect(overridesFor({ ...candidate, artifact: `sha256:${'4'.repeat(64)}` }, [approval()]).size).toBe(0);
    expect(overridesFor({ ...candidate, model: 'lat' }, [approval()]).size).toBe(0);
    expect(overridesFor({ ...candidate, policy: strict.models['late'] ?? own }, [approval()]).size).toBe(0);
    expect(overridesFor(candidate, [ofRun]).size).toBe(0);
  });

  it('holds for nothing else: whatever differs voids it', () => {
    const fields = ['kind', 'head', 'artifact', 'policy', 'subject'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.string(), (field, text) => {
        const changed = approval({ [field]: field === 'kind' ? 'budget' : `x${text}` });
        const held = approvalsOf({ sha: sha('b'), tree: null }, [changed]);
        const overrides = own === undefined ? [] : [...overridesFor({ model: 'late', policy: own, artifact }, held)];
        expect(overrides).toEqual([]);
      }),
    );
  });
});
