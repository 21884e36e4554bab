import type { DriftWindows } from '../drift/windows/window-report.ts';
import { count, counted, significant } from './number.ts';
import { sparkline } from './sparkline.ts';
import type { Cell, WordTable } from './word-table.ts';

/** `3 of 12 windows moved, first 2001-06-04`. */
export function windowSummary({ windows, size }: DriftWindows): string {
  const moved = windows.filter(({ verdict }) => verdict === 'moved');
  const [first] = moved;
  const sized = /^\d/.test(size) ? ` of ${size}` : ` of a ${size}`;
  if (first === undefined) return `none of ${counted(windows.length, 'window')}${sized} moved`;
  return `${moved.length} of ${counted(windows.length, 'window')}${sized} moved, first at ${windowStart(first.start)}`;
}

/** When a window starts; a whole day is told without its midnight. */
export function windowStart(start: string): string {
  return start.replace(/T00:00(?::00(?:\.000)?)?Z$/, '');
}

/** The distance of each column window by window, as block characters: what moved most comes first. */
export function windowLines({ columns, windows }: DriftWindows, shown: number): WordTable {
  const all = windows.flatMap(({ effects }) => effects.map((effect) => effect?.value ?? 0));
  const top = all.reduce((most, value) => Math.max(most, value), 0);
  return {
    caption: 'Distance from the reference over windows',
    things: 'columns',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'distance over time', kind: 'words' },
      { title: 'largest', kind: 'number' },
      { title: 'by chance', kind: 'number' },
      { title: 'windows moved', kind: 'number' },
    ],
    // One scale for all columns, so that a small effect is drawn small.
    rows: columns.slice(0, shown).map(({ name, noise }, index) => {
      const effects = windows.map(({ effects }) => effects[index] ?? null);
      const values = effects.map((effect) => effect?.value ?? 0);
      const largest = values.reduce((most, value) => Math.max(most, value), 0);
      return [
        { name },
        sparkline(values, top),
        significant(largest, 2),
        noise === null ? '—' : significant(noise, 2),
        count(effects.filter((effect) => effect?.verdict === 'moved').length),
      ];
    }),
  };
}

/** Every window with the distances of the columns: the numbers behind the charts. */
export function windowTable({ columns, windows }: DriftWindows): WordTable {
  return {
    caption: 'Every window',
    things: 'windows',
    columns: [
      { title: 'window from', kind: 'name' },
      { title: 'rows', kind: 'number' },
      { title: 'columns moved', kind: 'number' },
      { title: 'verdict', kind: 'words' },
      ...columns.map(({ name }) => ({ title: name, kind: 'number' as const })),
    ],
    rows: windows.map((window): readonly Cell[] => [
      windowStart(window.start),
      count(window.rows),
      `${window.moved} of ${window.assessed}`,
      window.verdict === 'moved'
        ? { word: 'moved', tone: 'warn' }
        : { word: window.verdict.replace('-', ' '), tone: window.verdict === 'steady' ? 'good' : 'open' },
      ...columns.map((_, index) => {
        const effect = window.effects[index] ?? null;
        return effect === null ? '—' : `${significant(effect.value, 2)}${effect.verdict === 'moved' ? ' moved' : ''}`;
      }),
    ]),
  };
}

const mermaidPoints = 40;

/**
 * The distances of the column that moved most as a Mermaid chart, for a comment; empty where a line of blocks says as much.
 * Names from outside stay out of it: Mermaid reads its text as a language of its own.
 */
export function windowMermaid({ columns, windows }: DriftWindows): string {
  if (columns.length === 0 || windows.length < 4) return '';
  const step = Math.ceil(windows.length / mermaidPoints);
  const groups = Array.from({ length: Math.ceil(windows.length / step) }, (_, index) =>
    windows.slice(index * step, (index + 1) * step),
  );
  const values = groups.map((group) =>
    group.reduce((most, { effects }) => Math.max(most, effects[0]?.value ?? 0), 0).toFixed(4),
  );
  return [
    '```mermaid',
    'xychart-beta',
    '  accTitle: Distance from the reference over windows',
    `  accDescr: Jensen-Shannon distance of the column that moved most in ${windows.length} windows`,
    `  x-axis "window" 1 --> ${windows.length}`,
    '  y-axis "distance"',
    `  line [${values.join(', ')}]`,
    '```',
  ].join('\n');
}
