import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Month, months, writeHoldout, writeMonth } from './months.ts';

/** How many rows the example takes of each month, and of the holdout, unless told otherwise. */
export const defaultRows = { month: 60_000, holdout: 19_000 } as const;

/** Where the training data of a month lies in the example's repository. */
export function monthPath(month: Month): string {
  return `data/train/${month}.parquet`;
}

/** Writes the example's repository, as a plain folder with January as training data. The folder must be new or empty. */
export async function prepareRepository(options: { readonly folder: string; readonly rows?: number }): Promise<void> {
  const { folder, rows = defaultRows.month } = options;
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`expected a new or empty folder, found files in ${folder}; choose another one`);
  }
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, 'repository'), folder, { recursive: true });
  await addMonth({ folder, month: '2001-01', rows });
  await writeHoldout({ rows: defaultRows.holdout, file: join(folder, 'data/holdout.parquet') });
}

/** Adds one month to the training data of the example's repository. */
export async function addMonth(options: {
  readonly folder: string;
  readonly month: Month;
  readonly rows?: number;
}): Promise<void> {
  const { folder, month, rows = defaultRows.month } = options;
  await writeMonth({ month, rows, file: join(folder, monthPath(month)) });
}

const usage = `node examples/flights/prepare.ts FOLDER [--rows ${defaultRows.month}] [--month 2001-06]

Writes the example's repository into a new folder; with --month, adds that month to one that is there.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { rows: { type: 'string' }, month: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  const [folder] = positionals;
  const rows = Number(values.rows ?? defaultRows.month);
  const month = months.find((one) => one === values.month);
  const isWrong = folder === undefined || !Number.isSafeInteger(rows) || rows < 1 || (values.month ?? month) !== month;
  if (values.help || isWrong) {
    process.stdout.write(usage);
    process.exitCode = values.help ? 0 : 2;
  } else if (month !== undefined) {
    await addMonth({ folder, month, rows });
    process.stdout.write(`wrote ${join(folder, monthPath(month))}\n`);
  } else {
    await prepareRepository({ folder: resolve(folder), rows });
    process.stdout.write(`wrote ${folder}\nNext: cd ${folder} && git init && git add . && git commit -m "Flights"\n`);
  }
}

const entered = process.argv[1];
if (entered !== undefined && import.meta.url === pathToFileURL(resolve(entered)).href) await main();
