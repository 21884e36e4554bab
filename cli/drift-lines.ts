import type { ColumnDrift, DriftReport } from '../src/drift/drift-report.ts';
import type { DriftPolicy } from '../src/policy/drift-policy.ts';
import { columnShapes } from '../src/render/column-shapes.ts';
import { estimateLines } from './drift-model.ts';
import { multivariateLines } from './drift-multivariate.ts';
import { timeLines } from './drift-time.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

/** So many columns that did not move are shown below those that did. */
const shownSteady = 15;

/** What a terminal shows of a drift report. */
export function driftLines(options: {
  readonly report: DriftReport;
  readonly seconds: number;
  readonly policy: DriftPolicy;
  readonly isWhole: boolean;
}): string {
  const { report, seconds, policy, isWhole } = options;
  const columns = Object.entries(report.columns).sort(([, a], [, b]) => rank(b) - rank(a));
  const moved = columns.filter(([, column]) => column.verdict === 'moved');
  const shown = isWhole ? columns : columns.slice(0, moved.length + shownSteady);
  const width = Math.min(24, Math.max(8, ...shown.map(([name]) => name.length)));
  const bars = Math.max(1, ...shown.map(([, column]) => columnShapes(column)?.[0].length ?? 0));
  const rows = grouped(report.reference.rows + report.current.rows);
  const hidden = columns.length - shown.length;
  return [
    `  read     ${rows} rows × ${columns.length} columns in ${seconds.toFixed(2)} s`,
    ...shown.map(([name, column]) => `  ${columnLine({ name, column, width, bars })}`),
    ...(hidden > 0 ? [`  … and ${hidden} more that did not move (--all shows them)`] : []),
    ...multivariateLines(report.multivariate).map((line) => `  ${line}`),
    ...timeLines(report),
    ...estimateLines(report.estimate),
    ...onlyOn('only in the reference', report.removed),
    ...onlyOn('only in the current data', report.added),
    ...criticalLine(report),
    `  ${moved.length} of ${columns.length} columns moved · verdict: ${verdictText(report, policy)}`,
  ].join('\n');
}

/** Moved columns first, then by severity. */
function rank(column: ColumnDrift): number {
  const order = { moved: 2, steady: 1, 'not-assessed': 0, ignored: -1 };
  return 10 * order[column.verdict] + (column.severity ?? 0);
}

function columnLine(options: {
  readonly name: string;
  readonly column: ColumnDrift;
  readonly width: number;
  readonly bars: number;
}): string {
  const { name, column, width, bars } = options;
  const [reference, current] = columnShapes(column) ?? ['', ''];
  return [
    shownText(name, width).padEnd(width),
    reference.padEnd(bars),
    current.padEnd(bars),
    effectText(column).padEnd(48),
    `${column.verdict === 'not-assessed' ? 'not assessed' : column.verdict} (${[column.reason, ...standing(column)].join('; ')})`,
  ].join('  ');
}

function standing({ role, critical }: ColumnDrift): readonly string[] {
  return [...(role === undefined || role === 'feature' ? [] : [role]), ...(critical === true ? ['critical'] : [])];
}

function criticalLine({ criticalMoved = [] }: DriftReport): readonly string[] {
  if (criticalMoved.length === 0) return [];
  return [`  critical: ${criticalMoved.map((name) => shownText(name, 40)).join(', ')} moved or missing`];
}

function effectText(column: ColumnDrift): string {
  const distance = column.statistics['jensen-shannon'];
  const stability = column.statistics.psi;
  if (distance === undefined || stability === undefined) return '';
  const interval = distance.effect === null ? '' : ` (${short(distance.effect.low)} … ${short(distance.effect.high)})`;
  const q = column.statistics['chi-square']?.qValue ?? 1;
  return `JS ${short(distance.value)}${interval}  PSI ${short(stability.value)}  q ${q < 1e-12 ? '< 1e-12' : q.toPrecision(2)}`;
}

function short(value: number): string {
  return value === 0 ? '0' : value.toFixed(value < 0.01 ? 4 : 3);
}

function onlyOn(where: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`  ${where}: ${names.map((name) => shownText(name, 40)).join(', ')}`];
}

function verdictText(report: DriftReport, policy: DriftPolicy): string {
  if ((report.criticalMoved ?? []).length > 0) return 'fail (a critical column moved or is missing)';
  if (report.verdict === 'steady') return 'steady';
  if (report.verdict === 'not-assessed') return 'not assessed (nothing could be compared)';
  return policy.rule === 'fail' ? 'fail (rule: moved columns fail)' : 'review (rule: drift is a warning)';
}
