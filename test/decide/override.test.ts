import { describe, expect, it } from 'vitest';
import { gateSubject, policyDigest } from '../../src/decide/approval.ts';
import { isAcceptable } from '../../src/decide/champion.ts';
import { judge } from '../../src/decide/judge.ts';
import { metricTable } from '../../src/render/metric-table.ts';
import type { Approval } from '../../src/store/approval-record.ts';
import { compared, policy, result } from './judge-fixture.ts';

const worse = { 'roc-auc': compared(-0.0121, -0.018, -0.0062), f1: compared(-0.1, -0.2, -0.05) };
const own = policy({ 'roc-auc': { 'not-worse-by': 0.005 }, f1: { 'not-worse-by': 0.01 } });
const measured = result(worse);

const override = (metric: 'roc-auc' | 'f1', changes: Partial<Approval> = {}): Approval => ({
  repositoryId: 1,
  number: 5,
  kind: 'override-gate',
  subject: gateSubject('late', metric),
  head: 'b'.repeat(40),
  tree: '1'.repeat(40),
  artifact: measured.evaluation?.candidate.digest ?? null,
  policy: policyDigest(own),
  by: 'ada',
  reason: 'the [holdout](https://evil.test) | is <b>old</b> @everyone',
  at: '2026-03-01T12:00:00.000Z',
  ...changes,
});
const judgedWith = (...approvals: Approval[]) => judge({ model: 'late', policy: own, result: measured, approvals });

describe('an overridden gate', () => {
  it('keeps its verdict, and decides nothing', () => {
    const one = judgedWith(override('roc-auc'));
    const both = judgedWith(override('roc-auc'), override('f1'));

    expect(judgedWith().verdict).toBe('fail');
    expect(one).toMatchObject({ verdict: 'fail', headline: expect.stringMatching(/^F1 is worse by/) });
    expect(both.gates.map(({ verdict }) => verdict)).toEqual(['fail', 'fail']);
    expect(both).toMatchObject({
      verdict: 'pass',
      review: true,
      headline: 'ROC AUC and F1 missed their gates, which ada overrode — review before merging',
    });
  });

  it('is shown with who did it and why, and their words do no harm', () => {
    const { gates } = judgedWith(override('roc-auc'));
    const row = metricTable(gates, { champion: 'main', candidate: 'this' })
      .split('\n')
      .find((line) => line.includes('ROC AUC'));

    expect(row).toContain('fail,\u00a0overridden');
    expect(row).toContain('overridden by `ada`: the ');
    expect(row).not.toMatch(/[^\\]\]\(https|<b>|@everyone/);
  });

  it('counts for no other candidate, model or gate, and data that are broken still fail', () => {
    const elsewhere = override('roc-auc', { artifact: `sha256:${'9'.repeat(64)}` });
    const failing = { ...measured, failures: [{ part: 'validation', code: 'bad-input', message: 'no data' }] } as const;
    const approvals = [override('roc-auc'), override('f1')];

    expect(judgedWith(elsewhere, override('f1')).verdict).toBe('fail');
    expect(judge({ model: 'other', policy: own, result: measured, approvals }).verdict).toBe('fail');
    expect(
      judge({ model: 'late', policy: own, result: { ...failing, failures: [...failing.failures] }, approvals }).verdict,
    ).toBe('error');
  });

  it('makes a candidate acceptable on the default branch', () => {
    const judged = { model: 'late', policy: own, result: measured };

    expect(isAcceptable(judged)).toBe(false);
    expect(isAcceptable({ ...judged, approvals: [override('roc-auc'), override('f1')] })).toBe(true);
  });
});
