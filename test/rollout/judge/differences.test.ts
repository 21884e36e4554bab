import { expect, it } from 'vitest';
import { differences } from '../../../src/rollout/judge/differences.ts';
import { judge } from '../../../src/rollout/judge/judge.ts';
import { counted, watching } from './evidence.ts';

const evidence = [counted(0, 5, [150, 6], [2850, 30]), counted(1, 25, [750, 20], [2250, 25])];

it('tells what two policies find differently in the same evidence, and nothing when they agree', () => {
  const one = judge(evidence, watching());
  const other = judge(evidence, watching({ dispersion: 1, 'harm-alpha': 0.001 }));
  const none = judge(evidence, { ...watching(), metrics: {} });

  expect(differences(one, one)).toEqual([]);
  expect(differences(one, other)).toEqual([
    'reason: no-history → undecided',
    'metric: errors → none',
    'metrics.errors.harm.crossedAt: 1 → none',
    'steps.1.reason: no-history → too-few',
  ]);
  expect(differences(one, none)).toContain('metrics.errors: watched → not watched');
});
