import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { entersEnvironment } from '../../src/decide/rollout/observe-gate.ts';
import { errandWorkflow } from '../../src/rollout/errands/errand-plan.ts';
import { gateWorkflow } from '../../src/rollout/rollout-effect.ts';
import { manifest } from './sandbox-app.ts';

it('can neither change environments, nor decide for their reviewers, nor read secrets, nor write workflows', () => {
  const dangerous = ['administration', 'environments', 'secrets', 'workflows'];

  expect(Object.keys(manifest.default_permissions).filter((name) => dangerous.includes(name))).toEqual([]);
});

it('has no job that enters an environment, but the one that does nothing else', () => {
  const file = join(import.meta.dirname, '../../templates/workflows/siskin.yml');
  // The file is ours.
  const { jobs } = parse(readFileSync(file, 'utf8')) as { readonly jobs: Readonly<Record<string, object>> };

  expect(Object.keys(jobs).length).toBeGreaterThan(1);
  expect(Object.entries(jobs).filter(([, job]) => 'environment' in job)).toEqual([]);
  const gate = readFileSync(join(import.meta.dirname, '../../templates/workflows', gateWorkflow), 'utf8');
  expect(entersEnvironment(gate)).toBe(true);
  expect(gate).toContain('permissions: {}');
  expect(gate).not.toMatch(/uses:|secrets\.|continue-on-error/);
});

it('has one job that gets secrets of an environment, which runs nothing of the repository and may only prove who it is', () => {
  const file = join(import.meta.dirname, '../../templates/workflows', errandWorkflow);
  // The file is ours.
  const { permissions, jobs } = parse(readFileSync(file, 'utf8')) as {
    readonly permissions: object;
    readonly jobs: Readonly<
      Record<string, { readonly permissions: object; readonly steps: readonly Record<string, unknown>[] }>
    >;
  };
  const [job, ...others] = Object.values(jobs);

  expect([permissions, job?.permissions, others]).toEqual([{}, { 'id-token': 'write' }, []]);
  expect(job?.steps.map(({ uses, run }) => [uses, run])).toEqual([['siskin-dev/siskin/actions/rollout@v0', undefined]]);
});
