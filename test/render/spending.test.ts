import { describe, expect, it } from 'vitest';
import type { RunCost } from '../../src/decide/run-cost.ts';
import { costWords, hours, money, overrunFix, overrunSentence } from '../../src/render/spending.ts';

const plain = (text: string) => text.replaceAll('\u202F', ' ');

describe('an amount', () => {
  it.each([
    [0, '$0.00'],
    [210_000, '$0.21'],
    [1_234_567_890, '$1234.57'],
    [12_345_678_900, '$12 345.68'],
    [12_345, '$0.012'],
    [7, '$0.000007'],
  ])('of %i millionths is %s', (micros, words) => {
    expect(plain(money(micros, 'USD'))).toBe(words);
  });

  it('of a currency without a sign of its own is told by its code', () => {
    expect(plain(money(210_000, 'CHF'))).toBe('0.21 CHF');
  });

  it.each([
    [0, '0.00 h'],
    [36, '0.010 h'],
    [360, '0.10 h'],
    [90_000, '25.00 h'],
  ])('of %i seconds is %s', (seconds, words) => {
    expect(plain(hours(seconds))).toBe(words);
  });
});

describe('the run strip', () => {
  const cost: RunCost = {
    labels: ['gpu'],
    basis: 'past',
    estimate: { seconds: 400, micros: 250_000 },
    actual: { seconds: 372, micros: 210_000 },
    trainingSeconds: 350,
    currency: 'USD',
    left: { per: 'repository', window: 'day', person: 'ada', seconds: null, micros: 9_400_000, currency: 'USD' },
  };
  const words = (changes: Partial<RunCost>, on: 'gpu' | 'any' = 'any') =>
    costWords({ ...cost, ...changes }, on)
      .map(plain)
      .join(' · ');

  it('tells what it took, what it was thought to take, and what is left', () => {
    expect(words({})).toBe('0.10 runner h · $0.21 (estimated $0.25) · budget left today $9.40');
  });

  it('calls it GPU hours only where a GPU was seen at work, and of the training alone', () => {
    expect(words({}, 'gpu')).toBe('0.097 GPU h · $0.21 (estimated $0.25) · budget left today $9.40');
    expect(words({ trainingSeconds: null }, 'gpu')).toContain('0.10 runner h');
  });

  it('tells no money where nothing has a price, and no budget where none is limited', () => {
    expect(words({ currency: null, left: null })).toBe('0.10 runner h');
  });

  it('tells a time limit as what it is, not as an estimate', () => {
    expect(words({ actual: null, basis: 'limit', left: null })).toBe('set aside 0.11 h, $0.25');
    expect(words({ actual: null, left: null })).toBe('estimated 0.11 h, $0.25');
  });
});

describe('a budget that is used up', () => {
  const overrun = {
    limit: { per: 'person', window: 'month', seconds: 7200, micros: 10_000_000 },
    spent: { seconds: 3600, micros: 9_000_000 },
    wanted: { seconds: 1800, micros: 2_000_000 },
    basis: 'past',
    currency: 'EUR',
    person: 'ada',
    freesAt: '2026-04-01T00:00:00.000Z',
  } as const;

  it('is told by the bound that does not hold', () => {
    expect(plain(overrunSentence(overrun))).toBe(
      'the budget of `ada` this month has €1.00 left of €10.00, and this run would take about €2.00',
    );
    expect(plain(overrunSentence({ ...overrun, spent: { seconds: 6000, micros: 0 }, basis: 'limit' }))).toBe(
      'the budget of `ada` this month has 0.33 h left of 2.00 h, and this run would take up to 0.50 h',
    );
  });

  it('frees up at an instant, or not by itself', () => {
    const place = { head: 'b'.repeat(40), again: '/retry' };

    expect(overrunFix(overrun, place)).toBe(
      'It frees up at 2026-04-01 00:00 UTC: type `/retry` then. Somebody who may can let this commit exceed it: `/approve-budget @bbbbbbb`.',
    );
    expect(overrunFix({ ...overrun, freesAt: null }, place)).toContain('It does not free up by itself.');
  });
});
