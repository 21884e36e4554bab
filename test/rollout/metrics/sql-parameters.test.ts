import { describe, expect, it } from 'vitest';
import { parameterised } from '../../../src/rollout/metrics/sql-parameters.ts';
import { questionOf } from './source-contract.ts';

const question = questionOf({}, { version: "v1'; DROP TABLE users; --" });

describe('a query with placeholders', () => {
  it('holds no value, however hostile', () => {
    const text = 'SELECT count(*) FROM p WHERE v = {version} AND at > {from} AND at <= {to} AND {seconds} > 0;';

    expect(parameterised('requests', text, question)).toEqual({
      sql: 'SELECT count(*) FROM p WHERE v = $1::text AND at > $2::timestamptz AND at <= $3::timestamptz AND $4::integer > 0',
      values: ["v1'; DROP TABLE users; --", '2026-03-01T12:00:00Z', '2026-03-01T12:01:00Z', 60],
    });
  });

  it.each(["v = '{version}'", 'v = "{version}"', "v = 'it''s {version}'", "v = '\\{version}'"])(
    'is refused with a placeholder in quotes: %s',
    (text) => {
      expect(() => parameterised('requests', `SELECT 1 WHERE at > {from} AND ${text}`, question)).toThrow(
        /outside of quotes/,
      );
    },
  );

  it('is refused without a window', () => {
    expect(() => parameterised('requests', 'SELECT count(*) FROM p', question)).toThrow(/expected \{from\} and \{to\}/);
  });
});
