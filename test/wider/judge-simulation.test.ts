import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import {
  type JudgeSimulation,
  judgeTables,
  ours,
  simulateJudges,
  withoutHistory,
} from '../../bench/judge-simulation.ts';

const runs = 1000;
let simulation: JudgeSimulation;
beforeAll(() => {
  simulation = simulateJudges(runs);
}, 600_000);

function shareOf(of: keyof JudgeSimulation, rule: string, scenario?: string): readonly number[] {
  return simulation[of]
    .filter((one) => one.rule === rule && (scenario ?? one.scenario) === one.scenario)
    .map(({ share }) => share);
}

it('rolls back at most one in a hundred of a thousand identical models, whatever the traffic', () => {
  // Three standard errors above α.
  const most = 0.01 + 3 * Math.sqrt((0.01 * 0.99) / runs);

  for (const { rule, scenario, share } of simulation.same) {
    if (rule === ours) expect(share, scenario).toBeLessThanOrEqual(most);
  }
  expect(shareOf('same', ours)).toHaveLength(9);
  // The mean over all kinds of traffic is below α itself.
  expect(shareOf('same', ours).reduce((sum, share) => sum + share, 0) / 9).toBeLessThan(0.01);
});

it('shows at most one in twenty not to be worse that are, by the margin, whatever the traffic', () => {
  for (const { scenario, share } of simulation.fooled) {
    expect(share, scenario).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  }
  expect(simulation.fooled).toHaveLength(9);
});

it('needs the history: who takes bursts for independent events rolls back every third model', () => {
  expect(shareOf('same', withoutHistory, 'bursts of 5 errors')[0]).toBeGreaterThan(0.3);
});

it('finds nearly all that is half as bad again, and what is five times as bad within two minutes', () => {
  const minutesAt = (scenario: string) =>
    simulation.worse.find((one) => one.rule === ours && one.scenario === scenario)?.minutes ?? Number.NaN;

  expect(shareOf('worse', ours, '1.5 ×')[0]).toBeGreaterThan(0.9);
  expect(shareOf('worse', ours, '2 ×')[0]).toBeGreaterThan(0.995);
  expect(minutesAt('2 ×')).toBeLessThanOrEqual(12);
  expect(minutesAt('5 ×')).toBeLessThanOrEqual(2);
});

it('holds when the mesh sends another share, and for nothing else', () => {
  for (const { scenario, share } of simulation.split) {
    if (scenario === 'the mesh sends 8 % for 5 %') expect(share).toBe(1);
    else expect(share, scenario).toBeLessThanOrEqual(0.005);
  }
});

it('is the table of docs/judge.md', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/judge.md'), 'utf8')).toContain(judgeTables(simulation));
});
