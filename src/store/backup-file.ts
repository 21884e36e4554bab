import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { AppError, messageOf } from '../error.ts';

/** What a backup begins with. */
export interface BackupHead {
  readonly format: typeof backupFormat;
  /** The number of the schema that the rows are of. */
  readonly schema: number;
  /** ISO 8601: the instant that the rows are of. */
  readonly at: string;
}

/** One row of a table, as the JSON that PostgreSQL made of it: numbers in it may be larger than JavaScript's. */
export interface BackupRow {
  readonly table: string;
  readonly json: string;
}

/** What the first line of every backup says it is. */
const backupFormat = 'siskin.backup/v1';

/**
 * Writes a backup: gzip of JSON lines, first a head, then `{"table":…,"row":…}` for each row, at last the number of rows
 * and the SHA-256 of all lines before. The file appears when it is whole. Returns the number of rows.
 */
export async function writeBackupFile(
  file: string,
  head: Omit<BackupHead, 'format'>,
  rows: AsyncIterable<BackupRow>,
): Promise<number> {
  if ((await stat(file).catch(() => null)) !== null) {
    throw new AppError(
      'conflict',
      `expected a file that is not there yet, found ${file}; name another one or delete it`,
    );
  }
  const partial = `${file}.partial`;
  let count = 0;
  async function* lines(): AsyncGenerator<string> {
    const hash = createHash('sha256');
    yield added(hash, JSON.stringify({ format: backupFormat, ...head }));
    for await (const { table, json } of rows) {
      count += 1;
      yield added(hash, `{"table":${JSON.stringify(table)},"row":${json}}`);
    }
    yield `${JSON.stringify({ rows: count, sha256: hash.digest('hex') })}\n`;
  }
  try {
    await pipeline(Readable.from(lines()), createGzip(), createWriteStream(partial, { mode: 0o600, flush: true }));
    await rename(partial, file);
  } catch (cause) {
    await rm(partial, { force: true });
    if (cause instanceof AppError || !isFileError(cause)) throw cause;
    throw new AppError(
      'world-broken',
      `expected to write ${file}, found ${messageOf(cause)}; check its folder and the room on the disk`,
      { cause },
    );
  }
  return count;
}

/** What takes the rows of a backup, in their order. */
export interface RowSink {
  add(row: BackupRow): Promise<void>;
  /** The backup was whole. */
  end(): Promise<void>;
}

/**
 * Reads a backup without holding more of it than a line: gives its head to `begin`, then each row to what that returns,
 * and says how many there were. AppError `bad-input` when it is no backup or not a whole one, which only its end tells:
 * what was done with the rows must be undone then.
 */
export async function readBackupFile(
  file: string,
  begin: (head: BackupHead) => Promise<RowSink>,
): Promise<{ readonly head: BackupHead; readonly rows: number }> {
  const hash = createHash('sha256');
  let open: { readonly head: BackupHead; readonly sink: RowSink } | null = null;
  let end: z.infer<typeof End> | null = null;
  let count = 0;
  for await (const line of linesOf(file)) {
    if (end !== null) throw unreadable(file, 'more after its end');
    if (open === null) {
      const head = headOf(file, line);
      open = { head, sink: await begin(head) };
      added(hash, line);
      continue;
    }
    const row = /^\{"table":"([a-z_]+)","row":(\{.*\})\}$/.exec(line);
    if (row?.[1] === undefined || row[2] === undefined) {
      end = endOf(file, line);
      continue;
    }
    added(hash, line);
    count += 1;
    await open.sink.add({ table: row[1], json: row[2] });
  }
  if (end === null || open === null) throw unreadable(file, 'that it has no end');
  if (end.rows !== count || end.sha256 !== hash.digest('hex')) throw unreadable(file, 'other rows than it says');
  await open.sink.end();
  return { head: open.head, rows: count };
}

/** The lines of a gzip file, as they are unpacked. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const text = input.pipe(createGunzip());
  input.on('error', (error) => text.destroy(error));
  text.setEncoding('utf8');
  let rest = '';
  const chunks: AsyncIterator<string> = text[Symbol.asyncIterator]();
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw unreadable(file, messageOf(cause), cause);
    });
    if (next.done === true) break;
    const lines = `${rest}${next.value}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function headOf(file: string, line: string): BackupHead {
  const head = Head.safeParse(parsed(line));
  if (!head.success) throw unreadable(file, 'something else');
  return head.data;
}

function endOf(file: string, line: string): z.infer<typeof End> {
  const end = End.safeParse(parsed(line));
  if (!end.success) throw unreadable(file, 'a line that is none of a backup');
  return end.data;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function unreadable(file: string, found: string, cause?: unknown): AppError {
  return new AppError(
    'bad-input',
    `expected a whole backup in ${file}, found ${found}; use a file that \`siskin backup\` wrote to its end`,
    { cause },
  );
}

function added(hash: Hash, line: string): string {
  const text = `${line}\n`;
  hash.update(text);
  return text;
}

function isFileError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}

const Head = z.strictObject({
  format: z.literal(backupFormat),
  schema: z.number().int().positive(),
  at: z.iso.datetime(),
});
const End = z.strictObject({ rows: z.number().int().nonnegative(), sha256: z.string() });
