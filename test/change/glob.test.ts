import { matchesGlob } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderMatcher, globMatcher, globReach } from '../../src/change/glob.ts';

test.each([
  ['**', '.github/workflows/a.yml', true],
  ['*.csv', 'a.csv', true],
  ['*.csv', 'data/a.csv', false],
  ['**/*.csv', 'a.csv', true],
  ['**/*.csv', 'data/b/a.csv', true],
  ['data/**', 'data/b/a.csv', true],
  ['data/**', 'data', true],
  ['data/**', 'database/a.csv', false],
  ['data', 'data/a.csv', false],
  ['a/**/z/*.{ts,js}', 'a/b/c/z/m.js', true],
  ['a/**/z/*.{ts,js}', 'a/z/m.py', false],
  ['{a,b}{1,2}', 'b2', true],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['a.c', 'abc', false],
  ['(a+)+$', '(a+)+$', true],
  ['./data/*.csv', 'data/a.csv', true],
])('%s on %s: %s', (glob, path, expected) => {
  expect(globMatcher([glob])(path)).toBe(expected);
});

test('agrees with Node on every glob of stars and letters', () => {
  const segment = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 4 });
  const part = fc.oneof(segment, fc.constant('**'));
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });

  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.array(name, { minLength: 1, maxLength: 4 }),
      (parts, names) => {
        // Two stars inside a segment mean one star to us and a question of version to others.
        fc.pre(parts.every((text) => text === '**' || !text.includes('**')) && parts.at(-1) !== '**');
        expect(globMatcher([parts.join('/')])(names.join('/'))).toBe(matchesGlob(names.join('/'), parts.join('/')));
      },
    ),
    { numRuns: 2000 },
  );
});

test('a hostile glob takes no time that anybody notices', () => {
  const started = process.cpuUsage();

  expect(globMatcher([`${'*a'.repeat(200)}b`])('a'.repeat(4000))).toBe(false);
  expect(globMatcher([`${'**/a/'.repeat(60)}b`])('a/'.repeat(2000))).toBe(false);
  expect(globMatcher(['{a,b}'.repeat(60)])('a')).toBe(false);

  expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
});

test('a folder is reached by a glob that can match something in it', () => {
  const reach = globReach(['data/train/*.csv', 'raw/**/x.csv', 'labels']);

  expect(['data', 'data/train', 'raw/2001', 'labels', 'labels/deep'].map(reach)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(['data/test', 'database', 'models'].map(reach)).toEqual([false, false, false]);
});

test('a named folder holds its files', () => {
  const matches = folderMatcher(['out/model/', 'data/*']);

  expect(['out/model', 'out/model/a/b.bin', 'data/2001/x.csv'].map(matches)).toEqual([true, true, true]);
  expect(matches('out/models/x')).toBe(false);
});
