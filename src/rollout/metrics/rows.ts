import { AppError } from '../../error.ts';
import type { Edge, PartAnswer } from './parts.ts';

/**
 * The answer of a service that gives rows: one row with one number; for `buckets` rows of edge and cumulative count.
 * No row, or a null, is nothing. AppError `bad-input` for anything else.
 */
export function answerOfRows(part: string, rows: readonly (readonly unknown[])[]): PartAnswer {
  if (rows.length === 0) return { kind: 'nothing', reason: 'no row' };
  if (part === 'buckets')
    return { kind: 'buckets', buckets: rows.map(([edge, count]) => [edgeOf(edge), numberOf(part, count)]) };
  const [first = []] = rows;
  if (rows.length > 1 || first.length !== 1) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected one number, found ${rows.length} rows of ${first.length} columns; aggregate to one row with one column`,
    );
  }
  if (first[0] === null || first[0] === undefined) return { kind: 'nothing', reason: 'null' };
  return { kind: 'number', value: numberOf(part, first[0]) };
}

/** Databases write exact and large numbers as text. */
export function numberOf(part: string, value: unknown): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return Number(value);
  const found = typeof value === 'number' || value === 'NaN' ? 'NaN' : `a ${value === null ? 'null' : typeof value}`;
  throw new AppError('bad-input', `\`${part}\`: expected a number, found ${found}; correct the query`);
}

function edgeOf(value: unknown): Edge {
  return value === Number.POSITIVE_INFINITY || (typeof value === 'string' && /^\+?Inf(inity)?$/i.test(value))
    ? '+Inf'
    : numberOf('buckets', value);
}
