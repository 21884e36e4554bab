import { AppError } from '../../error.ts';
import type { MetricQuestion } from '../../ports/metric-source.ts';
import { openQuote } from '../fill-in.ts';
import { windowOf } from './window.ts';

const placeholder = /\{(model|arm|version|seconds|from|to)\}/g;
const types: Readonly<Record<string, string>> = { seconds: 'integer', from: 'timestamptz', to: 'timestamptz' };

/** A query whose placeholders became parameters, so that no value is ever part of its text. AppError `bad-input` for one in quotes. */
export function parameterised(
  part: string,
  text: string,
  question: MetricQuestion,
): { readonly sql: string; readonly values: readonly unknown[] } {
  const { model, arm, version, from, to } = question;
  const window = windowOf(question);
  const given = { model, arm, version, from, to, seconds: Math.round((window.to - window.from) / 1000) };
  const values: unknown[] = [];
  let sql = '';
  let end = 0;
  for (const match of text.matchAll(placeholder)) {
    sql += text.slice(end, match.index);
    if (openQuote(sql.replaceAll('\\', ' ')) !== null) {
      throw new AppError(
        'bad-input',
        `\`${part}\`: expected ${match[0]} outside of quotes, found it within; it is a parameter and needs none`,
      );
    }
    // The pattern has exactly the names of `given`.
    values.push(given[match[1] as keyof typeof given]);
    sql += `$${values.length}::${types[match[1] ?? ''] ?? 'text'}`;
    end = match.index + match[0].length;
  }
  if (!values.some((_, index) => sql.includes(`$${index + 1}::timestamptz`))) {
    throw new AppError(
      'bad-input',
      `\`${part}\`: expected {from} and {to} in the query, found neither; count only what was exposed after {from}, up to {to}`,
    );
  }
  return { sql: (sql + text.slice(end)).replace(/;\s*$/, ''), values };
}
