import type { PointerChange } from '../change/model-change.ts';
import type { ColumnDrift, DriftReport } from '../drift/drift-report.ts';
import type { Result } from '../result.ts';
import { columnShapes } from './column-shapes.ts';
import { code, prose, text } from './escape.ts';
import { estimateSummary } from './estimate-words.ts';
import { type TableColumn, table, unbroken } from './markdown.ts';
import { multivariateSummary } from './multivariate-words.ts';
import { bytes, change, count, counted, pair, percent, probability, significant } from './number.ts';
import { windowSummary } from './window-words.ts';

const shownColumns = 4;
const shownProblems = 5;
const foldedColumns = 60;

/** The sentences and the small table about data that stand in the open: rows, pointers, moved columns, schema. */
export function dataSection(result: Result, pointers: readonly PointerChange[]): string {
  const sentences = [
    ...(result.drift === null ? [] : [rowsSentence(result.drift), driftSentence(result.drift)]),
    schemaSentence(result),
  ].filter((sentence) => sentence !== '');
  const blocks = [
    sentences.length === 0 ? '' : `**Data** ${sentences.join(' ')}`,
    pointers.slice(0, shownProblems).map(pointerLine).join('\n'),
    result.drift === null ? '' : movedTable(result.drift),
    problemList(result),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Every column of the drift report, the moved ones first, as far as a comment can hold them. */
export function columnTable(report: DriftReport): string {
  const names = orderedColumns(report);
  const columns: readonly TableColumn[] = [
    { title: 'column', align: 'left' },
    { title: 'reference → now', align: 'left' },
    { title: 'PSI', align: 'right' },
    { title: 'Jensen–Shannon', align: 'right' },
    { title: 'q', align: 'right' },
    { title: 'mean', align: 'right' },
    { title: 'missing', align: 'right' },
    { title: 'verdict', align: 'left' },
  ];
  const rows = names
    .slice(0, foldedColumns)
    .map(([name, column]) => [
      named(name, column),
      shapeWords(column),
      statisticWords(column, 'psi'),
      statisticWords(column, 'jensen-shannon'),
      qWords(column),
      meanWords(column),
      nullWords(column),
      `${column.verdict}${column.reason === '' ? '' : `: ${prose(column.reason, 120)}`}`,
    ]);
  const more = names.length - rows.length;
  const rest = more > 0 ? `\n\n${counted(more, 'more column')} in the report.` : '';
  return `${table(columns, rows)}${rest}`;
}

/** Columns with the moved ones first, the furthest moved at the top. */
export function orderedColumns(report: DriftReport): readonly (readonly [string, ColumnDrift])[] {
  const rank = { moved: 0, 'not-assessed': 1, steady: 2, ignored: 3 } as const;
  const weight = (column: ColumnDrift) => column.severity ?? distance(column);
  return Object.entries(report.columns).sort(
    ([, a], [, b]) => rank[a.verdict] - rank[b.verdict] || weight(b) - weight(a),
  );
}

/** What a column is beside a feature: `label`, `prediction`, `critical`; empty for one that is only a feature. */
export function roleWords({ role, critical }: ColumnDrift): string {
  const words = [role === undefined || role === 'feature' ? '' : role, critical === true ? 'critical' : ''];
  return words.filter((word) => word !== '').join(', ');
}

/** `6.4 → 9.0`, to the digits that tell the two means apart; days for times; `—` for what has no mean. */
export function meanWords(column: ColumnDrift): string {
  if (column.mean !== null && column.kind === 'timestamp') {
    return `${day(column.mean.reference)} → ${day(column.mean.current)}`;
  }
  return column.mean === null ? '—' : pair(column.mean.reference, column.mean.current).join(' → ');
}

/** The missing shares of both sides, as one when they are equal. */
export function nullWords(column: ColumnDrift): string {
  const before = percent(column.nulls.reference);
  const after = percent(column.nulls.current);
  return before === after ? after : `${before} → ${after}`;
}

/** `502 222 rows added (2 574 183 → 3 076 405, +19.5 %).` */
export function rowsSentence({ reference, current, scope }: DriftReport): string {
  const total = scope === 'added' ? reference.rows + current.rows : current.rows;
  const apart = total - reference.rows;
  if (apart === 0) return `${counted(total, 'row')}, as many as before.`;
  const word = apart > 0 ? 'added' : 'taken away';
  const relative = change(reference.rows, total);
  return `${counted(Math.abs(apart), 'row')} ${word} (${count(reference.rows)} → ${count(total)}, ${relative}).`;
}

/** The day (UTC) of seconds since 1970; `—` beyond what a calendar holds. */
function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '—' : date.toISOString().slice(0, 10);
}

function driftSentence(report: DriftReport): string {
  const sentences = [
    movedSentence(report),
    columnsSentence('Critical and moved', report.criticalMoved ?? []),
    columnsSentence('New', report.added),
    columnsSentence('Gone', report.removed),
    ...togetherSentences(report),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

/** What no single column tells: over time, all columns together, and what it means for the model. */
function togetherSentences({ windows, multivariate, estimate }: DriftReport): readonly string[] {
  return [
    windows === undefined ? '' : `Over time ${windowSummary(windows)}.`,
    multivariate?.verdict === 'moved' ? `Together ${multivariateSummary(multivariate)}.` : '',
    estimate?.verdict === 'moved' ? `Without labels, ${estimateSummary(estimate)}.` : '',
  ].map((sentence) => prose(sentence));
}

/** `2 of 5 columns moved.` Columns that the policy ignores are not counted. */
export function movedSentence(report: DriftReport): string {
  const all = Object.values(report.columns).filter((column) => column.verdict !== 'ignored');
  const moved = all.filter((column) => column.verdict === 'moved').length;
  const unknown = all.filter((column) => column.verdict === 'not-assessed').length;
  const isAdded = report.scope === 'added';
  const none = isAdded ? 'no column' : 'No column';
  const words = `${isAdded ? 'Added rows against those before: ' : ''}${moved === 0 ? none : moved} of ${counted(all.length, 'column')} moved.`;
  return unknown === 0 ? words : `${words} ${unknown} could not be assessed.`;
}

function columnsSentence(word: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, shownColumns).map((name) => code(name, 60));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `${word}: ${shown.join(', ')}${more}.`;
}

function schemaSentence({ validation }: Result): string {
  if (validation === null) return '';
  const problems = validation.problems.length;
  if (problems > 0) return `**${counted(problems, 'schema problem')}.**`;
  if (validation.schema === 'absent') return '';
  const warned = validation.warnings?.length ?? 0;
  if (validation.verdict === 'pass' && warned > 0) return `No schema problem, ${counted(warned, 'warning')}.`;
  return validation.verdict === 'pass' ? 'No schema problem.' : 'The schema could not be checked.';
}

function pointerLine(pointer: PointerChange): string {
  const side = (state: PointerChange['before']) =>
    state === null ? 'absent' : state.bytes === null ? code(state.digest, 16) : bytes(state.bytes);
  const relative =
    pointer.before?.bytes && pointer.after?.bytes ? `, ${change(pointer.before.bytes, pointer.after.bytes)}` : '';
  const kind = pointer.kind === 'dvc' ? 'DVC' : 'Git LFS';
  return `- ${code(pointer.path)} (${kind}) ${side(pointer.before)} → ${side(pointer.after)}${relative}`;
}

function movedTable(report: DriftReport): string {
  const moved = orderedColumns(report).filter(([, column]) => column.verdict === 'moved');
  if (moved.length === 0) return '';
  const columns: readonly TableColumn[] = [
    { title: 'moved column', align: 'left' },
    { title: 'reference → now', align: 'left' },
    { title: 'PSI', align: 'right' },
    { title: 'Jensen–Shannon', align: 'right' },
    { title: 'mean', align: 'right' },
  ];
  const rows = moved
    .slice(0, shownColumns)
    .map(([name, column]) => [
      named(name, column),
      shapeWords(column),
      statisticWords(column, 'psi'),
      statisticWords(column, 'jensen-shannon'),
      column.mean === null ? unseenWords(column) : unbroken(meanWords(column)),
    ]);
  return table(columns, rows);
}

function problemList({ validation }: Result): string {
  const problems = validation?.problems ?? [];
  const lines = problems.slice(0, shownProblems).map((problem) => {
    const rows = problem.rows === null ? '' : ` in ${counted(problem.rows, 'row')}`;
    return `- ${code(problem.column, 60)}: expected ${prose(problem.expected, 120)}, found ${prose(problem.found, 120)}${rows}`;
  });
  const more = problems.length - lines.length;
  return [...lines, ...(more > 0 ? [`- ${more} more in the check and the report`] : [])].join('\n');
}

function named(name: string, column: ColumnDrift): string {
  const role = roleWords(column);
  return role === '' ? code(name, 60) : `${code(name, 60)} (${role})`;
}

function shapeWords(column: ColumnDrift): string {
  const shapes = columnShapes(column);
  return shapes === null ? '—' : unbroken(shapes.join(' → '));
}

/** One statistic to two digits; `—` when it was not computed. */
export function statisticWords(column: ColumnDrift, test: 'psi' | 'jensen-shannon'): string {
  const value = column.statistics[test]?.value;
  if (value === undefined) return '—';
  return value !== 0 && Math.abs(value) < 0.001 ? '< 0.001' : significant(value, 2);
}

/** The smallest q-value of a column's tests. */
export function qWords(column: ColumnDrift): string {
  const all = Object.values(column.statistics).flatMap((statistic) => statistic.qValue ?? []);
  return all.length === 0 ? '—' : probability(Math.min(...all));
}

/** ` 4 % unseen, e.g. ACK`, as a sentence that follows another; empty when every category was known. */
export function unseenSentence({ unseen }: ColumnDrift): string {
  if (unseen === null || unseen.share === 0) return '';
  const example = unseen.examples[0];
  return ` ${percent(unseen.share)} of the rows have a category that the reference never had${example === undefined ? '' : `, e.g. ${example}`}.`;
}

/** The same of categories that are gone. */
export function vanishedSentence({ vanished }: ColumnDrift): string {
  if (vanished === null || vanished === undefined || vanished.share === 0) return '';
  const example = vanished.examples[0];
  return ` ${percent(vanished.share)} of the reference had a category that no longer occurs${example === undefined ? '' : `, e.g. ${example}`}.`;
}

function unseenWords(column: ColumnDrift): string {
  if (column.unseen === null || column.unseen.share === 0) return '—';
  const example = column.unseen.examples[0];
  return `${percent(column.unseen.share)} unseen${example === undefined ? '' : `, e.g. ${text(example, 30)}`}`;
}

function distance(column: ColumnDrift): number {
  return column.statistics['jensen-shannon']?.value ?? column.statistics.psi?.value ?? 0;
}
