import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toolAt } from './tool.ts';

const root = join(import.meta.dirname, '../..');

/** Runs a script of scripts/ where it writes into a folder of its own, and gives that folder to the test. */
function regenerated(script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-goldens-'));
  cpSync(join(root, 'scripts', script), join(folder, 'scripts', script));
  for (const name of ['metrics', 'models', 'statistics'])
    cpSync(join(root, 'test/fixtures', name), join(folder, 'test/fixtures', name), { recursive: true });
  execFileSync(toolAt('SISKIN_PYTHON'), [join(folder, 'scripts', script)], {
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  return {
    read: (path: string) => readFileSync(join(folder, 'test/fixtures', path)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Where two documents differ by more than a tolerance (relative beyond 1), as paths; texts must be equal. */
function differences(a: unknown, b: unknown, tolerance: number, path = ''): readonly string[] {
  if (typeof a === 'number' && typeof b === 'number') {
    const isSame = Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
    return isSame ? [] : [`${path}: ${a} and ${b}`];
  }
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object')
    return a === b ? [] : [`${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`];
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    differences(left.get(key), right.get(key), tolerance, `${path}/${key}`),
  );
}

function committed(path: string): Buffer {
  return readFileSync(join(root, 'test/fixtures', path));
}

// Numbers by formula are equal to the last digits of a double; a fitted model only as far as its solver went.
it.each([
  ['goldens.py', 'statistics/distributions.json', 1e-12],
  ['goldens.py', 'statistics/two-samples.json', 1e-12],
  ['goldens.py', 'statistics/kolmogorov.json', 1e-12],
  ['goldens-metrics.py', 'metrics/goldens.json', 1e-12],
  ['model-fixtures.py', 'models/expected.json', 1e-5],
] as const)('%s writes the numbers of %s again, to %d', (script, file, tolerance) => {
  using fresh = regenerated(script);

  expect(
    differences(JSON.parse(fresh.read(file).toString()), JSON.parse(committed(file).toString()), tolerance),
  ).toEqual([]);
});

it('model-fixtures.py writes the holdout that is committed', () => {
  using fresh = regenerated('model-fixtures.py');

  expect(fresh.read('models/holdout.csv').toString()).toBe(committed('models/holdout.csv').toString());
});
