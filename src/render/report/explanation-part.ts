import type { ExplanationReport, LocalExplanation } from '../../evaluate/explanation/explanation-report.ts';
import { html, htmlProse } from '../escape.ts';
import { explanationNotes, explanationSummary, permutationTable, shapleyTable } from '../explanation-words.ts';
import { significant } from '../number.ts';
import { capital } from '../outcome.ts';
import { htmlOf, type WordTable } from '../word-table.ts';
import { htmlFold, htmlHeading, type Scope } from './element.ts';

const shownContributions = 10;

/** What both models read in the features, what changed between them, and some answers one by one. */
export function explanationPart(report: ExplanationReport, scope: Scope): string {
  const { permutation, shapley } = report;
  const isCompared = report.championAbsence === null;
  const key = `<ul class="key">${isCompared ? '<li><span class="before"></span>champion</li>' : ''}<li><span class="now"></span>candidate</li><li>thin line: the interval</li></ul>`;
  const more = (omitted: number) => (omitted > 0 ? `<p>${omitted} more features.</p>` : '');
  return [
    `<p>${html(capital(explanationSummary(report)))}.</p>`,
    key,
    permutation?.kind === 'value'
      ? `${htmlHeading(scope, 'What the models lose without each feature')}${htmlOf(permutationTable(report, permutation, scope))}${more(permutation.omitted)}`
      : '',
    shapley?.kind === 'value'
      ? `${htmlHeading(scope, 'How far each feature moves the answers')}${htmlOf(shapleyTable(report, shapley, scope))}${more(shapley.omitted)}${localsPart(shapley.locals)}`
      : '',
    `<p class="meta">${explanationNotes(report)
      .map((note) => htmlProse(note, 1000))
      .join(' ')}</p>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function localsPart(locals: readonly LocalExplanation[]): string {
  if (locals.length === 0) return '';
  return htmlFold(
    `${locals.length} ${locals.length === 1 ? 'answer' : 'answers'} one by one`,
    locals.map(localPart).join('\n'),
  );
}

function localPart(local: LocalExplanation): string {
  const { row, explainedClass, candidateAnswer, championAnswer, contributions } = local;
  const answer = `candidate ${significant(candidateAnswer, 4)}${championAnswer === null ? '' : `, champion ${significant(championAnswer, 4)}`}`;
  const what = explainedClass === null ? '' : ` of <code>${html(explainedClass, 80)}</code>`;
  const table: WordTable = {
    caption: 'Contributions to one answer',
    things: 'features',
    columns: [
      { title: 'feature', kind: 'name' },
      { title: 'champion', kind: 'number' },
      { title: 'candidate', kind: 'number' },
    ],
    rows: contributions.map(({ name, candidate, champion }) => [
      { name },
      champion === null ? '—' : contribution(champion),
      contribution(candidate),
    ]),
  };
  return `<p>Row <code>${html(row, 80)}</code>, answer${what}: ${answer}.</p>${htmlOf(table, shownContributions)}`;
}

function contribution({ value, standardError }: { readonly value: number; readonly standardError: number }): string {
  return `${value > 0 ? '+' : ''}${significant(value, 3)}${standardError > 0 ? ` ± ${significant(standardError, 1)}` : ''}`;
}
