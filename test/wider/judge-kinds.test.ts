import { expect, it } from 'vitest';
import { judging } from '../../src/rollout/judge/judge.ts';
import { watching } from '../rollout/judge/evidence.ts';
import { drawn, kinds } from '../rollout/judge/kinds.ts';

const runs = 1000;

/** The share of so many rollouts that came to a verdict at any of their looks. */
function shareOf(verdict: 'fail' | 'pass', kind: keyof typeof kinds, worse: number): number {
  const { metric, draw } = kinds[kind] ?? { metric: {}, draw: () => () => ({ n: 0, x: 0 }) };
  let found = 0;
  for (let seed = 0; seed < runs; seed += 1) {
    const sequence = judging(watching(metric));
    for (const interval of drawn({ seed: 31 * seed + 7, intervals: 40, draw: draw(worse) })) sequence.add(interval);
    const { harm, nonInferiority } = sequence.judgement().metrics['errors'] ?? {};
    if ((verdict === 'fail' ? harm : nonInferiority)?.crossedAt !== null) found += 1;
  }
  return found / runs;
}

/** Three standard errors above a share. */
function most(share: number): number {
  return share + 3 * Math.sqrt((share * (1 - share)) / runs);
}

it.each(Object.keys(kinds))('rolls back at most one in a hundred identical models by a %s', (kind) => {
  expect(shareOf('fail', kind, 0)).toBeLessThanOrEqual(most(0.01));
});

// What draws call worse by so much is worse by exactly the margin.
it.each([
  ['mean', 0.2],
  ['bounded mean', 0.1],
  ['ratio', 0.25],
  ['conversion', 0.2],
  ['latency', 0.25],
] as const)('shows at most one in twenty not to be worse that are, by the margin, by a %s', (kind, worse) => {
  expect(shareOf('pass', kind, worse)).toBeLessThanOrEqual(most(0.05));
});
