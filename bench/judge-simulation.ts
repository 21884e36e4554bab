import { RolloutPolicy } from '../src/policy/rollout-policy.ts';
import type { Interval } from '../src/rollout/evidence.ts';
import { judging } from '../src/rollout/judge/judge.ts';
import type { Judgement } from '../src/rollout/judgement.ts';
import { quantile } from './figure.ts';
import { peers, type Rule } from './judge-peers.ts';
import { evidenceOf, historyMinutes, type Scenario, scenarios } from './judge-traffic.ts';

/** How one rule did in one scenario: the share of rollouts that it rolled back, and in the median after how many minutes. */
export interface Outcome {
  readonly rule: string;
  readonly scenario: string;
  readonly runs: number;
  readonly share: number;
  readonly minutes: number | null;
}

/** What was simulated. */
export interface JudgeSimulation {
  /** Identical models. */
  readonly same: readonly Outcome[];
  /** Steady traffic, and a candidate with so many times the errors. */
  readonly worse: readonly Outcome[];
  /** Of identical models: how often the split was called wrong, and promotion was proven. */
  readonly split: readonly Outcome[];
  readonly proven: readonly Outcome[];
  /** Of models that are worse by exactly the margin: how often promotion was proven all the same. */
  readonly fooled: readonly Outcome[];
}

const policy = RolloutPolicy.parse({ metrics: { errors: { kind: 'error-rate' } } });
const unprepared = RolloutPolicy.parse({ metrics: { errors: { kind: 'error-rate', dispersion: 1 } } });

/** The names of our rules in the table. */
export const ours = 'Siskin';
export const withoutHistory = 'Siskin, told that counts are independent';

const factors = [1.25, 1.5, 2, 5] as const;

/** Runs everything, so many rollouts in each cell. */
export function simulateJudges(runs: number): JudgeSimulation {
  const found: JudgeSimulation = { same: [], worse: [], split: [], proven: [], fooled: [] };
  const add = (to: keyof JudgeSimulation, outcomes: readonly Outcome[]) => {
    // Just made above, and not shown to anybody yet.
    (found[to] as Outcome[]).push(...outcomes);
  };
  for (const [index, [name, scenario]] of Object.entries(scenarios).entries()) {
    const rollouts = (run: number) => evidenceOf(scenario, { seed: 1_000_003 * index + run, harm: 1 });
    const cell = runCell({ scenario: name, runs, rollouts });
    add('same', cell.rolledBack);
    add('split', [cell.split]);
    add('proven', [cell.proven]);
    add('fooled', [fooledBy({ name, scenario, index, runs })]);
  }
  for (const factor of factors) {
    const rollouts = (run: number) =>
      evidenceOf(scenarios['steady'] ?? never(), { seed: 7_000_001 + Math.round(1e6 * factor) + run, harm: factor });
    add('worse', runCell({ scenario: `${factor} ×`, runs, rollouts }).rolledBack);
  }
  return found;
}

function fooledBy(options: {
  readonly name: string;
  readonly scenario: Scenario;
  readonly index: number;
  readonly runs: number;
}): Outcome {
  const { name, scenario, index, runs } = options;
  let proven = 0;
  for (let run = 0; run < runs; run += 1) {
    const evidence = evidenceOf(scenario, { seed: 31_000_001 + 1_000_003 * index + run, harm: 1.25 });
    if (judged(evidence, policy).metrics['errors']?.nonInferiority.crossedAt !== null) proven += 1;
  }
  return { rule: 'fooled', scenario: name, runs, share: proven / runs, minutes: null };
}

function never(): never {
  throw new Error('expected a scenario named steady, found none');
}

function runCell(options: {
  readonly scenario: string;
  readonly runs: number;
  readonly rollouts: (run: number) => readonly Interval[];
}) {
  const { scenario, runs, rollouts } = options;
  const rules: Readonly<Record<string, Rule>> = { ...peers, [withoutHistory]: unpreparedRule };
  const minutes = new Map<string, number[]>([ours, 'split', 'proven', ...Object.keys(rules)].map((rule) => [rule, []]));
  for (let run = 0; run < runs; run += 1) {
    const evidence = rollouts(run);
    for (const [rule, rollsBack] of Object.entries(rules)) {
      const minute = rollsBack(evidence);
      if (minute !== null) minutes.get(rule)?.push(minute);
    }
    const { verdict, decidedAt, reason } = judged(evidence, policy);
    const at = decidedAt === null ? 0 : decidedAt + 1;
    if (verdict === 'fail') minutes.get(ours)?.push(at);
    if (reason === 'sample-ratio') minutes.get('split')?.push(at);
    if (verdict === 'pass') minutes.get('proven')?.push(at);
  }
  const outcome = (rule: string): Outcome => {
    const samples = minutes.get(rule) ?? [];
    const median = samples.length === 0 ? null : quantile(samples, 0.5);
    return { rule, scenario, runs, share: samples.length / runs, minutes: median };
  };
  return {
    rolledBack: [ours, ...Object.keys(rules)].map(outcome),
    split: outcome('split'),
    proven: outcome('proven'),
  };
}

function judged(evidence: readonly Interval[], by: RolloutPolicy): Judgement {
  const sequence = judging(by);
  for (const interval of evidence) sequence.add(interval);
  return sequence.judgement();
}

function unpreparedRule(evidence: readonly Interval[]): number | null {
  const { verdict, decidedAt } = judged(evidence.slice(historyMinutes), unprepared);
  return verdict === 'fail' && decidedAt !== null ? decidedAt + 1 : null;
}

/** The simulation as two Markdown tables: rollbacks of identical models, and of worse ones with the median minute. */
export function judgeTables({ same, worse, split, proven, fooled }: JudgeSimulation): string {
  const rules = [...new Set(same.map(({ rule }) => rule))];
  const kinds = [...new Set(same.map(({ scenario }) => scenario))];
  const levels = [...new Set(worse.map(({ scenario }) => scenario))];
  const cell = (all: readonly Outcome[], rule: string, scenario: string) =>
    all.find((one) => one.rule === rule && one.scenario === scenario);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shareOf = (of: Outcome | undefined) => (of === undefined ? '–' : shareText(of.share));
  return [
    row(['identical models: rolled back', ...kinds]),
    row(['---', ...kinds.map(() => '--:')]),
    ...rules.map((rule) => row([rule, ...kinds.map((kind) => shareOf(cell(same, rule, kind)))])),
    row(['Siskin: held, because the split is not as set', ...split.map(shareOf)]),
    row(['Siskin: shown to be not worse than 1.25 ×', ...proven.map(shareOf)]),
    row(['Siskin, truly 1.25 × the errors: shown to be not worse than that', ...fooled.map(shareOf)]),
    '',
    row(['so many times the errors: rolled back (median minute)', ...levels]),
    row(['---', ...levels.map(() => '--:')]),
    ...rules.map((rule) =>
      row([
        rule,
        ...levels.map((level) => {
          const of = cell(worse, rule, level);
          return of?.minutes == null ? shareOf(of) : `${shareText(of.share)} (${of.minutes})`;
        }),
      ]),
    ),
  ].join('\n');
}

function shareText(share: number): string {
  return share === 0 ? '0' : share === 1 ? '1' : share.toFixed(3).replace(/^0/, '');
}

if (import.meta.main) {
  const started = performance.now();
  process.stdout.write(`${judgeTables(simulateJudges(Number(process.argv[2] ?? 1000)))}\n`);
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
