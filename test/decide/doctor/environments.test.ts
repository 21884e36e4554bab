import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { environmentFindings } from '../../../src/decide/doctor/environment-findings.ts';
import { known, unknown } from '../../../src/facts/answered.ts';

const shipped = readFileSync(join(import.meta.dirname, '../../../templates/workflows/siskin-environment.yml'), 'utf8');
const guarded = known(['production']);

it('says nothing of environments that nothing guards', () => {
  expect(environmentFindings({ guarded: known([]), text: null })).toEqual([]);
});

it.each([
  ['ok', shipped, 'rollouts to `production` wait for their rules'],
  ['problem', null, 'GitHub guards `production`, and there is no'],
  ['problem', shipped.replace(/^ {4}environment:.*$/m, ''), 'can end well outside of the environment'],
  ['problem', 'jobs: [', 'can end well outside of the environment'],
] as const)('is %s where the workflow that asks reviewers is %j', (state, text, found) => {
  expect(environmentFindings({ guarded, text })).toMatchObject([{ state, found: expect.stringContaining(found) }]);
});

it('doubts what GitHub does not tell', () => {
  expect(environmentFindings({ guarded: unknown('GitHub did not answer'), text: shipped })).toMatchObject([
    { state: 'unverified' },
  ]);
});
