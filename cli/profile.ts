import { frequentTexts } from '../src/data/category-counts.ts';
import type { Dataset } from '../src/data/dataset.ts';
import type { EmbeddingProfile } from '../src/data/embedding-profile.ts';
import { profileDataset } from '../src/data/profile.ts';
import {
  type ColumnProfile,
  distinctCount,
  type Profile,
  profileDigest,
  standardDeviation,
} from '../src/data/profile-document.ts';
import { shortNumber } from '../src/drift/bars.ts';
import { AppError } from '../src/error.ts';
import { type Command, exitCodes, flag, type Invocation } from './command.ts';
import { openFiles } from './open-files.ts';
import { grouped, progress } from './progress.ts';
import { shownText } from './shown-text.ts';

export const profileCommand: Command = {
  usage: 'profile FILE… [--json]',
  options: {},
  async run(invocation) {
    const { positionals, folder, stdout } = invocation;
    if (positionals.length === 0) {
      throw new AppError('bad-input', 'expected data files, found none; type `siskin profile FILE…`');
    }
    await using dataset = await openFiles({ folder, paths: positionals });
    const started = performance.now();
    const profile = await profileWithProgress(dataset, invocation);
    if (flag(invocation, 'json')) stdout.write(`${JSON.stringify(profile)}\n`);
    else stdout.write(`${rendered(profile, (performance.now() - started) / 1000)}\n`);
    return exitCodes.pass;
  },
};

/** Profiles with the progress line that work over two seconds shows. */
export async function profileWithProgress(dataset: Dataset, invocation: Invocation): Promise<Profile> {
  const line = progress({ stderr: invocation.stderr, what: 'profile', unit: 'cells' });
  try {
    return await profileDataset(dataset, ({ doneCells, totalCells }) => line.update(doneCells, totalCells));
  } finally {
    line.end();
  }
}

function rendered(profile: Profile, seconds: number): string {
  const width = Math.min(30, Math.max(6, ...profile.columns.map(({ name }) => name.length)));
  const head = ['column'.padEnd(width), 'kind'.padEnd(9), 'nulls'.padStart(7), 'distinct'.padStart(10), ''].join('  ');
  return [
    `  read     ${grouped(profile.rows)} rows × ${profile.columns.length} columns in ${seconds.toFixed(2)} s`,
    `  ${head.trimEnd()}`,
    ...profile.columns.map((column) => `  ${columnLine({ column, rows: profile.rows, width })}`),
    `  ${profileDigest(profile)}`,
  ].join('\n');
}

function columnLine(options: {
  readonly column: ColumnProfile;
  readonly rows: number;
  readonly width: number;
}): string {
  const { column, rows, width } = options;
  const distinct = distinctCount(column);
  const nulls = rows === 0 ? '–' : `${Number(((100 * column.nulls) / rows).toPrecision(3))} %`;
  return [
    shownText(column.name, width).padEnd(width),
    column.kind.padEnd(9),
    nulls.padStart(7),
    (distinct === null ? '–' : grouped(distinct)).padStart(10),
    summary(column),
  ].join('  ');
}

function summary(column: ColumnProfile): string {
  if (column.kind === 'string') {
    const top = frequentTexts(column.categories).slice(0, 3);
    return top.map(([label, count]) => `${shownText(label, 20)} ${percent(count / column.count)}`).join(', ');
  }
  if (column.kind === 'embedding') return vectorSummary(column);
  if (column.extremes === null) return 'no numbers';
  const { min, max } = column.extremes;
  const mean = column.moments?.mean ?? Number.NaN;
  if (column.kind === 'boolean') return `true ${percent(mean)}`;
  if (column.kind === 'timestamp') return `${timeText(min)} … ${timeText(max)}`;
  const special = column.nan + column.positiveInfinite + column.negativeInfinite;
  const others = special === 0 ? '' : `, ${grouped(special)} NaN or infinite`;
  return `${shortNumber(min)} … ${shortNumber(max)}, mean ${shortNumber(mean)} ± ${shortNumber(standardDeviation(column) ?? Number.NaN)}${others}`;
}

function vectorSummary({ dimension, norms, nonFinite }: EmbeddingProfile): string {
  const others = nonFinite === 0 ? '' : `, ${grouped(nonFinite)} with NaN or infinite`;
  if (norms.extremes === null) return `no vectors of ${dimension} numbers${others}`;
  return `${dimension} numbers, length ${shortNumber(norms.extremes.min)} … ${shortNumber(norms.extremes.max)}${others}`;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

/** Years beyond those that Date knows are shown as seconds. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().slice(0, 16).replace('T', ' ');
}
