import { describe, expect, it } from 'vitest';
import { matrixCombinations, matrixSuffix } from '../../../sandbox/runner/matrix.ts';

describe('a matrix', () => {
  it('multiplies its vectors in the order of the file', () => {
    expect(matrixCombinations({ os: ['linux', 'mac'], node: [22, 24] })).toEqual([
      { os: 'linux', node: 22 },
      { os: 'linux', node: 24 },
      { os: 'mac', node: 22 },
      { os: 'mac', node: 24 },
    ]);
  });

  it('leaves out what an exclusion describes in part', () => {
    const all = matrixCombinations({
      os: ['linux', 'mac'],
      node: [22, 24],
      exclude: [{ os: 'mac' }, { os: 'linux', node: 22 }],
    });

    expect(all).toEqual([{ os: 'linux', node: 24 }]);
  });

  it('adds inclusions as GitHub documents it', () => {
    const all = matrixCombinations({
      fruit: ['apple', 'pear'],
      animal: ['cat', 'dog'],
      include: [
        { color: 'green' },
        { color: 'pink', animal: 'cat' },
        { fruit: 'apple', shape: 'circle' },
        { fruit: 'banana' },
        { fruit: 'banana', animal: 'cat' },
      ],
    });

    expect(all).toEqual([
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  it('may consist of inclusions alone', () => {
    expect(matrixCombinations({ include: [{ a: 1 }, { a: 2 }] })).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('is refused when a vector is empty or too much is asked for', () => {
    const many = Array.from({ length: 17 }, (_, index) => index);

    expect(() => matrixCombinations({ job: [] })).toThrow('`strategy.matrix.job`');
    expect(() => matrixCombinations({ a: many, b: many })).toThrow('at most 256 combinations of the matrix, found 289');
    expect(() => matrixCombinations(['a'])).toThrow('to be a map');
  });

  it('names a combination by its values', () => {
    expect(matrixSuffix({ os: 'linux', job: { model: 'fraud', seed: 7 } })).toBe(' (linux, fraud, 7)');
    expect(matrixSuffix({})).toBe('');
  });
});
