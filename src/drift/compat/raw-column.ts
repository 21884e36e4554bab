import type { DriftTest } from '../drift-report.ts';

/** A column as another tool would be given it: every row, in order, as numbers or as texts. */
export type RawColumn =
  | {
      readonly kind: 'number';
      /** NaN where there is no value, or where it is NaN. */
      readonly values: Float64Array;
      /** How many rows have no value. */
      readonly nulls: number;
      /** Whether the column's type holds whole numbers only. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** What another tool says of one column. */
export interface CompatColumn {
  /** The test that the tool chooses by itself for such columns. */
  readonly chosen: string;
  /** What that test gives: a p-value or a distance; null where the tool has no number. */
  readonly value: number | null;
  readonly threshold: number;
  readonly drifted: boolean;
  /** Every statistic by the tool's own definition, by our names; `normalized-absolute-difference` has only tfdv. */
  readonly statistics: Readonly<Partial<Record<DriftTest | 'normalized-absolute-difference', CompatStatistic>>>;
}

/** A distance or test statistic, and the p-value of those that have one. What the tool gives as infinite or not at all is null. */
export interface CompatStatistic {
  readonly value: number | null;
  readonly pValue: number | null;
}
