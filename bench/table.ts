import { type Figure, shown } from './figure.ts';

/** The machine in words that hold for others like it. */
export interface Machine {
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly platform: string;
  readonly node: string;
}

/** The figures as a Markdown table under a line on the machine. */
export function renderTable(figures: readonly Figure[], machine: Machine): string {
  const { cores, memoryGigabytes, platform, node } = machine;
  const lines = figures.map(({ name, n, unit, median, p95, promise, note }) =>
    [
      '',
      name,
      n,
      `${shown(median)} ${unit}`,
      p95 === null ? '–' : `${shown(p95)} ${unit}`,
      promise?.text ?? '–',
      promise === null ? '–' : promise.kept ? 'kept' : '**not kept**',
      note,
      '',
    ].join(' | '),
  );
  return [
    `${cores} cores, ${memoryGigabytes} GB of memory, ${platform}, Node ${node.slice(1)}.`,
    '',
    '| | n | median | p95 | promise | | beside it |',
    '| --- | --: | --: | --: | --- | --- | --- |',
    ...lines.map((line) => line.trim()),
  ].join('\n');
}

const start = '<!-- bench:start -->';
const end = '<!-- bench:end -->';

/** The document with the table between its markers replaced. Throws when it has no markers. */
export function intoDocument(text: string, table: string): string {
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`expected ${start} and ${end} in the document, found none; put them where the table goes`);
  return `${text.slice(0, from + start.length)}\n${table}\n${text.slice(to)}`;
}
