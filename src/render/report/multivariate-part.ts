import type { Multivariate } from '../../drift/multivariate/multivariate-report.ts';
import { htmlProse } from '../escape.ts';
import { giveawayTable, multivariateNote, multivariateSummary, wholeColumnTable } from '../multivariate-words.ts';
import { capital } from '../outcome.ts';
import { htmlOf } from '../word-table.ts';
import type { Scope } from './element.ts';

/** What the columns tell together of the two sides. */
export function multivariatePart(report: Multivariate, scope: Scope): string {
  const { columns, texts, embeddings } = report;
  return [
    `<p>${htmlProse(capital(multivariateSummary(report)))}.</p>`,
    columns.length === 0 ? '' : htmlOf(giveawayTable(report, scope)),
    Object.keys(texts).length + Object.keys(embeddings).length === 0 ? '' : htmlOf(wholeColumnTable(report)),
    `<p class="meta">${htmlProse(multivariateNote(report))}</p>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}
