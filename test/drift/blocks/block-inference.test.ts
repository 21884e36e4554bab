import { describe, expect, test } from 'vitest';
import { blockedCells, blockInference } from '../../../src/drift/blocks/block-inference.ts';
import { chiSquareHomogeneity } from '../../../src/drift/chi-square.ts';
import { randomNumbers } from '../../data/profile-of.ts';

type Groups = ReadonlyMap<string, Float64Array>;

/** Blocks of rows over five cells; `alike` of the rows of a block are all in one cell of its own. */
function blocks(options: { readonly count: number; readonly alike: number; readonly seed: number }): Groups {
  const random = randomNumbers(options.seed);
  return new Map(
    Array.from({ length: options.count }, (_, block) => {
      const cells = new Float64Array(5);
      const own = Math.floor(5 * random());
      for (let row = 0; row < 40; row += 1) {
        const cell = random() < options.alike ? own : Math.floor(5 * random());
        cells[cell] = (cells[cell] ?? 0) + 1;
      }
      return [String(options.seed * 1000 + block), cells] as const;
    }),
  );
}

function inference(reference: Groups, current: Groups) {
  const cells = blockedCells({ reference, current }, [0, 1, 2, 3, 4]);
  return blockInference({ tested: cells, distances: cells, stability: cells, z: 2.576 });
}

function independent(reference: Groups, current: Groups): number {
  const sum = (groups: Groups) =>
    [0, 1, 2, 3, 4].map((cell) => [...groups.values()].reduce((all, each) => all + (each[cell] ?? 0), 0));
  return chiSquareHomogeneity({ reference: sum(reference), current: sum(current) }).pValue;
}

describe('whole blocks', () => {
  test('of independent rows say about what the rows say', () => {
    const [a, b] = [blocks({ count: 200, alike: 0, seed: 1 }), blocks({ count: 200, alike: 0, seed: 2 })];

    const { pValue, designEffect } = inference(a, b);

    expect(designEffect).toBeLessThan(1.3);
    expect(Math.abs(pValue - independent(a, b))).toBeLessThan(0.1);
  });

  test('of rows that are alike take back what independent rows would be sure of', () => {
    let [wrong, kept] = [0, 0];
    for (let run = 1; run <= 20; run += 1) {
      const [a, b] = [blocks({ count: 25, alike: 0.5, seed: run }), blocks({ count: 25, alike: 0.5, seed: 100 + run })];
      if (independent(a, b) <= 0.05) wrong += 1;
      if (inference(a, b).pValue <= 0.05) kept += 1;
    }

    expect(wrong).toBeGreaterThanOrEqual(12);
    expect(kept).toBeLessThanOrEqual(3);
  });

  test('weigh by what they are, not by where they stand', () => {
    const [a, b] = [blocks({ count: 40, alike: 0.4, seed: 7 }), blocks({ count: 30, alike: 0.4, seed: 8 })];
    const reversed = (groups: Groups) => new Map([...groups].reverse());

    expect(inference(reversed(a), reversed(b))).toEqual(inference(a, b));
  });

  test('that are the same on both sides differ in nothing', () => {
    const a = blocks({ count: 30, alike: 0.5, seed: 3 });

    expect(inference(a, a)).toMatchObject({ pValue: 1, distance: { value: 0, low: 0, high: 0 } });
  });
});
