import type { DriftReport } from '../src/drift/drift-report.ts';
import type { DriftWindows } from '../src/drift/windows/window-report.ts';
import { AppError } from '../src/error.ts';
import { type CommandOptions, type Invocation, textOption } from './command.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

/** Which rows belong together, and the drift over time. */
export const timeOptions: CommandOptions = {
  block: { type: 'string', value: 'COLUMN', help: 'rows of one value belong together, e.g. of a user, or of a time' },
  'block-size': {
    type: 'string',
    value: 'value|day|week',
    help: 'with --block: by its value, or by the day or week of a time',
  },
  windows: { type: 'string', value: 'day|week|ROWS', help: 'also compare the current rows window by window' },
  time: { type: 'string', value: 'COLUMN', help: 'with --windows day or week: the column of times' },
};

/** The part of a policy that the options stand for, as they were written. Throws `bad-input` for an option that says nothing alone. */
export function timePolicy(invocation: Invocation): Readonly<Record<string, unknown>> {
  const [block, size] = [textOption(invocation, 'block'), textOption(invocation, 'block-size')];
  const [windows, time] = [textOption(invocation, 'windows'), textOption(invocation, 'time')];
  if (block === undefined && size !== undefined) throw alone('--block COLUMN', '--block-size');
  if (windows === undefined && time !== undefined) throw alone('--windows day, week or ROWS', '--time');
  const number = windows !== undefined && /^\d+$/.test(windows) ? Number(windows) : windows;
  return {
    ...(block !== undefined && { block: { column: block, ...(size !== undefined && { size }) } }),
    ...(number !== undefined && { windows: { size: number, ...(time !== undefined && { time }) } }),
  };
}

function alone(expected: string, option: string): AppError {
  return new AppError('bad-input', `expected ${expected} beside ${option}, found none; add it`);
}

/** What a terminal shows of blocks and windows. */
export function timeLines({ blocks, windows }: DriftReport): readonly string[] {
  const size = blocks?.size === 'value' ? '' : `${blocks?.size}s of `;
  return [
    ...(blocks === undefined
      ? []
      : [
          `  blocks   ${grouped(blocks.reference)} and ${grouped(blocks.current)} ${size}${shownText(blocks.column, 40)}`,
        ]),
    ...(windows === undefined ? [] : windowLines(windows)),
  ];
}

const shownWindows = 40;

function windowLines({ size, columns, windows, rowsLeftOut }: DriftWindows): readonly string[] {
  const left = rowsLeftOut === 0 ? '' : `, ${grouped(rowsLeftOut)} rows without a time left out`;
  const shown = windows.slice(-shownWindows);
  const cut = windows.length > shown.length ? [`  … ${windows.length - shown.length} earlier windows`] : [];
  return [
    `  windows  ${windows.length} of ${/^\d/.test(size) ? size : `a ${size}`} each${left}`,
    ...cut,
    ...shown.map(({ start, rows, moved, assessed, effects, verdict }) => {
      const most = effects
        .map((effect, at) => ({ effect, name: columns[at]?.name ?? '' }))
        .filter(({ effect }) => effect?.verdict === 'moved')
        .map(({ effect, name }) => `${shownText(name, 24)} ${effect?.value.toFixed(3)}`)
        .slice(0, 4);
      const count = verdict === 'not-assessed' ? 'not assessed' : `${moved} of ${assessed} moved`;
      return `  ${start.padEnd(12)} ${grouped(rows).padStart(12)} rows  ${count}${most.length === 0 ? '' : `: ${most.join(', ')}`}`;
    }),
  ];
}
