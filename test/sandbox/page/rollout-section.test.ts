import { expect, it } from 'vitest';
import { indexPage } from '../../../sandbox/page/index-page.ts';
import { rolloutSection } from '../../../sandbox/page/rollout-section.ts';
import { RolloutPolicy } from '../../../src/policy/rollout-policy.ts';
import type { Interval } from '../../../src/rollout/evidence.ts';
import { judge } from '../../../src/rollout/judge/judge.ts';
import { newRollout, type RolloutRecord } from '../../../src/rollout/rollout-record.ts';

const served = (version: string) => ({ version, digest: `sha256:${'a'.repeat(64)}`, uri: 'https://models.example/a' });
const policy = RolloutPolicy.parse({
  steps: [{ weight: 50 }],
  metrics: { errors: { kind: 'error-rate', margin: 1.25, dispersion: 1 } },
});
const intervals: readonly Interval[] = [0, 1, 2].map((interval) => ({
  interval,
  end: `2026-03-01T12:00:0${interval}.000Z`,
  weight: 50,
  step: 0,
  metrics: { errors: { candidate: { n: 200, x: 60 }, champion: { n: 200, x: 2 } } },
}));

function rollout(over: Partial<RolloutRecord>): RolloutRecord {
  const record = newRollout({
    repositoryId: 1,
    model: 'price',
    environment: 'production',
    release: served('1.1.0'),
    previous: served('1.0.0'),
    number: 7,
    mergeSha: 'a'.repeat(40),
    by: 'ada',
    policy,
    createdAt: '2026-03-01T12:00:00.000Z',
  });
  return { ...record, judgement: judge(intervals, policy), ...over };
}

it('shows the weight of each interval and how strongly the counts speak', () => {
  const state = { kind: 'step', phase: 'observing', step: 0, attempt: 1, since: '' } as const;
  const html = rolloutSection([{ rollout: rollout({ state, weight: 50 }), intervals }]);

  expect(html).toContain('step 1, observing: the candidate gets 50 %');
  expect(html.match(/<rect /g)).toHaveLength(3);
  expect(html).toContain('aria-label="Weight of the candidate in 3 intervals, at last 50 percent"');
  expect(html).toContain('of 100 ✓</td>');
  expect(html).toContain('<td>180 of 600</td>');
});

it('says why a rollout went back, and lets nothing in it run', () => {
  const cause = { kind: 'harm', sentence: '<script>alert(1)</script>', by: null } as const;
  const state = { kind: 'rolled-back', cause, at: '' } as const;
  const html = indexPage([], [{ rollout: rollout({ state, zeroAfterMs: 340 }), intervals: [] }]);

  expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;; no traffic 0.3 s after the verdict');
  expect(html).not.toContain('<script>alert');
});

it('leaves no empty heading where nothing was ever rolled out', () => {
  expect(indexPage([])).not.toContain('Rollouts');
});
