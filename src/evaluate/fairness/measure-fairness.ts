import type { FairnessPolicy } from '../../policy/fairness-policy.ts';
import { wilsonInterval } from '../../statistics/wilson.ts';
import type { RowGroups } from '../comparison/row-groups.ts';
import type { BinaryScores, MulticlassScores, Scores } from '../metrics/scores.ts';
import { type AssessedGroups, type ClassScores, compareGroups, type Treated } from './compare-groups.ts';
import { groupRates } from './fairness-metric.ts';
import type { FairnessAttribute, FairnessReport } from './fairness-report.ts';
import { addToGroup, emptyGroupCounts, type GroupCounts, rateParts } from './group-counts.ts';
import type { Grouping } from './groups.ts';

/** The rates of every group and how far they lie apart, for both models on the same rows. Null for a task without classes. */
export function measureFairness(options: {
  readonly fairness: FairnessPolicy;
  readonly groupings: readonly Grouping[];
  readonly positive: { readonly place: number; readonly label: string };
  readonly candidate: Scores;
  readonly champion: Scores | null;
  /** Why there is no champion, where there is none. */
  readonly absent: { readonly kind: 'missing' | 'failed'; readonly reason: string };
  readonly confidence: number;
  /** Candidate and champion are the same bytes. */
  readonly isSame: boolean;
  /** Rows that belong together; none do when absent. */
  readonly clusters?: RowGroups | null;
}): FairnessReport | null {
  const { fairness, positive, candidate, champion, confidence } = options;
  if (!isClassified(candidate) || (champion !== null && !isClassified(champion))) return null;
  const treated = { positive: positive.place, candidate, champion };
  const settings = {
    minRows: fairness['min-rows'],
    minCases: fairness['min-cases'],
    absent: options.absent,
    confidence,
    isSame: options.isSame,
    clusters: options.clusters ?? null,
  };
  return {
    positive: positive.label.slice(0, 200),
    minRows: settings.minRows,
    minCases: settings.minCases,
    confidence,
    attributes: options.groupings.map((grouping) => attribute(grouping, treated, settings)),
  };
}

function isClassified(scores: Scores): scores is BinaryScores | MulticlassScores {
  return scores.kind === 'binary' || scores.kind === 'multiclass';
}

interface Settings {
  readonly minRows: number;
  readonly minCases: number;
  readonly absent: { readonly kind: 'missing' | 'failed'; readonly reason: string };
  readonly confidence: number;
  readonly isSame: boolean;
  readonly clusters: RowGroups | null;
}

function attribute(grouping: Grouping, treated: Treated, settings: Settings): FairnessAttribute {
  const candidate = countsOf(treated.candidate, grouping, treated.positive);
  const champion = treated.champion && countsOf(treated.champion, grouping, treated.positive);
  const assessed = assessedGroups(champion === null ? [candidate] : [candidate, champion], settings);
  const ratesOf = (counts: GroupCounts, group: number) =>
    Object.fromEntries(
      groupRates.flatMap((rate) => {
        if (!assessed[rate].includes(group)) return [];
        const { hits, of } = rateParts(rate, counts, group);
        const interval = wilsonInterval({ hits, rows: of }, settings.confidence);
        return [[rate, { value: hits / of, ...interval, of }] as const];
      }),
    );
  return {
    columns: grouping.columns.map((column) => column.slice(0, 200)),
    groups: grouping.groups.map(({ values, rows }, group) => ({
      values: values.map((value) => value.slice(0, 200)),
      rows,
      candidate: ratesOf(candidate, group),
      champion: champion && ratesOf(champion, group),
    })),
    otherRows: grouping.otherRows,
    metrics: compareGroups({ grouping, treated, counts: { candidate, champion }, assessed, ...settings }),
  };
}

function countsOf(scores: ClassScores, { groups, groupOfRow }: Grouping, positive: number): GroupCounts {
  const counts = emptyGroupCounts(groups.length);
  for (let row = 0; row < groupOfRow.length; row++) {
    const isPositive = scores.truth[row] === positive;
    const isSelected = scores.predicted[row] === positive;
    addToGroup(counts, { group: groupOfRow[row] ?? groups.length, isPositive, isSelected, weight: 1 });
  }
  return counts;
}

/** A group has part in a comparison only when it is large enough under both models, so that both compare the same groups. */
function assessedGroups(models: readonly GroupCounts[], { minRows, minCases }: Settings): AssessedGroups {
  const groups = Array.from(models[0]?.rows ?? [], (_, group) => group);
  const over = (rate: (typeof groupRates)[number]) =>
    groups.filter((group) =>
      models.every((counts) => {
        const least = rate === 'selection-rate' ? minRows : minCases;
        return (counts.rows[group] ?? 0) >= minRows && rateParts(rate, counts, group).of >= least;
      }),
    );
  return {
    'selection-rate': over('selection-rate'),
    'true-positive-rate': over('true-positive-rate'),
    'false-positive-rate': over('false-positive-rate'),
    'positive-predictive-value': over('positive-predictive-value'),
  };
}
