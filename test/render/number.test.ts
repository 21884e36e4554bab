import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bytes,
  change,
  count,
  counted,
  decimalsFor,
  duration,
  fixed,
  milliseconds,
  pair,
  percent,
  probability,
  signed,
  significant,
} from '../../src/render/number.ts';

/** Narrow no-break spaces, as plain ones: tables are read by people. */
const spaced = (shown: string) => shown.replaceAll('\u202f', ' ');

describe('numbers', () => {
  test.each([
    [0.0045, 4],
    [0.0021, 4],
    [0.023, 3],
    [0.00995, 3],
    [0.0099, 4],
    [0.0999, 2],
    [1.2, 1],
    [12, 0],
    [340, 0],
    [1e-12, 8],
    [0, 4],
    [Number.NaN, 4],
  ])('an interval half as wide as %d is shown with %i decimals', (halfWidth, decimals) => {
    expect(decimalsFor(halfWidth)).toBe(decimals);
  });

  test.each([
    [0.73124, 4, '0.7312'],
    [-0.5, 1, '−0.5'],
    [-0.00001, 4, '0.0000'],
    [-0, 2, '0.00'],
    [1234, 0, '1234'],
    [12345.6, 1, '12 345.6'],
    [1234567, 0, '1 234 567'],
    [Number.NaN, 2, '—'],
    [Number.POSITIVE_INFINITY, 2, '—'],
    [1e21, 2, '1.0×10²¹'],
  ])('%d with %i decimals is %s', (value, decimals, shown) => {
    expect(spaced(fixed(value, decimals))).toBe(shown);
  });

  test.each([
    [0.0086, 4, '+0.0086'],
    [-0.0019, 4, '−0.0019'],
    [0.00001, 4, '0.0000'],
    [-0.00001, 4, '0.0000'],
    [0, 2, '0.00'],
  ])('the difference %d with %i decimals is %s', (value, decimals, shown) => {
    expect(signed(value, decimals)).toBe(shown);
  });

  test.each([
    [0.14123, 2, '0.14'],
    [0.0041, 2, '0.0041'],
    [0, 3, '0'],
    [1.5e-9, 2, '1.5×10⁻⁹'],
    [9.996, 3, '10.0'],
    [123456, 3, '123 456'],
    [-2.5, 2, '−2.5'],
  ])('%d to %i digits is %s', (value, digits, shown) => {
    expect(spaced(significant(value, digits))).toBe(shown);
  });

  test.each([
    [6.412, 9.037, '6.4 → 9.0'],
    [13.42, 13.11, '13.42 → 13.11'],
    [0.123, 0.123, '0.123 → 0.123'],
    [1_000_000, 1_512_683, '1 000 000 → 1 512 683'],
    [0, 0, '0 → 0'],
    [0.1, 0.100004, '0.10000 → 0.10000'],
    [1e-9, 2e-9, '1.0×10⁻⁹ → 2.0×10⁻⁹'],
  ])('%d and %d are told apart as %s', (before, after, shown) => {
    expect(spaced(pair(before, after).join(' → '))).toBe(shown);
  });

  test.each([
    [0, '0 %'],
    [0.195, '19.5 %'],
    [0.2, '20 %'],
    [1, '100 %'],
    [0.98123, '98.1 %'],
    [0.0021, '0.21 %'],
    [0.00001, '< 0.01 %'],
    [-0.25, '−25 %'],
  ])('the share %d is %s', (share, shown) => {
    expect(spaced(percent(share))).toBe(shown);
  });

  test.each([
    [2, 3, '+50 %'],
    [3, 2, '−33.3 %'],
    [0, 0, '0 %'],
    [0, 5, 'new'],
    [1, 1, '0 %'],
    [1, 5000, '+499 900 %'],
  ])('from %d to %d is %s', (before, after, shown) => {
    expect(spaced(change(before, after))).toBe(shown);
  });

  test.each([
    [0, '0.0 s'],
    [3.21, '3.2 s'],
    [9.96, '0:10'],
    [41, '0:41'],
    [372, '6:12'],
    [3723, '1:02:03'],
    [3599.6, '1:00:00'],
    [-1, '—'],
  ])('%d seconds are %s', (seconds, shown) => {
    expect(spaced(duration(seconds))).toBe(shown);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [41208, '41.2 kB'],
    [999_999, '1.00 MB'],
    [27_600_000, '27.6 MB'],
    [3e15, '3.00 PB'],
    [-41208, '−41.2 kB'],
  ])('%d bytes are %s', (value, shown) => {
    expect(spaced(bytes(value))).toBe(shown);
  });

  test.each([
    [0, '< 10⁻¹²'],
    [1e-5, '1.0×10⁻⁵'],
    [0.031, '0.031'],
    [1, '1.0'],
  ])('the probability %d is %s', (value, shown) => {
    expect(probability(value)).toBe(shown);
  });

  test('things are counted with their noun', () => {
    expect(
      [counted(1, 'row'), counted(502_222, 'row'), spaced(count(41_000)), spaced(milliseconds(1.934))].map(spaced),
    ).toEqual(['1 row', '502 222 rows', '41 000', '1.93 ms']);
  });

  test('never show a minus before nothing, never a NaN, whatever comes', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.integer({ min: 0, max: 8 }), (a, b, digits) => {
        const all = [
          fixed(a, digits),
          signed(a, digits),
          significant(a, digits + 1),
          ...pair(a, b),
          percent(a),
          change(a, b),
          bytes(a),
          duration(a),
        ];

        for (const shown of all) {
          expect(shown).not.toMatch(/NaN|Infinity|-/);
          expect(shown).not.toMatch(/^[−+]0(\.0*)?(\u202f%| B)?$/u);
        }
      }),
    );
  });
});
