import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import { candidateIn, refuseCode } from '../../src/registry/candidate-files.ts';
import { indexOf } from '../../src/registry/stores/artifact-store.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';

const weights = '{"modelTopology": {}, "weightsManifest": [{"paths": ["w.bin"]}]}';
const pickle = '\u0000cos\nsystem\n(S"id"\ntR.';

/** A TensorFlow.js model of these files, on this disk. */
function candidate(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`model/${name}`, text])),
  );
  const listed = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => ({ path, digest: digestOf(text), bytes: Buffer.byteLength(text) }));
  const digest = digestOf(indexOf(listed));
  const request = {
    ...({
      id: 'c',
      model: 'late',
      version: '1.0.0',
      versionBy: 'next',
      part: 'minor',
      claim: 'c',
      commit: '1',
    } as const),
    ...({
      source: { kind: 'run', runId: 7, artifact: 'a' },
      digest,
      bytes: 1,
      format: 'tfjs',
      number: 5,
      by: 'ada',
    } as const),
  };
  const found = candidateIn(join(folder.path, 'model'), request);
  return { found, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe('a candidate', () => {
  it('of data is taken', () => {
    using one = candidate({ 'model.json': weights, 'w.bin': '\u0001\u0000', 'labels.txt': 'late' });

    expect(one.found.files.map(({ path }) => path)).toEqual(['labels.txt', 'model.json', 'w.bin']);
    expect(() => refuseCode(one.found, [])).not.toThrow();
  });

  it('with a file that can run code is refused, each such file by name, unless its format is waived', () => {
    using one = candidate({
      'model.json': weights,
      'w.bin': '\u0001\u0000',
      'prep.pkl': pickle,
      'x.dat': '\u0000\u0002',
    });

    expect(() => refuseCode(one.found, [])).toThrow(/`prep\.pkl`.*pickle, which can run code.*`x\.dat`.*not known/);
    expect(() => refuseCode(one.found, ['pickle'])).toThrow(/^expected `x\.dat`/);
    expect(() => refuseCode(one.found, ['pickle', 'unknown'])).not.toThrow();
  });
});
