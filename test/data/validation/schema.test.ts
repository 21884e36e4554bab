import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSchema } from '../../../src/data/schema.ts';
import { durationSeconds, durationText } from '../../../src/data/validation/duration.ts';
import { secondsOfTime } from '../../../src/data/validation/time-text.ts';

test('the schema that docs/validation.md shows is valid', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/validation.md'), 'utf8');
  const shown = [...page.matchAll(/```yaml\n(version: 1\n[\s\S]*?)```/g)].map(([, text = '']) => text);

  expect(shown).toHaveLength(1);
  expect(shown.map((text) => parseSchema({ text, file: 's.yml' }).schema.version)).toEqual([1]);
});

describe('a schema says everything that is wrong with it', () => {
  test.each([
    ['a: { distribution: { shares: { x: 0.7, y: 0.7 }, max-l-infinity: 0.1 } }', 'shares of at most 1 together'],
    ['a: { distribution: { edges: [1, 2], bins: [0.5, 0.5], max-l-infinity: 0.1 } }', 'one share more in `bins`'],
    ['a: { distribution: { edges: [2, 1], bins: [0.2, 0.4, 0.4], max-l-infinity: 0.1 } }', 'ascending numbers'],
    ['a: { distribution: { shares: { x: 0.5 } } }', 'a bound (`max-l-infinity`'],
    ['a: { mean: {} }', '`min`, `max` or both'],
    ['a: { distinct: { min: 3, max: 2 } }', 'a min that is at most the max'],
    ['a: { max-age: soon }', 'a span of time such as 30m, 6h or 7d'],
    ['a: { min: "2026-02-30", type: timestamp }', 'a number or a time'],
    ['a: { warn: [mni] }', 'one of type, required'],
    ['a: { quantiles: { "95": { max: 1 } } }', 'a share from 0 to 1 such as "0.95"'],
  ])('%s: %s', (column, message) => {
    expect(() => parseSchema({ text: `version: 1\ncolumns:\n  ${column}\n`, file: 's.yml' })).toThrow(message);
  });

  test('a key that is nearly known is named in each part', () => {
    const text =
      'version: 1\nrow: { min: 1 }\ncolumns:\n  a: { references: { file: x.csv, column: id } }\nleakage: { target: y, max-asociation: 1 }\nexpressions: [{ tat: a }]\n';

    expect(() => parseSchema({ text, file: 's.yml' })).toThrow(
      /`row`; did you mean `rows`\?[\s\S]*`file`; did you mean `files`\?|`files`/,
    );
    expect(() => parseSchema({ text, file: 's.yml' })).toThrow(/did you mean `max-association`\?/);
    expect(() => parseSchema({ text, file: 's.yml' })).toThrow(/s\.yml:6:.*did you mean `that`\?/);
  });

  test('of a thousand columns with comments is read', () => {
    const columns = Array.from(
      { length: 1000 },
      (_, at) => `  # ${'seen '.repeat(20)}\n  column${at}: { type: number, nullable: false, min: 0 }`,
    );

    expect(
      Object.keys(parseSchema({ text: `version: 1\ncolumns:\n${columns.join('\n')}\n`, file: 's.yml' }).schema.columns),
    ).toHaveLength(1000);
  });
});

test.each([
  ['2026-01-31', 1_769_817_600],
  ['2026-01-31T12:00', 1_769_860_800],
  ['2026-01-31 12:00:00.5', 1_769_860_800.5],
  ['2026-01-31T12:00:00Z', 1_769_860_800],
  ['2026-01-31T12:00:00+02:00', 1_769_853_600],
  ['2026-02-30', null],
  ['2026-13-01', null],
  ['31.1.2026', null],
  ['Jan 31 2026', null],
])('the time %s is %s, on every machine', (text, seconds) => {
  expect(secondsOfTime(text)).toBe(seconds);
});

test.each([
  ['90s', 90, '90 s'],
  ['30m', 1800, '30 m'],
  ['36h', 129_600, '36 h'],
  ['7d', 604_800, '7 d'],
  ['2w', 1_209_600, '14 d'],
])('%s is %d seconds and is said as %s', (text, seconds, said) => {
  expect(durationSeconds(text)).toBe(seconds);
  expect(durationText(seconds)).toBe(said);
});
