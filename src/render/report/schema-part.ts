import type { ValidationReport } from '../../data/validation-report.ts';
import { html, htmlProse } from '../escape.ts';
import { counted } from '../number.ts';
import type { Detail } from './detail.ts';
import { type HtmlColumn, htmlCode, htmlLongTable } from './element.ts';

const openRows = 40;

/** What checking the data against their schema found. */
export function schemaPart(validation: ValidationReport, detail: Detail): string {
  const { problems, schema, verdict, checks, rows } = validation;
  if (schema === 'absent') return '<p>No schema file is named in the policy, so nothing was checked.</p>';
  if (problems.length === 0) {
    return verdict === 'pass'
      ? `<p>${counted(checks, 'check')} hold on ${counted(rows, 'row')}.</p>`
      : '<p>The schema could not be checked.</p>';
  }
  const shown = problems
    .slice(0, detail.rows)
    .map((problem) => [
      problem.column === '' ? 'the data' : htmlCode(problem.column),
      html(problem.check),
      htmlProse(problem.expected, 200),
      htmlProse(problem.found, 200),
      problem.rows === null ? '—' : counted(problem.rows, 'row'),
      problem.file === null
        ? '—'
        : `<code>${html(problem.file, 120)}${problem.line === null ? '' : `:${problem.line}`}</code>`,
    ]);
  const columns: readonly HtmlColumn[] = [
    { title: 'column', kind: 'name' },
    { title: 'check', kind: 'content' },
    { title: 'expected', kind: 'content' },
    { title: 'found', kind: 'content' },
    { title: 'rows', kind: 'number' },
    { title: 'where', kind: 'content' },
  ];
  const words = `<p>${counted(problems.length, 'problem')} in ${counted(checks, 'check')} of ${counted(rows, 'row')}.</p>`;
  return `${words}\n${htmlLongTable({ caption: 'Schema problems', columns, rows: shown, open: openRows, things: 'problems' })}`;
}
