import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifest } from './sandbox-app.ts';

it('can neither deploy, nor decide for the reviewers of an environment, nor read secrets, nor write workflows', () => {
  const dangerous = ['administration', 'deployments', 'environments', 'secrets', 'workflows'];

  expect(Object.keys(manifest.default_permissions).filter((name) => dangerous.includes(name))).toEqual([]);
});

it('has no job that enters an environment', () => {
  const file = join(import.meta.dirname, '../../templates/workflows/siskin.yml');
  // The file is ours.
  const { jobs } = parse(readFileSync(file, 'utf8')) as { readonly jobs: Readonly<Record<string, object>> };

  expect(Object.keys(jobs).length).toBeGreaterThan(1);
  expect(Object.entries(jobs).filter(([, job]) => 'environment' in job)).toEqual([]);
});
