import { forEachReplicate } from '../../statistics/poisson-bootstrap.ts';
import { forEachClusterReplicate } from '../comparison/group-replicates.ts';
import { cellsOf, replicateCount } from '../comparison/joint-cells.ts';
import type { RowGroups } from '../comparison/row-groups.ts';
import type { BinaryScores, MulticlassScores } from '../metrics/scores.ts';
import {
  differenceEstimate,
  disparityEstimate,
  type PairedReplicates,
  type Replicates,
  replicateSheet,
} from './disparity-estimate.ts';
import { type FairnessMetric, fairnessDefinitions, fairnessMetrics, type GroupRate } from './fairness-metric.ts';
import type { FairnessAttribute, FairnessComparison } from './fairness-report.ts';
import { addToGroup, clearGroupCounts, emptyGroupCounts, type GroupCounts, rateParts } from './group-counts.ts';
import type { Grouping } from './groups.ts';
import { largestRate, type PairedCounts, rateChanges, widestChange } from './widest-change.ts';

/** Scores that put rows into classes. */
export type ClassScores = BinaryScores | MulticlassScores;

/** What both models say of the rows, and which class counts as being selected. */
export interface Treated {
  readonly positive: number;
  readonly candidate: ClassScores;
  readonly champion: ClassScores | null;
}

/** The groups whose rate is known well enough to be compared. */
export type AssessedGroups = Readonly<Record<GroupRate, readonly number[]>>;

interface Compared {
  readonly grouping: Grouping;
  readonly treated: Treated;
  readonly counts: { readonly candidate: GroupCounts; readonly champion: GroupCounts | null };
  readonly assessed: AssessedGroups;
  readonly absent: { readonly kind: 'missing' | 'failed'; readonly reason: string };
  readonly confidence: number;
  /** Candidate and champion are the same bytes. */
  readonly isSame: boolean;
  /** Rows that belong together; null when each stands on its own. */
  readonly clusters: RowGroups | null;
}

/**
 * Every measure of one attribute for both models, with intervals from one paired Poisson bootstrap over cells of group ×
 * truth × candidate × champion.
 */
export function compareGroups(compared: Compared): FairnessAttribute['metrics'] {
  const known = fairnessMetrics.filter((metric) => groupsOf(metric, compared.assessed).length >= 2);
  const replicates = known.length === 0 ? null : replicatesOf(known, compared);
  return Object.fromEntries(
    fairnessMetrics.map((metric) => [metric, comparison(metric, compared, replicates?.get(metric) ?? null)]),
  );
}

function comparison(
  metric: FairnessMetric,
  compared: Compared,
  replicates: PairedReplicates | null,
): FairnessComparison {
  const { counts, assessed, grouping, absent, confidence } = compared;
  const groups = groupsOf(metric, assessed);
  const size = {
    assessed: groups.length,
    notAssessed: grouping.groups.length - groups.length,
    rows: groups.reduce((sum, group) => sum + (grouping.groups[group]?.rows ?? 0), 0),
  };
  if (replicates === null) {
    const reason = `${groups.length === 0 ? 'no group is' : 'only one group is'} large enough to be assessed`;
    const missing = { kind: 'missing', reason } as const;
    return { candidate: missing, champion: counts.champion === null ? absent : missing, difference: null, ...size };
  }
  const of = (model: GroupCounts, drawn: Replicates) =>
    disparityEstimate({ metric, counts: model, groups, replicates: drawn, confidence });
  const candidate = of(counts.candidate, replicates.candidate);
  if (counts.champion === null) return { candidate, champion: absent, difference: null, ...size };
  const champion = of(counts.champion, replicates.champion);
  return {
    candidate,
    champion,
    difference: differenceEstimate({ candidate, champion, replicates, confidence, isSame: compared.isSame }),
    ...size,
  };
}

/** The groups that have part in all rates of a measure: for odds, both must be known of a group that is compared. */
function groupsOf(metric: FairnessMetric, assessed: AssessedGroups): readonly number[] {
  const [first, ...others] = fairnessDefinitions[metric].rates;
  return assessed[first].filter((group) => others.every((rate) => assessed[rate].includes(group)));
}

function replicatesOf(
  metrics: readonly FairnessMetric[],
  { grouping, treated, counts: measured, assessed, clusters }: Compared,
): ReadonlyMap<FairnessMetric, PairedReplicates> {
  const { groupOfRow, groups } = grouping;
  const { positive, candidate, champion } = treated;
  const cells = cellsOf(groupOfRow.length, (row) => {
    const group = groupOfRow[row] ?? groups.length;
    const isPositive = Number(candidate.truth[row] === positive);
    const byCandidate = Number(candidate.predicted[row] === positive);
    const byChampion = Number(champion?.predicted[row] === positive);
    return group * 8 + isPositive * 4 + byCandidate * 2 + byChampion;
  });
  const parts = Array.from(cells.labels, (label) => ({
    group: Math.floor(label / 8),
    isPositive: (label & 4) !== 0,
    byCandidate: (label & 2) !== 0,
    byChampion: (label & 1) !== 0,
  }));
  const drawn = new Map(
    metrics.map((metric) => {
      const compared = groupsOf(metric, assessed);
      const of = (counts: GroupCounts) => replicateSheet({ metric, groups: compared, counts, assessed });
      const both = { candidate: measured.candidate, champion: measured.champion ?? measured.candidate };
      return [
        metric,
        { candidate: of(both.candidate), champion: of(both.champion), change: changeSheet(metric, both, compared) },
      ];
    }),
  );
  const counts = { candidate: emptyGroupCounts(groups.length), champion: emptyGroupCounts(groups.length) };
  const visit = (weights: Float64Array, replicate: number) => {
    clearGroupCounts(counts.candidate);
    clearGroupCounts(counts.champion);
    for (const [cell, { group, isPositive, byCandidate, byChampion }] of parts.entries()) {
      const weight = weights[cell] ?? 0;
      addToGroup(counts.candidate, { group, isPositive, isSelected: byCandidate, weight });
      addToGroup(counts.champion, { group, isPositive, isSelected: byChampion, weight });
    }
    for (const sheets of drawn.values()) {
      sheets.candidate.add(counts.candidate, replicate);
      if (champion === null) continue;
      sheets.champion.add(counts.champion, replicate);
      sheets.change.add(counts, replicate);
    }
  };
  if (clusters === null) forEachReplicate(cells, replicateCount, visit);
  else forEachClusterReplicate(cells, clusters, visit);
  return new Map(
    Array.from(drawn, ([metric, { candidate: ours, champion: theirs, change }]) => [
      metric,
      { candidate: ours.replicates, champion: theirs.replicates, change: change.found() },
    ]),
  );
}

/** Takes how far a measure can have changed by chance alone, replicate by replicate. */
function changeSheet(metric: FairnessMetric, counts: PairedCounts, groups: readonly number[]) {
  const changes = rateChanges(metric, { counts, groups });
  const largest = largestRate(metric, { counts, groups });
  const chance = new Float64Array(replicateCount);
  const hasMoved = changes.map((list) => new Uint8Array(list.length));
  return {
    found: () => ({
      measured: widestChange(metric, { changes, less: null, largest }),
      chance,
      fewestUnmoved: fewestUnmoved(metric, { counts, groups, hasMoved }),
    }),
    add(drawn: PairedCounts, replicate: number): void {
      const drawnChanges = rateChanges(metric, { counts: drawn, groups });
      for (const [rate, list] of drawnChanges.entries()) {
        for (const [place, value] of list.entries()) {
          const moved = hasMoved[rate];
          if (moved !== undefined && value !== 0) moved[place] = 1;
        }
      }
      chance[replicate] = widestChange(metric, { changes: drawnChanges, less: changes, largest });
    },
  };
}

function fewestUnmoved(
  metric: FairnessMetric,
  options: {
    readonly counts: PairedCounts;
    readonly groups: readonly number[];
    readonly hasMoved: readonly Uint8Array[];
  },
): number | null {
  const cases = fairnessDefinitions[metric].rates.flatMap((rate, at) =>
    options.groups.flatMap((group, place) =>
      options.hasMoved[at]?.[place] === 1 ? [] : [rateParts(rate, options.counts.candidate, group).of],
    ),
  );
  return cases.length === 0 ? null : Math.min(...cases);
}
