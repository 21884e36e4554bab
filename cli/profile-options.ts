import type { PairRequest } from '../src/data/pair-scan.ts';
import { type SqlDialectName, sqlDialects } from '../src/data/sql/sql-dialect.ts';
import { AppError } from '../src/error.ts';
import { type CommandOptions, flag, type Invocation, listOption, textOption } from './command.ts';

/** Options of `siskin profile` alone. */
export const profileOptions: CommandOptions = {
  merge: { type: 'boolean', help: 'merge profile documents into that of all their rows' },
  shard: { type: 'string', value: 'K/N', help: 'profile every N-th file only, from the K-th on' },
  pairs: { type: 'boolean', help: 'also how all pairs of numbers, and all pairs of texts, go together' },
  pair: { type: 'string', multiple: true, value: 'X,Y', help: 'also how two columns go together' },
  emit: { type: 'string', value: 'sql', help: 'print a query that gives the same profile where the data lie' },
  dialect: { type: 'string', value: sqlDialects.join('|'), help: 'with --emit sql: whose SQL (default duckdb)' },
  table: { type: 'string', value: 'TABLE', help: 'with --emit sql: the table as SQL names it (default data)' },
  columns: {
    type: 'string',
    multiple: true,
    value: 'NAME:KIND',
    help: 'with SQL: the columns, where no data show them; kinds are number, boolean, timestamp, string',
  },
  'from-sql-result': { type: 'string', value: 'FILE', help: 'make a profile of what that query gave' },
};

/** Which pairs were asked for. Throws `bad-input` for what is no pair. */
export function pairsOf(invocation: Invocation): PairRequest | undefined {
  const named = listOption(invocation, 'pair');
  if (flag(invocation, 'pairs')) return 'all';
  if (named.length === 0) return undefined;
  return named.map((text) => {
    const [x, y, ...more] = text.split(',');
    if (x && y && more.length === 0) return [x, y] as const;
    throw new AppError('bad-input', `expected --pair X,Y, found ${JSON.stringify(text)}; name two columns`);
  });
}

/** Whose SQL was asked for; null without --emit. Throws `bad-input` for an engine that is not known. */
export function emittedDialect(invocation: Invocation): SqlDialectName | null {
  const emitted = textOption(invocation, 'emit');
  if (emitted === undefined) return null;
  if (emitted !== 'sql')
    throw new AppError('bad-input', `expected --emit sql, found ${JSON.stringify(emitted)}; correct it`);
  const name = textOption(invocation, 'dialect') ?? 'duckdb';
  const known = sqlDialects.find((one) => one === name);
  if (known !== undefined) return known;
  throw new AppError(
    'bad-input',
    `expected --dialect ${sqlDialects.join(', ')}, found ${JSON.stringify(name)}; choose one`,
  );
}

/** Which of the files to take: `2/8` is the second of every eight. Throws `bad-input` for other words. */
export function shardOf(invocation: Invocation): { readonly index: number; readonly count: number } | null {
  const text = textOption(invocation, 'shard');
  if (text === undefined) return null;
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && index >= 1 && index <= count) return { index, count };
  throw new AppError('bad-input', `expected --shard K/N with K from 1 to N, found ${JSON.stringify(text)}; correct it`);
}
