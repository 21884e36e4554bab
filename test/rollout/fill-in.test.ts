import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asItIs, asPlainWord, fillIn, inAddress, inPromql, inQuotes } from '../../src/rollout/fill-in.ts';
import { parseMatchers } from '../../src/rollout/metrics/label-matchers.ts';
import { parseSelector } from '../../src/rollout/metrics/prometheus-selector.ts';

describe('filling in', () => {
  it('replaces what is given, once, and leaves everything else', () => {
    const text = '{model} {arm} {version} {digest} {seconds} {other} {{version}} $1';

    expect(fillIn(text, { model: '{version}', version: '$&', seconds: '60' }, asItIs)).toBe(
      '{version} {arm} $& {digest} 60 {other} {$&} $1',
    );
  });

  it.each([
    [`a{b="{version}"}`, 'v"1\\', `a{b="v\\"1\\\\"}`],
    [`a{b='{version}'}`, `v"1'`, `a{b='v"1\\''}`],
    [`a{b=~"x|{version}"}`, 'v1.4|.*', `a{b=~"x|v1\\\\.4\\\\|\\\\.\\\\*"}`],
    ['a{b=`{version}`}', 'v`1', 'a{b=`v_1`}'],
    ['{version}_total', 'v1.4) or (x', 'v1_4__or__x_total'],
    [`a{b="{version}"}`, 'x\ny\u0000', `a{b="x\\ny "}`],
  ])('lets PromQL %s mean %j itself', (text, version, filled) => {
    expect(fillIn(text, { version }, inPromql)).toBe(filled);
  });

  it('ends no string and no selector of PromQL, whatever the version', () => {
    const text = `sum(a{b="{version}",c=~"{version}",d='{version}'})`;

    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'"\'\\`{}()[]|.*+?^$=,~# \n\0\u2028aé😀'), maxLength: 40 }),
        (version) => {
          const filled = fillIn(text, { version }, inPromql);
          expect(parseSelector(filled)).toMatchObject({ metric: 'a', labels: ['b', 'c', 'd'] });
          const meant = version.replaceAll(/[^\P{Cc}\n]/gu, ' ');
          expect(parseMatchers(fillIn('b="{version}"', { version }, inPromql))({ b: meant })).toBe(true);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it.each([
    [`SELECT 1 WHERE v = '{version}'`, `x' OR '1`, `SELECT 1 WHERE v = 'x\\' OR \\'1'`],
    [`T | where v == @"{version}"`, `x" or true //`, `T | where v == @"x__or_true___"`],
    ['T | where {version}', 'true or', 'T | where true_or'],
  ])('closes no quote of %s', (text, version, filled) => {
    expect(fillIn(text, { version }, inQuotes)).toBe(filled);
  });

  it('climbs out of no address', () => {
    expect(fillIn('/m/{version}', { version: '../../x?y#z' }, inAddress)).toBe('/m/..%2F..%2Fx%3Fy%23z');
    for (const version of ['', '.', '..'])
      expect(() => fillIn('/m/{version}', { version }, inAddress)).toThrow(/name it otherwise/);
  });

  it('takes plain words only where escapes are not documented', () => {
    expect(fillIn('{version}', { version: 'v1.4.0+build' }, asPlainWord)).toBe('v1.4.0+build');
    expect(() => fillIn('{version}', { version: `v'` }, asPlainWord)).toThrow(/name it otherwise/);
  });
});
