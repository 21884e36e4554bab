import { describe, expect, it } from 'vitest';
import { ours, simulateJudges } from '../../../bench/judge-simulation.ts';

describe('a few dozen simulated rollouts', () => {
  // A thousand of each, beside the bounds that α allows: test/wider/judge-simulation.test.ts.
  it('lose hardly any identical model, and none that is five times as bad stays', () => {
    const { same, worse, split } = simulateJudges(25);
    const lost = same.filter(({ rule }) => rule === ours).reduce((sum, { share, runs }) => sum + share * runs, 0);

    // Of 225 at most about two are expected at α = .01; the seeds are fixed.
    expect(lost).toBeLessThan(5);
    expect(worse.find(({ rule, scenario }) => rule === ours && scenario === '5 ×')?.share).toBe(1);
    expect(split.filter(({ share }) => share > 0.5).map(({ scenario }) => scenario)).toEqual([
      'the mesh sends 8 % for 5 %',
    ]);
  });
});
