import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import { type AuditEnd, type AuditFilter, hasAudit, pruneAudit, readAudit, verifyAudit } from '../src/store/audit.ts';
import type { Database } from '../src/store/database.ts';
import { type DatabasePlace, openDatabase } from '../src/store/place.ts';
import { type AuditFormat, auditFormats, auditPrinter } from './audit-format.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { placeIn, shownPlace } from './database-place.ts';

/** `siskin audit`: prints who caused what, proves that nothing of it was changed, or forgets what is old. */
export const auditCommand: Command = {
  usage: 'audit [--since T] [--until T] [--repository OWNER/NAME] [--who LOGIN] [--format FORMAT]',
  options: {
    since: { type: 'string', value: 'TIME', help: 'from then on, e.g. 2026-03-01 or 2026-03-01T18:00Z' },
    until: { type: 'string', value: 'TIME', help: 'before then' },
    repository: { type: 'string', value: 'OWNER/NAME', help: 'of this repository only' },
    who: { type: 'string', value: 'LOGIN', help: 'by this person only' },
    format: { type: 'string', value: 'FORMAT', help: `${auditFormats.join(', ')}; a table by default` },
    verify: { type: 'boolean', help: 'check that no entry was changed, taken out or put in' },
    noted: { type: 'string', value: 'END', help: 'with --verify: the end that an earlier --verify showed' },
    'prune-before': { type: 'string', value: 'TIME', help: 'forget the entries from before then, for ever' },
    database: { type: 'string', value: 'URL', help: 'the PostgreSQL server; the environment says it by default' },
    data: { type: 'string', value: 'FOLDER', help: 'the data folder of an App that is not running' },
  },
  async run(invocation) {
    const filter = filterFrom(invocation);
    const format = formatFrom(invocation);
    const noted = endFrom(textOption(invocation, 'noted'));
    const before = instantFrom(invocation, 'prune-before');
    refuseMixture(invocation, filter);
    await using database = await openLog(placeFrom(invocation));
    if (flag(invocation, 'verify')) return await verify(invocation, database, noted);
    if (before !== null) return await prune(invocation, database, before);
    const { head, row, foot } = auditPrinter(format);
    invocation.stdout.write(head);
    let position: 'first' | 'later' = 'first';
    for await (const entry of readAudit(database, filter)) {
      invocation.stdout.write(row(entry, position));
      position = 'later';
    }
    invocation.stdout.write(foot);
    return exitCodes.pass;
  },
};

async function verify(invocation: Invocation, database: Database, noted: AuditEnd | null): Promise<ExitCode> {
  const verdict = await verifyAudit(database, noted);
  const { stdout } = invocation;
  if (flag(invocation, 'json')) stdout.write(`${JSON.stringify(verdict)}\n`);
  else if (verdict.kind === 'broken') {
    stdout.write(`Broken at entry ${verdict.number}: found ${verdict.found}. Compare with a backup.\n`);
  } else {
    const { entries, first, end } = verdict;
    stdout.write(
      `Intact: ${entries} entries, from ${first} to ${end.number}. Note this end elsewhere, and give it to --noted later:\n${end.number}:${end.digest}\n`,
    );
  }
  return verdict.kind === 'intact' ? exitCodes.pass : exitCodes.gateFailed;
}

async function prune(invocation: Invocation, database: Database, before: string): Promise<ExitCode> {
  const by = { login: userInfo().username, kind: 'person' } as const;
  const forgotten = await pruneAudit(database, { before, by, at: new Date().toISOString() });
  const { stdout } = invocation;
  stdout.write(
    flag(invocation, 'json')
      ? `${JSON.stringify({ forgotten, before })}\n`
      : `Forgot ${forgotten} entries from before ${before}${forgotten === 0 ? '' : ', and wrote down that it was done'}.\n`,
  );
  return exitCodes.pass;
}

/** Opens the database of an App. One in a folder belongs to a single process, and nothing is made where none is. */
async function openLog(place: DatabasePlace): Promise<Database> {
  if (place.kind === 'folder' && !existsSync(join(place.path, 'postgres'))) {
    throw new AppError(
      'not-found',
      `expected a database in ${place.path}, found none; name its folder with --data, or its server with --database`,
    );
  }
  const database = await openDatabase(place).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    throw new AppError(
      'conflict',
      `expected ${shownPlace(place)} to be free, found the running App in it; stop the App first, or let it use PostgreSQL, whose log can be read at any time`,
      { cause: error },
    );
  });
  if (await hasAudit(database)) return database;
  await database[Symbol.asyncDispose]();
  throw new AppError(
    'not-found',
    `expected an audit log in ${shownPlace(place)}, found none; it is kept from the first start of this version on`,
  );
}

function placeFrom(invocation: Invocation): DatabasePlace {
  const url = textOption(invocation, 'database');
  const folder = textOption(invocation, 'data');
  if (url !== undefined && folder !== undefined) {
    throw new AppError('bad-input', 'expected --database or --data, found both; give one of them');
  }
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    throw new AppError(
      'bad-input',
      'expected --database postgres://…, found another address; give that of a PostgreSQL',
    );
  }
  if (url !== undefined) return { kind: 'postgres', url };
  if (folder !== undefined) return { kind: 'folder', path: resolve(invocation.folder, folder) };
  return placeIn(invocation.folder);
}

function filterFrom(invocation: Invocation): AuditFilter {
  const repository = textOption(invocation, 'repository') ?? null;
  if (repository !== null && !/^[^/\s]+\/[^/\s]+$/.test(repository)) {
    throw new AppError(
      'bad-input',
      `expected --repository owner/name, found ${JSON.stringify(repository)}; write both, as GitHub does`,
    );
  }
  const who = textOption(invocation, 'who')?.replace(/^@/, '') ?? null;
  return { since: instantFrom(invocation, 'since'), until: instantFrom(invocation, 'until'), repository, who };
}

function formatFrom(invocation: Invocation): AuditFormat {
  const named = textOption(invocation, 'format') ?? (flag(invocation, 'json') ? 'json' : 'table');
  const format = auditFormats.find((known) => known === named);
  if (format !== undefined) return format;
  throw new AppError(
    'bad-input',
    `expected --format to be one of ${auditFormats.join(', ')}, found ${JSON.stringify(named)}; name one of them`,
  );
}

/** ISO 8601 in UTC; null when the option was not given. A day begins at midnight UTC. */
function instantFrom(invocation: Invocation, option: 'since' | 'until' | 'prune-before'): string | null {
  const text = textOption(invocation, option);
  if (text === undefined) return null;
  const isWhole = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = isWhole ? Date.parse(text) : Number.NaN;
  // Date.parse takes the 31st of every month.
  if (!Number.isNaN(at) && (text.length > 10 || new Date(at).toISOString().startsWith(text))) {
    return new Date(at).toISOString();
  }
  throw new AppError(
    'bad-input',
    `expected --${option} to be a day or an instant, found ${JSON.stringify(text)}; write e.g. 2026-03-01 or 2026-03-01T18:00Z`,
  );
}

function endFrom(text: string | undefined): AuditEnd | null {
  if (text === undefined) return null;
  const [, number, hex] = /^(\d{1,15}):sha256:([0-9a-f]{64})$/.exec(text) ?? [];
  if (number !== undefined && hex !== undefined) return { number: Number(number), digest: `sha256:${hex}` };
  throw new AppError(
    'bad-input',
    `expected --noted as --verify shows it, found ${JSON.stringify(text)}; copy the whole line, e.g. 24:sha256:…`,
  );
}

/** What forgets, proves and prints is asked for one at a time. */
function refuseMixture(invocation: Invocation, filter: AuditFilter): void {
  const prunes = textOption(invocation, 'prune-before') !== undefined;
  const verifies = flag(invocation, 'verify');
  const filters = Object.values(filter).some((value) => value !== null);
  if (prunes && verifies) {
    throw new AppError('bad-input', 'expected --verify or --prune-before, found both; give one of them');
  }
  if ((prunes || verifies) && filters) {
    throw new AppError(
      'bad-input',
      'expected the whole log, found a filter; leave --since, --until, --repository, --who out',
    );
  }
  if (!verifies && textOption(invocation, 'noted') !== undefined) {
    throw new AppError('bad-input', 'expected --noted together with --verify, found it alone; add --verify');
  }
}
