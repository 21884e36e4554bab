import type { Discrepancy, Multivariate, Separation } from '../drift/multivariate/multivariate-report.ts';
import { count, fixed, probability, significant, withInterval } from './number.ts';
import type { Scope } from './report/element.ts';
import { barPlot } from './report/plot/interval.ts';
import { shareBar } from './sparkline.ts';
import type { Cell, WordTable } from './word-table.ts';

/** `a classifier tells the sides apart: AUC 0.71 (0.70 … 0.72)`. */
export function multivariateSummary({ separation, verdict, reason }: Multivariate): string {
  if (separation === null || verdict === 'not-assessed') return `all columns together: not assessed, ${reason}`;
  const told =
    verdict === 'moved' ? 'a classifier tells the two sides apart' : 'no classifier tells the two sides apart';
  return `${told}: AUC ${withInterval(clampedAuc(separation))}`;
}

/** The columns that give the difference away. With a scope it has plots. */
export function giveawayTable({ columns }: Multivariate, scope: Scope | null): WordTable {
  const bounds = columns.map(({ lost, error }) => ({ value: lost, low: lost - 2 * error, high: lost + 2 * error }));
  const range = [
    bounds.reduce((least, { low }) => Math.min(least, low), 0),
    bounds.reduce((most, { high }) => Math.max(most, high), 0) || 1,
  ] as const;
  return {
    caption: 'Columns that tell the sides apart',
    things: 'columns',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'AUC lost without it', kind: scope === null ? 'words' : 'plot' },
      { title: 'AUC lost', kind: 'number' },
    ],
    rows: columns.map(({ name, lost, error }, index): readonly Cell[] => {
      const candidate = bounds[index] ?? { value: lost, low: lost, high: lost };
      const words = `${fixed(lost, 4)} ± ${significant(error, 1)}`;
      const plot = (prefix: string) =>
        barPlot({
          id: `${prefix}giveaway-${index}`,
          title: `${name}: AUC lost without it`,
          description: words,
          candidate,
          champion: null,
          range,
        });
      return [{ name }, scope === null ? shareBar(lost / range[1]) : { plot: plot(scope.prefix) }, words];
    }),
  };
}

/** Text and embedding columns, each as a whole. */
export function wholeColumnTable({ texts, embeddings }: Multivariate): WordTable {
  const all = [
    ...Object.entries(texts).map(([name, found]) => ({ name, kind: 'text', discrepancy: null, ...found })),
    ...Object.entries(embeddings).map(([name, found]) => ({ name, kind: 'embedding', words: [], ...found })),
  ];
  return {
    caption: 'Text and embedding columns',
    things: 'columns',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'kind', kind: 'words' },
      { title: 'verdict', kind: 'words' },
      { title: 'AUC', kind: 'number' },
      { title: 'discrepancy (MMD²)', kind: 'number' },
      { title: 'more often now', kind: 'words' },
      { title: 'less often now', kind: 'words' },
    ],
    rows: all.map(({ name, kind, verdict, separation, discrepancy, words }): readonly Cell[] => [
      { name },
      kind,
      verdict === 'moved'
        ? { word: 'moved', tone: 'warn' }
        : { word: verdict.replace('-', ' '), tone: verdict === 'steady' ? 'good' : 'open' },
      separation === null ? '—' : withInterval(clampedAuc(separation)),
      discrepancy === null ? '—' : discrepancyWords(discrepancy),
      listed(words, 'current'),
      listed(words, 'reference'),
    ]),
  };
}

/** How it was measured. */
export function multivariateNote(report: Multivariate): string {
  const { rows, discrepancy, minimumAuc, alpha } = report;
  const mmd = discrepancy === null ? '' : ` Maximum mean discrepancy ${discrepancyWords(discrepancy)}.`;
  return `From a sample of ${count(rows.reference)} reference rows and ${count(rows.current)} current ones; 0.5 means that the sides cannot be told apart. They have moved when the lower bound of the AUC reaches ${minimumAuc} and its p-value is at most ${alpha}.${mmd}`;
}

function discrepancyWords({ value, pValue }: Discrepancy): string {
  return `${significant(value, 2)}, p ${probability(pValue)}`;
}

function clampedAuc({ auc, low, high }: Separation) {
  return { value: auc, low: Math.max(0, low), high: Math.min(1, high) };
}

/** Words of texts are shown one by one as code: they came from outside. */
function listed(words: readonly { readonly word: string; readonly side: string }[], side: string): string {
  const own = words.filter((one) => one.side === side).slice(0, 5);
  return own.length === 0 ? '—' : own.map(({ word }) => `\`${word.replaceAll('`', ' ')}\``).join(', ');
}
