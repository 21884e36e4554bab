import type { Profile } from '../data/profile-document.ts';
import type { Digest } from '../digest.ts';
import type { DriftPolicy } from '../policy/drift-policy.ts';
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { type ColumnComparison, compareColumn, type RawStatistic } from './column-comparison.ts';
import { type ColumnDrift, type DriftReport, type DriftTest, driftTests } from './drift-report.ts';

/** Below so many values on one side nothing useful can be said of a column's distribution. */
const leastValues = 20;

/** A profile and the digest of the data it was made from. */
export interface ProfiledData {
  readonly profile: Profile;
  readonly digest: Digest;
}

/**
 * Says which columns moved. A column has moved when its difference is both certain and large enough to matter: the
 * q-value of its homogeneity test (Benjamini–Hochberg over all tests of all columns) is at most `alpha`, and the lower
 * confidence bound (at 1 − alpha) of its bias-corrected Jensen–Shannon distance reaches `effect`. The share of nulls and
 * the share of unseen categories are held against the same two bounds on their own. Neither a small sample's noise nor
 * a large sample's trifles move a column. Points in time always move: only their nulls are judged.
 */
export function compareProfiles(options: {
  readonly reference: ProfiledData;
  readonly current: ProfiledData;
  readonly policy: DriftPolicy;
  /** What the current rows are; `all` unless told otherwise. */
  readonly scope?: DriftReport['scope'];
}): DriftReport {
  const { reference, current, policy } = options;
  const z = normalQuantile(1 - policy.alpha / 2);
  const others = new Map(current.profile.columns.map((column) => [column.name, column]));
  const names = new Set(reference.profile.columns.map(({ name }) => name));
  const comparisons = reference.profile.columns.flatMap((column) => {
    const other = others.get(column.name);
    return other === undefined ? [] : [compareColumn({ reference: column, current: other, z })];
  });
  const qValueOf = qValues(comparisons);
  const columns = comparisons.map(
    (comparison) => [comparison.name, columnDrift({ comparison, qValueOf, policy })] as const,
  );
  return {
    reference: { rows: reference.profile.rows, digest: reference.digest },
    current: { rows: current.profile.rows, digest: current.digest },
    scope: options.scope ?? 'all',
    columns: Object.fromEntries(columns),
    added: current.profile.columns.map(({ name }) => name).filter((name) => !names.has(name)),
    removed: [...names].filter((name) => !others.has(name)),
    alpha: policy.alpha,
    minimumEffect: policy.effect,
    verdict: overall(columns.map(([, column]) => column.verdict)),
  };
}

type TestName = DriftTest | 'nulls' | 'unseen';

/** q-values over every test of every column, looked up by column and test. */
function qValues(
  comparisons: readonly ColumnComparison[],
): (comparison: ColumnComparison, test: TestName) => number | null {
  const tests = comparisons.flatMap((comparison) => {
    const named: (readonly [TestName, number | null | undefined])[] = [
      ...driftTests.map((test) => [test, comparison.statistics[test]?.pValue] as const),
      ['nulls', comparison.nulls.pValue],
      ['unseen', comparison.unseen?.pValue],
    ];
    return named.flatMap(([test, pValue]) => (typeof pValue === 'number' ? [{ comparison, test, pValue }] : []));
  });
  const values = benjaminiHochberg(tests.map(({ pValue }) => pValue));
  const byColumn = new Map<ColumnComparison, Map<TestName, number>>();
  for (const [index, { comparison, test }] of tests.entries()) {
    const ofColumn = byColumn.get(comparison) ?? new Map<TestName, number>();
    ofColumn.set(test, values[index] ?? 1);
    byColumn.set(comparison, ofColumn);
  }
  return (comparison, test) => byColumn.get(comparison)?.get(test) ?? null;
}

interface Judged {
  readonly comparison: ColumnComparison;
  readonly qValueOf: (comparison: ColumnComparison, test: TestName) => number | null;
  readonly policy: DriftPolicy;
}

function columnDrift(judged: Judged): ColumnDrift {
  const { comparison, qValueOf } = judged;
  const statistics = driftTests.flatMap((test) => {
    const statistic = comparison.statistics[test];
    if (statistic === undefined || !isFiniteStatistic(statistic)) return [];
    return [[test, { ...statistic, qValue: qValueOf(comparison, test) }] as const];
  });
  const { nulls, unseen } = comparison;
  return {
    kind: comparison.kind,
    statistics: Object.fromEntries(statistics),
    nulls: {
      reference: nulls.reference,
      current: nulls.current,
      pValue: nulls.pValue,
      qValue: qValueOf(comparison, 'nulls'),
    },
    unseen: unseen === null ? null : { share: unseen.share, examples: [...unseen.examples] },
    mean: comparison.mean,
    bars: comparison.bars,
    ...verdict(judged),
  };
}

/** Distances of numbers near the largest double overflow: such a statistic is left out rather than shown as nonsense. */
function isFiniteStatistic({ value, effect }: RawStatistic): boolean {
  return [value, effect?.low ?? 0, effect?.high ?? 0].every(Number.isFinite);
}

function verdict(judged: Judged): Pick<ColumnDrift, 'verdict' | 'reason'> {
  const { comparison, qValueOf, policy } = judged;
  const { nulls, unseen, statistics, kindChange } = comparison;
  if (policy.ignore.includes(comparison.name)) return { verdict: 'ignored', reason: 'by the policy' };
  if (kindChange !== null) return { verdict: 'moved', reason: `the type changed: ${kindChange}` };
  const isCertain = (test: TestName) => (qValueOf(comparison, test) ?? 1) <= policy.alpha;
  if (isCertain('nulls') && nulls.effect.low >= policy.effect) {
    return {
      verdict: 'moved',
      reason: `empty values went from ${percent(nulls.reference)} to ${percent(nulls.current)}`,
    };
  }
  if (comparison.values < leastValues) {
    const reason = comparison.values === 0 ? 'no values on one side' : `fewer than ${leastValues} values on one side`;
    return { verdict: 'not-assessed', reason };
  }
  if (comparison.kind === 'timestamp') return { verdict: 'ignored', reason: 'time moves by itself' };
  if (unseen !== null && isCertain('unseen') && unseen.effect.low >= policy.effect) {
    return {
      verdict: 'moved',
      reason: `${percent(unseen.share)} of the rows have a category that the reference never had`,
    };
  }
  if (comparison.kind === 'embedding' && statistics['chi-square'] === undefined) {
    return { verdict: 'not-assessed', reason: 'nothing compares embeddings here' };
  }
  const distance = statistics['jensen-shannon'];
  const low = distance?.effect?.low ?? 0;
  const high = distance?.effect?.high ?? 1;
  if (!isCertain('chi-square')) return { verdict: 'steady', reason: 'no difference beyond chance' };
  if (low >= policy.effect) return { verdict: 'moved', reason: 'the distribution moved' };
  return {
    verdict: 'steady',
    reason: high < policy.effect ? 'too small to matter' : 'not shown to be large enough to matter',
  };
}

function overall(verdicts: readonly ColumnDrift['verdict'][]): DriftReport['verdict'] {
  if (verdicts.includes('moved')) return 'moved';
  return verdicts.includes('steady') ? 'steady' : 'not-assessed';
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
