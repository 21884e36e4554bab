import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { toolAt } from './tool.ts';

const root = join(import.meta.dirname, '../..');

const folders = new Map<string, string>();
afterAll(() => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
});

/** Runs a script of scripts/, once, where it writes into a folder of its own; returns the fixtures in that folder. */
function regenerated(script: string): string {
  const known = folders.get(script);
  if (known !== undefined) return join(known, 'test/fixtures');
  const folder = mkdtempSync(join(tmpdir(), 'siskin-goldens-'));
  folders.set(script, folder);
  cpSync(join(root, 'scripts', script), join(folder, 'scripts', script));
  for (const name of ['metrics', 'models', 'statistics'])
    cpSync(join(root, 'test/fixtures', name), join(folder, 'test/fixtures', name), { recursive: true });
  execFileSync(toolAt('SISKIN_PYTHON'), [join(folder, 'scripts', script)], {
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  return join(folder, 'test/fixtures');
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

function textIn(fixtures: string, path: string): string {
  return readFileSync(join(fixtures, path), 'utf8');
}

const committed = join(root, 'test/fixtures');

// Numbers by formula are equal to the last digits of a double; a fitted model only as far as its solver went.
it.each([
  ['goldens.py', 'statistics/distributions.json', 1e-12],
  ['goldens.py', 'statistics/two-samples.json', 1e-12],
  ['goldens.py', 'statistics/kolmogorov.json', 1e-12],
  ['goldens-metrics.py', 'metrics/goldens.json', 1e-12],
  ['goldens-task-metrics.py', 'metrics/tasks.json', 1e-12],
  ['goldens-validation.py', 'validation/association.json', 1e-12],
  ['goldens-comparison.py', 'comparison/goldens.json', 2e-4],
  ['model-fixtures.py', 'models/expected.json', 1e-5],
  ['goldens-tf-serving.py', 'tf-serving/messages.json', 0],
  ['goldens-anytime.py', 'anytime/rate-mixture.json', 1e-12],
  ['goldens-anytime.py', 'anytime/normal-mixture.json', 1e-12],
  ['goldens-anytime.py', 'anytime/two-by-two.json', 1e-9],
  ['goldens-explanation.py', 'explanation/goldens.json', 1e-5],
] as const)('%s writes the numbers of %s again, to %d', (script, file, tolerance) => {
  const fresh = regenerated(script);

  expect(differences(JSON.parse(textIn(fresh, file)), JSON.parse(textIn(committed, file)), tolerance)).toEqual([]);
});

it('model-fixtures.py writes the holdout that is committed', () => {
  expect(textIn(regenerated('model-fixtures.py'), 'models/holdout.csv')).toBe(textIn(committed, 'models/holdout.csv'));
});
