import { jensenShannonDistance } from '../../drift/jensen-shannon.ts';
import { lInfinity } from '../../drift/share-distances.ts';
import { type Check, percentText } from '../check.ts';
import { literal } from '../column.ts';
import { type CheckedColumn, isWithin, placed, rangeText } from './column-checks.ts';
import type { ExpectedDistribution, NumberRange } from './column-schema.ts';
import { numberValue, textValue, timeValue } from './column-value.ts';
import { durationSeconds, durationText } from './duration.ts';
import { timeOfSeconds } from './time-text.ts';

/** The rules about a column's values as a whole. Without a value to measure they are broken: unknown never passes. */
export function statisticChecks(checked: CheckedColumn): readonly Check[] {
  const { schema } = checked;
  return [
    ...(schema['max-age'] === undefined
      ? []
      : [ageCheck(checked, durationSeconds(schema['max-age']), schema['max-age'])]),
    ...(schema.mean === undefined ? [] : [momentCheck(checked, 'mean', schema.mean)]),
    ...(schema['standard-deviation'] === undefined
      ? []
      : [momentCheck(checked, 'standard-deviation', schema['standard-deviation'])]),
    ...Object.entries(schema.quantiles ?? {}).flatMap(([share, range]) => quantileChecks(checked, share, range)),
    ...(schema.distribution === undefined ? [] : distributionChecks(checked, schema.distribution)),
  ];
}

const nothing = { found: 'no value to measure', rows: null } as const;

function ageCheck(checked: CheckedColumn, seconds: number, written: string): Check {
  const { column, now } = checked;
  return {
    ...placed(checked, 'max-age'),
    anomaly: 'stale',
    expected: `a newest time at most ${written} before the check`,
    aggregates: [`max(${timeValue(column)})`],
    judge([newest]) {
      if (typeof newest !== 'number') return nothing;
      if (now - newest <= seconds) return null;
      return { found: `${timeOfSeconds(newest)}, ${durationText(now - newest)} before it`, rows: null };
    },
    failing: null,
  };
}

/** Numbers whose squares a double does not hold have no standard deviation that could be compared. */
const largest = '1e150::DOUBLE';

function momentCheck(checked: CheckedColumn, rule: 'mean' | 'standard-deviation', range: NumberRange): Check {
  const value = numberValue(checked.column);
  const usable = `isfinite(${value}) AND abs(${value}) <= ${largest}`;
  const aggregate = rule === 'mean' ? 'avg' : 'stddev_pop';
  return {
    ...placed(checked, rule),
    anomaly: 'distribution',
    expected: `a ${rule.replace('-', ' ')} of ${rangeText(range)}`,
    aggregates: [
      `${aggregate}(CASE WHEN ${usable} THEN ${value} END)`,
      `count(CASE WHEN isfinite(${value}) AND abs(${value}) > ${largest} THEN 1 END)`,
    ],
    judge([measured, beyond]) {
      if (Number(beyond ?? 0) > 0) return { found: `${beyond} numbers beyond 1e150`, rows: null };
      if (typeof measured !== 'number') return nothing;
      // Sums of doubles depend on their order in the last digits, which must not decide.
      const rounded = Number(measured.toPrecision(12));
      return isWithin(rounded, range) ? null : { found: String(Number(rounded.toPrecision(6))), rows: null };
    },
    failing: null,
  };
}

/**
 * The quantile q of share p is the smallest value with at least p of the values at or below it. So `q ≤ max` says that
 * at least p of them are at most max, and `q ≥ min` that fewer than p are below min: counts, exact in any order.
 */
function quantileChecks(checked: CheckedColumn, share: string, range: NumberRange): readonly Check[] {
  const value = numberValue(checked.column);
  const p = Number(share);
  const there = `${value} IS NOT NULL AND NOT isnan(${value})`;
  return (['min', 'max'] as const).flatMap((end): Check[] => {
    const bound = range[end];
    if (bound === undefined) return [];
    const sign = end === 'min' ? '<' : '<=';
    return [
      {
        ...placed(checked, 'quantiles'),
        path: ['columns', checked.column.name, 'quantiles', share, end],
        anomaly: 'distribution',
        expected: `a ${percentText(p)} quantile of at ${end === 'min' ? 'least' : 'most'} ${bound}`,
        aggregates: [
          `count(CASE WHEN ${there} THEN 1 END)`,
          `count(CASE WHEN ${there} AND ${value} ${sign} ${bound}::DOUBLE THEN 1 END)`,
        ],
        judge([all, part]) {
          const count = Number(all ?? 0);
          if (count === 0) return nothing;
          const below = Number(part ?? 0);
          // At least one value stands at or below the smallest quantile.
          const needed = Math.max(1, p * count);
          if (end === 'max' ? below >= needed : below < needed) return null;
          const word = end === 'min' ? 'below' : 'at or below';
          return { found: `${percentText(below / count)} of the values ${word} ${bound}`, rows: null };
        },
        failing: null,
      },
    ];
  });
}

function distributionChecks(checked: CheckedColumn, expected: ExpectedDistribution): readonly Check[] {
  const { aggregate, countsOf, names, shares } =
    expected.shares === undefined
      ? numberBins(checked, expected.edges ?? [], expected.bins ?? [])
      : textShares(checked, expected.shares);
  const distances = [
    ['max-l-infinity', 'L-infinity distance', lInfinity],
    [
      'max-jensen-shannon',
      'Jensen–Shannon distance',
      (cells: Parameters<typeof lInfinity>[0]) => jensenShannonDistance(cells, 2),
    ],
  ] as const;
  return distances.flatMap(([key, title, distanceOf]): Check[] => {
    const bound = expected[key];
    if (bound === undefined) return [];
    return [
      {
        ...placed(checked, 'distribution'),
        path: ['columns', checked.column.name, 'distribution', key],
        anomaly: 'distribution',
        expected: `a ${title} of at most ${bound} from the shares in the schema`,
        aggregates: [aggregate],
        judge([counts]) {
          const current = countsOf(counts);
          const total = current.reduce((sum, count) => sum + count, 0);
          if (total === 0) return nothing;
          const distance = Number(distanceOf({ reference: shares, current }).toPrecision(12));
          if (distance <= bound) return null;
          return {
            found: `${Number(distance.toPrecision(4))}; ${widest({ names, shares, current, total })}`,
            rows: null,
          };
        },
        failing: null,
      },
    ];
  });
}

interface Shares {
  readonly aggregate: string;
  readonly countsOf: (counted: unknown) => readonly number[];
  readonly names: readonly string[];
  readonly shares: readonly number[];
}

function numberBins(checked: CheckedColumn, edges: readonly number[], shares: readonly number[]): Shares {
  const value = numberValue(checked.column);
  const list = edges.map((edge) => `${edge}::DOUBLE`).join(', ');
  return {
    aggregate: `histogram(CASE WHEN NOT isnan(${value}) THEN ${value} END, [${list}])`,
    countsOf(counted) {
      const counts = new Map(
        entries(counted).map(({ key, value: count }) => [typeof key === 'number' ? key : null, Number(count)]),
      );
      // The bin above the last edge has infinity, or nothing, for a key.
      const named = edges.map((edge) => counts.get(edge) ?? 0);
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return [...named, all - named.reduce((sum, count) => sum + count, 0)];
    },
    names: [...edges.map((edge) => `up to ${edge}`), `above ${edges.at(-1)}`],
    shares,
  };
}

function textShares(checked: CheckedColumn, expected: Readonly<Record<string, number>>): Shares {
  const names = Object.keys(expected);
  const text = textValue(checked.column);
  // A sign before each text keeps it apart from the empty key that stands for all others.
  const list = names.map((name) => literal(`=${name}`)).join(', ');
  const shares = Object.values(expected);
  const rest = 1 - shares.reduce((sum, share) => sum + share, 0);
  return {
    aggregate: `histogram_exact('=' || ${text}, [${list}]::VARCHAR[])`,
    countsOf(counted) {
      const counts = new Map(entries(counted).map(({ key, value: count }) => [String(key), Number(count)]));
      return [...names.map((name) => counts.get(`=${name}`) ?? 0), counts.get('') ?? 0];
    },
    names: [...names, 'any other value'],
    shares: [...shares, rest < 1e-9 ? 0 : rest],
  };
}

/** DuckDB's maps arrive as lists of key and value. */
function entries(counted: unknown): readonly { readonly key: unknown; readonly value: unknown }[] {
  return Array.isArray(counted) ? counted : [];
}

function widest(options: {
  readonly names: readonly string[];
  readonly shares: readonly number[];
  readonly current: readonly number[];
  readonly total: number;
}): string {
  const { names, shares, current, total } = options;
  const gaps = shares.map((share, at) => Math.abs(share - (current[at] ?? 0) / total));
  const at = gaps.indexOf(Math.max(...gaps));
  const seen = percentText((current[at] ?? 0) / total);
  return `most of it at ${JSON.stringify((names[at] ?? '').slice(0, 60))}, ${percentText(shares[at] ?? 0)} expected and ${seen} found`;
}
