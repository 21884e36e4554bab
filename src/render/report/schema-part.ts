import type { FailingRow, SchemaProblem, ValidationReport } from '../../data/validation-report.ts';
import { html, htmlProse } from '../escape.ts';
import { count, counted, fixed } from '../number.ts';
import { type Cell, htmlOf, type WordTable } from '../word-table.ts';
import type { Detail } from './detail.ts';
import { htmlFold, htmlHeading, type Scope } from './element.ts';

const associations = {
  auc: 'AUC, scaled',
  'cramers-v': 'Cramér’s V',
  spearman: 'Spearman',
  'correlation-ratio': 'correlation ratio',
  copy: 'a copy of the target',
  missing: 'by what is missing',
} as const;

/** What checking the data against their schema found. */
export function schemaPart(
  validation: ValidationReport,
  { scope, detail }: { readonly scope: Scope; readonly detail: Detail },
): string {
  const { problems, schema, warnings = [] } = validation;
  if (schema === 'absent') return '<p>No schema file is named in the policy, so nothing was checked.</p>';
  return [
    `<p>${html(summary(validation))}</p>`,
    problems.length === 0 ? '' : htmlOf(problemTable('Schema problems', problems.slice(0, detail.rows))),
    warnings.length === 0
      ? ''
      : `${htmlHeading(scope, 'Warnings')}${htmlOf(problemTable('Warnings of the schema', warnings.slice(0, detail.rows)))}`,
    examplePart([...problems, ...warnings], detail),
    leakagePart(validation, scope),
    overlapPart(validation),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function summary({ problems, warnings = [], checks, rows, scans, verdict, cut = 0 }: ValidationReport): string {
  const how = `${counted(checks, 'check')} of ${counted(rows, 'row')}${scans === undefined ? '' : ` in ${counted(scans, 'scan')}`}`;
  const unlisted = cut === 0 ? '' : `; ${counted(cut, 'more broken rule')} not listed`;
  const warned = `${warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`}${unlisted}`;
  if (problems.length > 0) return `${counted(problems.length, 'problem')} in ${how}${warned}.`;
  return verdict === 'error' ? 'The schema could not be checked.' : `No problem in ${how}${warned}.`;
}

function problemTable(caption: string, problems: readonly SchemaProblem[]): WordTable {
  const isMendable = problems.some(({ fix }) => fix !== undefined);
  return {
    caption,
    things: 'problems',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'check', kind: 'words' },
      { title: 'expected', kind: 'words' },
      { title: 'found', kind: 'words' },
      { title: 'rows', kind: 'number' },
      ...(isMendable ? [{ title: 'what to do', kind: 'words' } as const] : []),
      { title: 'rule', kind: 'words' },
    ],
    rows: problems.map(({ column, check, expected, found, rows, fix, file, line }): readonly Cell[] => [
      column === '' ? 'the data' : { name: column },
      check,
      expected,
      found,
      rows === null ? '—' : count(rows),
      ...(isMendable ? [fix ?? ''] : []),
      file === null ? '—' : { name: `${file}${line === null ? '' : `:${line}`}` },
    ]),
  };
}

/** A few failing rows, with values as shortened and hidden as validation left them. */
function examplePart(problems: readonly SchemaProblem[], detail: Detail): string {
  const all = problems.flatMap(({ column, check, examples = [] }) =>
    examples.map((example): readonly Cell[] => [
      column === '' ? 'the data' : { name: column },
      check,
      { name: placeOf(example) },
      example.key === null ? '—' : { name: example.key },
      example.value === null ? 'missing' : { name: example.value },
    ]),
  );
  const rows = all.slice(0, detail.rows);
  if (rows.length === 0) return '';
  const table: WordTable = {
    caption: 'Failing rows',
    things: 'rows',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'check', kind: 'words' },
      { title: 'where', kind: 'words' },
      { title: 'key', kind: 'words' },
      { title: 'value', kind: 'words' },
    ],
    rows,
  };
  return htmlFold(`${counted(rows.length, 'failing value')}, shortened and with secrets hidden`, htmlOf(table));
}

function placeOf({ file, row, line }: FailingRow): string {
  return line === null ? `${file}, row ${row}` : `${file}:${line}`;
}

function leakagePart({ leakage }: ValidationReport, scope: Scope): string {
  if (leakage === undefined || leakage.columns.length === 0) return '';
  const table: WordTable = {
    caption: 'How strongly single columns foretell the target',
    things: 'columns',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'association', kind: 'number' },
      { title: 'measured by', kind: 'words' },
    ],
    rows: leakage.columns.map(({ column, association, method }) => [
      { name: column },
      fixed(association, 3),
      associations[method],
    ]),
  };
  return `${htmlHeading(scope, 'What gives the target away')}<p>How strongly single columns foretell <code>${html(leakage.target, 80)}</code>, from 0 (not at all) to 1 (they determine it), on ${counted(leakage.rows, 'row')}.</p>${htmlOf(table, 20)}`;
}

function overlapPart({ overlap = [] }: ValidationReport): string {
  return overlap
    .map(({ with: files, columns, rows, ofRows }) => {
      const shown = files.slice(0, 5).map((file) => `\`${file.replaceAll('`', ' ')}\``);
      return `<p>${htmlProse(`${count(rows)} of ${counted(ofRows, 'row')} of ${shown.join(', ')} are also in these data, by ${counted(columns, 'column')}.`)}</p>`;
    })
    .join('\n');
}
