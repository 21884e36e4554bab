import type { Profile } from '../data/profile-document.ts';
import type { Digest } from '../digest.ts';
import type { DriftPolicy } from '../policy/drift-policy.ts';
import { benjaminiHochberg } from '../statistics/benjamini-hochberg.ts';
import { normalQuantile } from '../statistics/normal.ts';
import { type ColumnComparison, compareColumn, type OneSided, type RawStatistic } from './column-comparison.ts';
import type { ColumnRole } from './column-role.ts';
import { columnRule, columnVerdict, type TestName } from './column-verdict.ts';
import { type ColumnDrift, type DriftReport, driftTests } from './drift-report.ts';
import { type Standing, severityOf } from './severity.ts';

/** A profile and the digest of the data it was made from. */
export interface ProfiledData {
  readonly profile: Profile;
  readonly digest: Digest;
}

/** What two sets of data are compared by. */
export interface DriftOptions {
  readonly reference: ProfiledData;
  readonly current: ProfiledData;
  readonly policy: DriftPolicy;
  /** What the current rows are; `all` unless told otherwise. */
  readonly scope?: DriftReport['scope'];
  /** What columns are to the model; the others are features. */
  readonly roles?: ReadonlyMap<string, ColumnRole>;
  /** What rows that hang together make of a column's p-values and intervals; rows are independent where it is not given. */
  readonly blocked?: (comparison: ColumnComparison) => ColumnComparison;
}

/**
 * Says which columns moved. A column has moved when its difference is both certain and large enough to matter: the
 * q-value of its chi-square or Kolmogorov–Smirnov test (Benjamini–Hochberg over all tests) is at most `alpha`, and the lower
 * confidence bound (at 1 − alpha) of its bias-corrected Jensen–Shannon distance reaches `effect`. The shares of nulls and
 * of categories that only one side has are held against the same two bounds on their own. Neither a small sample's noise
 * nor a large sample's trifles move a column, and exchanging the sides changes no verdict. Points in time always move: only
 * their nulls are judged.
 */
export function compareProfiles(options: DriftOptions): DriftReport {
  const { reference, current, policy, blocked = (comparison) => comparison } = options;
  const others = new Map(current.profile.columns.map((column) => [column.name, column]));
  const names = new Set(reference.profile.columns.map(({ name }) => name));
  const comparisons = reference.profile.columns.flatMap((column) => {
    const other = others.get(column.name);
    const z = normalQuantile(1 - columnRule(policy, column.name).alpha / 2);
    return other === undefined ? [] : [blocked(compareColumn({ reference: column, current: other, z }))];
  });
  const qValueOf = qValues(comparisons);
  const columns = comparisons.map((comparison) => {
    const standing = {
      role: options.roles?.get(comparison.name) ?? 'feature',
      isCritical: policy.critical.includes(comparison.name),
    };
    const qValue = (test: TestName) => qValueOf(comparison, test);
    return [comparison.name, columnDrift({ comparison, qValueOf: qValue, policy, standing })] as const;
  });
  const verdictOf = new Map(columns.map(([name, { verdict }]) => [name, verdict]));
  return {
    reference: { rows: reference.profile.rows, digest: reference.digest },
    current: { rows: current.profile.rows, digest: current.digest },
    scope: options.scope ?? 'all',
    columns: Object.fromEntries(columns),
    added: current.profile.columns.map(({ name }) => name).filter((name) => !names.has(name)),
    removed: [...names].filter((name) => !others.has(name)),
    alpha: policy.alpha,
    minimumEffect: policy.effect,
    verdict: overall([...verdictOf.values()]),
    criticalMoved: policy.critical.filter((name) => (verdictOf.get(name) ?? 'moved') === 'moved'),
  };
}

/** q-values over every test of every column, looked up by column and test. */
function qValues(
  comparisons: readonly ColumnComparison[],
): (comparison: ColumnComparison, test: TestName) => number | null {
  const tests = comparisons.flatMap((comparison) => {
    const named: (readonly [TestName, number | null | undefined])[] = [
      ...driftTests.map((test) => [test, comparison.statistics[test]?.pValue] as const),
      ['nulls', comparison.nulls.pValue],
      ['unseen', comparison.unseen?.pValue],
      ['vanished', comparison.vanished?.pValue],
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

function columnDrift(judged: Parameters<typeof columnVerdict>[0] & { readonly standing: Standing }): ColumnDrift {
  const { comparison, qValueOf, standing } = judged;
  const statistics = driftTests.flatMap((test) => {
    const statistic = comparison.statistics[test];
    if (statistic === undefined || !isFiniteStatistic(statistic)) return [];
    return [[test, { ...statistic, qValue: qValueOf(test) }] as const];
  });
  const { nulls, unseen, vanished } = comparison;
  return {
    kind: comparison.kind,
    statistics: Object.fromEntries(statistics),
    nulls: {
      reference: nulls.reference,
      current: nulls.current,
      pValue: nulls.pValue,
      qValue: qValueOf('nulls'),
      effect: nulls.effect,
    },
    unseen: oneSided(unseen, qValueOf('unseen')),
    vanished: oneSided(vanished, qValueOf('vanished')),
    mean: comparison.mean,
    bars: comparison.bars,
    ...columnVerdict(judged),
    role: standing.role,
    critical: standing.isCritical,
    severity: severityOf(comparison, standing),
  };
}

function oneSided(found: OneSided | null, qValue: number | null): ColumnDrift['unseen'] {
  if (found === null) return null;
  const { share, examples, pValue, effect } = found;
  return { share, examples: [...examples], pValue, qValue, effect };
}

/** Distances of numbers near the largest double overflow: such a statistic is left out rather than shown as nonsense. */
function isFiniteStatistic({ value, effect }: RawStatistic): boolean {
  return [value, effect?.low ?? 0, effect?.high ?? 0].every(Number.isFinite);
}

function overall(verdicts: readonly ColumnDrift['verdict'][]): DriftReport['verdict'] {
  if (verdicts.includes('moved')) return 'moved';
  return verdicts.includes('steady') ? 'steady' : 'not-assessed';
}
