import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdoutUse, type Look, lookNumber } from '../../../src/evaluate/holdout/count-looks.ts';
import { spendings } from '../../../src/evaluate/holdout/holdout-use.ts';
import { lookError } from '../../../src/evaluate/holdout/spending.ts';

interface Goldens {
  readonly alpha: number;
  readonly spending: readonly {
    readonly rule: 'bonferroni' | 'pocock' | 'obrien-fleming';
    readonly planned: number;
    readonly errors: readonly number[];
  }[];
  readonly crossings: readonly { readonly rule: string; readonly kind: string; readonly chance: number }[];
}

const file = new URL('../../fixtures/comparison/goldens.json', import.meta.url);
const goldens: Goldens = JSON.parse(readFileSync(file, 'utf8'));

describe('the error of a look', () => {
  it.each(goldens.spending)('is that of scipy: $rule over $planned looks', ({ rule, planned, errors }) => {
    for (const [at, error] of errors.entries()) {
      const found = lookError(rule, { look: at + 1, planned, alpha: goldens.alpha });
      expect(Math.abs(found - error)).toBeLessThan(1e-9 * error + 1e-15);
    }
  });

  it.each(goldens.crossings)('adds up to no more than all: $rule, looks that are $kind', ({ chance }) => {
    expect(chance).toBeLessThanOrEqual(goldens.alpha + 1e-4);
  });

  it('adds up to all of it after the last look, and leaves nothing after that', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...spendings.filter((one) => one !== 'none')),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        (spend, planned, alpha) => {
          const errors = Array.from({ length: planned }, (_, at) => lookError(spend, { look: at + 1, planned, alpha }));
          expect(errors.every((error) => error >= 0)).toBe(true);
          expect(errors.reduce((sum, error) => sum + error, 0)).toBeCloseTo(alpha, 10);
          expect(lookError(spend, { look: planned + 1, planned, alpha })).toBe(0);
        },
      ),
    );
  });
});

describe('the number of a look', () => {
  const look = (holdout: string, candidate: string): Look => ({ holdout, candidate });

  it('counts other candidates on the same holdout, each once', () => {
    const looks = [look('h', 'a'), look('h', 'b'), look('h', 'a'), look('other', 'c')];

    expect(lookNumber(looks, look('h', 'd'))).toBe(3);
    expect(lookNumber(looks, look('h', 'b'))).toBe(2);
    expect(lookNumber([], look('h', 'a'))).toBe(1);
    expect(lookNumber(4, look('h', 'a'))).toBe(5);
  });

  it('is shown, and from the fifth on warns of luck', () => {
    const use = (looks: number) =>
      holdoutUse(looks, {
        current: look('h', 'x'),
        policy: { spend: 'none', looks: 10 },
        confidence: 0.95,
      });

    expect(use(3)).toMatchObject({ look: 4, planned: null, alpha: expect.closeTo(0.05, 12), warning: null });
    expect(use(9)?.warning).toContain('up to 22 %');
  });

  it('is nobody’s business where nobody counts, unless the error is to be spent', () => {
    const options = { current: look('h', 'x'), confidence: 0.95 } as const;

    expect(holdoutUse(null, { ...options, policy: { spend: 'none', looks: 10 } })).toBeNull();
    expect(holdoutUse(null, { ...options, policy: { spend: 'pocock', looks: 10 } })?.warning).toContain(
      'nobody counted',
    );
  });

  it('beyond those planned decides nothing any more', () => {
    const use = holdoutUse(3, {
      current: look('h', 'x'),
      policy: { spend: 'bonferroni', looks: 3 },
      confidence: 0.95,
    });

    expect(use).toMatchObject({ look: 4, planned: 3, isExhausted: true, alpha: expect.closeTo(0.05 / 3, 12) });
    expect(use?.warning).toContain('was to judge 3');
  });
});
