import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelPolicy } from '../../src/policy/policy.ts';

/** Where scripts/model-fixtures.py wrote its models and their holdout. */
export const modelFolder = join(import.meta.dirname, '../fixtures/models');

/** A policy over the fixture holdout; each test states only what matters. */
export function policyFor(given: Readonly<Record<string, unknown>>): ModelPolicy {
  return ModelPolicy.parse({
    task: 'binary',
    target: 'late',
    features: ['amount', 'age'],
    data: { train: 'holdout.csv', holdout: 'holdout.csv' },
    metrics: { accuracy: { kind: 'info' } },
    ...given,
  });
}

/** A folder with these files, gone at the end of the test. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const path = mkdtempSync(join(tmpdir(), 'siskin-evaluate-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return {
    path,
    file: (name: string) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
