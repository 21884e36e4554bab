import { percentText } from '../src/data/check.ts';
import type { SchemaProblem, ValidationReport } from '../src/data/validation-report.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

/** A validation report for the terminal: every broken rule with its first rows and what to do. */
export function validationLines(report: ValidationReport): string {
  const { problems, warnings = [], scans, checks, leakage, overlap = [] } = report;
  const passes = scans === undefined || scans === 0 ? '' : ` in ${scans === 1 ? 'one scan' : `${scans} scans`}`;
  const softened = warnings.length === 0 ? '' : ` · ${warnings.length} only warn${warnings.length === 1 ? 's' : ''}`;
  return [
    `  read     ${grouped(report.rows)} rows, ${checks} checks${passes}`,
    ...problems.flatMap((problem) => problemLines('✗', problem)),
    ...warnings.flatMap((problem) => problemLines('!', problem)),
    ...(report.cut === undefined ? [] : [`  … ${grouped(report.cut)} more broken rules are not listed`]),
    ...overlap.map(
      ({ with: files, rows, ofRows }) =>
        `  overlap  ${grouped(rows)} of ${grouped(ofRows)} rows of ${shownText(files.join(', '), 60)} are here too (${ofRows === 0 ? '–' : percentText(rows / ofRows)})`,
    ),
    ...(leakage === undefined ? [] : [leakageLine(leakage)]),
    `  ${problems.length} of ${checks} checks failed${softened} · verdict: ${report.verdict}`,
  ].join('\n');
}

function problemLines(sign: string, problem: SchemaProblem): readonly string[] {
  const where = problem.line === null ? '' : `  (${problem.file}:${problem.line})`;
  const column = problem.column === '' ? 'the data' : shownText(problem.column, 40);
  return [
    `  ${sign} ${column}: ${problem.check}: expected ${shownText(problem.expected, 200)}; found ${shownText(problem.found, 160)}${where}`,
    ...(problem.examples ?? []).map(({ file, row, line, key, value }) => {
      const place = line === null ? `${file}, row ${row}` : `${file}:${line}`;
      const parts = [key === null ? '' : key, value === null ? '' : JSON.stringify(value)].filter(
        (part) => part !== '',
      );
      return `      ${shownText([place, ...parts].join('  '), 160)}`;
    }),
    ...(problem.fix === undefined ? [] : [`      → ${shownText(problem.fix, 200)}`]),
  ];
}

function leakageLine({ target, rows, columns }: NonNullable<ValidationReport['leakage']>): string {
  const top = columns
    .slice(0, 3)
    .map(({ column, association }) => `${shownText(column, 30)} ${association.toFixed(2)}`);
  const strongest = top.length === 0 ? 'no column says anything of it' : `strongest: ${top.join(', ')}`;
  return `  leakage  of ${shownText(target, 40)}, on ${grouped(rows)} rows; ${strongest}`;
}
