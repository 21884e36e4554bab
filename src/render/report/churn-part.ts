import type { EvaluationReport } from '../../evaluate/evaluation-report.ts';
import { churnTable, churnWords, flipTable } from '../churn-words.ts';
import { html } from '../escape.ts';
import { htmlOf } from '../word-table.ts';
import { htmlFold } from './element.ts';

/** The predictions that changed: how many, where, and the first of them by their row alone. */
export function churnPart({ churn }: EvaluationReport): string {
  if (churn === null || churn.regressions === undefined) return '';
  const slices = churn.slices ?? [];
  const flips = churn.flips ?? [];
  return [
    `<p>${html(churnWords(churn))}. Worse means right before and wrong now, or for numbers further from the truth.</p>`,
    slices.length === 0 ? '' : htmlOf(churnTable(churn), 20),
    flips.length === 0
      ? ''
      : htmlFold(`The first ${flips.length} rows, worse ones first`, htmlOf(flipTable(churn), 60)),
  ]
    .filter((part) => part !== '')
    .join('\n');
}
