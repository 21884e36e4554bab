import type { ColumnComparison } from './column-comparison.ts';
import type { ColumnRole } from './column-role.ts';

/** What a column is to the model and to the policy. */
export interface Standing {
  readonly role: ColumnRole;
  readonly isCritical: boolean;
}

/**
 * By what columns are ranked: the largest of a column's effects (distribution, empty values, categories of one side only,
 * each from 0 to 1; a changed type counts 1), twice as heavy for labels, predictions and critical columns.
 */
export function severityOf(comparison: ColumnComparison, { role, isCritical }: Standing): number {
  const { statistics, nulls, unseen, vanished, kindChange } = comparison;
  const effects = [
    kindChange === null ? 0 : 1,
    statistics['jensen-shannon']?.value ?? 0,
    nulls.effect.value,
    unseen?.effect.value ?? 0,
    vanished?.effect.value ?? 0,
  ];
  const weight = role !== 'feature' || isCritical ? 2 : 1;
  return weight * Math.max(...effects.filter(Number.isFinite));
}
