import { hasValue } from '../src/data/column-stream.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { adwin } from '../src/drift/stream/adwin.ts';
import { driftDetectionMethod } from '../src/drift/stream/ddm.ts';
import type { Detector } from '../src/drift/stream/detector.ts';
import { pageHinkley } from '../src/drift/stream/page-hinkley.ts';
import { AppError } from '../src/error.ts';
import { type ExitCode, exitCodes, flag, type Invocation, listOption, textOption } from './command.ts';
import { readingOf } from './data-options.ts';
import { openFiles } from './open-files.ts';
import { grouped } from './progress.ts';
import { shownText } from './shown-text.ts';

const detectors: Readonly<Record<string, () => Detector>> = {
  adwin,
  ddm: driftDetectionMethod,
  'page-hinkley': pageHinkley,
};

/** What was found in a stream: the rows, from 1, at which a drift was noticed, and where the first warning before it was. */
interface StreamReport {
  readonly detector: string;
  readonly column: string;
  readonly rows: number;
  /** Rows without a number, which were passed over. */
  readonly passedOver: number;
  readonly drifts: readonly { readonly row: number; readonly warnedAt: number | null }[];
  readonly verdict: 'moved' | 'steady' | 'not-assessed';
}

/** `siskin drift --stream FILE --column NAME`: concept drift in a column of errors or of any number, in the order of the rows. */
export async function driftInStream(invocation: Invocation): Promise<ExitCode> {
  const name = textOption(invocation, 'detector') ?? 'adwin';
  const start = Object.hasOwn(detectors, name) ? detectors[name] : undefined;
  const column = textOption(invocation, 'column');
  const known = Object.keys(detectors).join(', ');
  if (start === undefined) {
    throw new AppError(
      'bad-config',
      `expected --detector to be one of ${known}, found ${JSON.stringify(name)}; correct it`,
    );
  }
  if (column === undefined) {
    throw new AppError(
      'bad-input',
      'expected --column NAME beside --stream, found none; name the column of errors, 0 or 1',
    );
  }
  await using dataset = await openFiles({
    folder: invocation.folder,
    paths: listOption(invocation, 'stream'),
    reading: readingOf(invocation),
  });
  const report = await watch(dataset, { name, column, detector: start() });
  invocation.stdout.write(`${flag(invocation, 'json') ? JSON.stringify(report) : rendered(report)}\n`);
  if (report.verdict === 'not-assessed') return exitCodes.inconclusive;
  return report.verdict === 'moved' && textOption(invocation, 'rule') === 'fail'
    ? exitCodes.gateFailed
    : exitCodes.pass;
}

async function watch(
  dataset: Dataset,
  { name, column, detector }: { readonly name: string; readonly column: string; readonly detector: Detector },
): Promise<StreamReport> {
  const drifts: { row: number; warnedAt: number | null }[] = [];
  let [row, passedOver] = [0, 0];
  let warnedAt: number | null = null;
  await dataset.streamColumns({
    columns: [{ name: column, as: 'number' }],
    onChunk({ rows, columns: [read] }) {
      if (read?.kind !== 'number') return;
      for (let at = 0; at < rows; at += 1) {
        row += 1;
        const value = read.values[at] ?? Number.NaN;
        if (!hasValue(read.valid, at) || !Number.isFinite(value)) {
          passedOver += 1;
          continue;
        }
        if (name === 'ddm' && value !== 0 && value !== 1) {
          const found = `${value} in row ${row}`;
          throw new AppError(
            'bad-input',
            `expected errors of 0 or 1 for ddm, found ${found}; take adwin for other numbers`,
          );
        }
        const signal = detector.update(value);
        if (signal === 'drift') drifts.push({ row, warnedAt });
        warnedAt = signal === 'warning' ? (warnedAt ?? row) : null;
      }
    },
  });
  const verdict = row === passedOver ? 'not-assessed' : drifts.length > 0 ? 'moved' : 'steady';
  return { detector: name, column, rows: row, passedOver, drifts, verdict };
}

function rendered({ detector, column, rows, passedOver, drifts, verdict }: StreamReport): string {
  const passed = passedOver === 0 ? '' : `, ${grouped(passedOver)} without a number passed over`;
  return [
    `  read     ${grouped(rows)} rows of ${shownText(column, 80)}${passed}`,
    ...drifts.map(({ row, warnedAt }) => {
      const warned = warnedAt === null ? '' : ` (first warning at row ${grouped(warnedAt)})`;
      return `  drift    noticed at row ${grouped(row)}${warned}`;
    }),
    `  ${detector}: ${verdict.replace('-', ' ')}`,
  ].join('\n');
}
