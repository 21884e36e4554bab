import { compareProfiles, type ProfiledData } from '../src/drift/compare.ts';
import type { ColumnDrift, DriftReport } from '../src/drift/drift-report.ts';
import { AppError } from '../src/error.ts';
import { DriftPolicy } from '../src/policy/drift-policy.ts';
import { columnShapes } from '../src/render/column-shapes.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { privacyOptions, readingOptions } from './data-options.ts';
import { driftAs } from './drift-compat.ts';
import { multivariateLines, multivariateOptions, multivariatePolicy, withMultivariate } from './drift-multivariate.ts';
import { driftInStream } from './drift-stream.ts';
import { cacheOptions, profilePaths } from './profile-paths.ts';
import { grouped } from './progress.ts';
import { htmlOption, writeReport } from './report-output.ts';
import { shownText } from './shown-text.ts';

export const driftCommand: Command = {
  usage: 'drift --reference FILE --current FILE [--json]',
  options: {
    reference: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'data to compare with: files, folders, globs or one profile',
    },
    current: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'data to judge: files, folders, globs or one profile',
    },
    alpha: { type: 'string', value: 'NUMBER', help: 'false discovery rate over all columns (default 0.01)' },
    effect: { type: 'string', value: 'NUMBER', help: 'smallest Jensen–Shannon distance that matters (default 0.05)' },
    ignore: { type: 'string', multiple: true, value: 'COLUMN', help: 'a column that is expected to move' },
    rule: { type: 'string', value: 'warn|fail', help: 'what a moved column does to the exit status (default warn: 0)' },
    compat: {
      type: 'string',
      value: 'evidently|nannyml|tfdv',
      help: 'show the numbers and verdicts that another tool gives with its defaults',
    },
    threshold: {
      type: 'string',
      multiple: true,
      value: '[MEASURE=]NUMBER',
      help: 'with --compat tfdv: above which value a column counts as moved',
    },
    stream: { type: 'string', multiple: true, value: 'FILE', help: 'instead: rows in order, to watch one column of' },
    column: { type: 'string', value: 'COLUMN', help: 'with --stream: the column, e.g. of errors, 0 or 1' },
    detector: { type: 'string', value: 'adwin|ddm|page-hinkley', help: 'with --stream: what watches (default adwin)' },
    all: { type: 'boolean', help: 'show every column' },
    ...multivariateOptions,
    ...readingOptions,
    ...privacyOptions,
    ...cacheOptions,
    ...htmlOption,
  },
  async run(invocation) {
    if (textOption(invocation, 'compat') !== undefined) return await driftAs(invocation);
    if (listOption(invocation, 'stream').length > 0) return await driftInStream(invocation);
    const policy = policyOf(invocation);
    const started = performance.now();
    const reference = await profiled(invocation, 'reference');
    const current = await profiled(invocation, 'current');
    const columns = compareProfiles({ reference, current, policy });
    const report = await withMultivariate(columns, { invocation, policy });
    const seconds = (performance.now() - started) / 1000;
    writeReport(invocation, {
      about: listOption(invocation, 'current')[0] ?? '',
      measured: { drift: report },
      driftRule: policy.rule,
    });
    if (flag(invocation, 'json')) invocation.stdout.write(`${JSON.stringify(report)}\n`);
    else invocation.stdout.write(`${rendered({ report, seconds, policy, isWhole: flag(invocation, 'all') })}\n`);
    return exitOf(report, policy);
  },
};

function policyOf(invocation: Invocation): DriftPolicy {
  const written = {
    alpha: numberOption(invocation, 'alpha'),
    effect: numberOption(invocation, 'effect'),
    ignore: listOption(invocation, 'ignore'),
    rule: textOption(invocation, 'rule'),
  };
  const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
  const parsed = DriftPolicy.safeParse({ ...given, ...multivariatePolicy(invocation) });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0]);
  throw new AppError(
    'bad-config',
    `expected --${name} to be as \`siskin drift --help\` says, found ${JSON.stringify(textOption(invocation, name))} (${issue?.message}); correct it`,
  );
}

/** Text that is no number stays what it is, for the schema to refuse. */
function numberOption(invocation: Invocation, name: string): number | string | undefined {
  const text = textOption(invocation, name);
  return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

async function profiled(invocation: Invocation, side: 'reference' | 'current'): Promise<ProfiledData> {
  const paths = listOption(invocation, side);
  if (paths.length === 0) {
    throw new AppError(
      'bad-input',
      `expected --${side} FILE, found none; type \`siskin drift --reference FILE --current FILE\``,
    );
  }
  return await profilePaths({ invocation, paths });
}

function exitOf(report: DriftReport, policy: DriftPolicy): ExitCode {
  if (report.verdict === 'not-assessed') return exitCodes.inconclusive;
  return report.verdict === 'moved' && policy.rule === 'fail' ? exitCodes.gateFailed : exitCodes.pass;
}

const shownSteady = 15;

function rendered(options: {
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
    ...onlyOn('only in the reference', report.removed),
    ...onlyOn('only in the current data', report.added),
    `  ${moved.length} of ${columns.length} columns moved · verdict: ${verdictText(report, policy)}`,
  ].join('\n');
}

/** Moved columns first, then by the size of their effect. */
function rank(column: ColumnDrift): number {
  const order = { moved: 2, steady: 1, 'not-assessed': 0, ignored: -1 };
  return 10 * order[column.verdict] + (column.statistics['jensen-shannon']?.value ?? 0);
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
    `${column.verdict === 'not-assessed' ? 'not assessed' : column.verdict} (${column.reason})`,
  ].join('  ');
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
  if (report.verdict === 'steady') return 'steady';
  if (report.verdict === 'not-assessed') return 'not assessed (nothing could be compared)';
  return policy.rule === 'fail' ? 'fail (rule: moved columns fail)' : 'review (rule: drift is a warning)';
}
