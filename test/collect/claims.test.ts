import { describe, expect, it } from 'vitest';
import { claimsProblem, type ExpectedClaims } from '../../src/collect/claims.ts';
import type { Claims } from '../../src/ports.ts';
import { someClaims } from '../proof-builder.ts';
import { aResult } from '../result-builder.ts';

const result = aResult({ finishedAt: '2026-05-01T10:05:00Z' });
const claims = someClaims({ result, bytes: '{}' });
const issued = Date.parse(result.finishedAt) / 1000;
const workflow = 'octo/flights/.github/workflows/siskin.yml@refs/heads/main';

const expected: ExpectedClaims = {
  audience: String(claims['aud']),
  repository: 'octo/flights',
  repositoryId: 1,
  runId: 7,
  attempt: 1,
  workflow: { path: '.github/workflows/siskin.yml', branch: 'main' },
  job: { startedAt: '2026-05-01T10:03:00Z', completedAt: '2026-05-01T10:06:00Z' },
};

function problem(changes: Claims, job = expected.job): string | null {
  return claimsProblem({ ...claims, ...changes }, { ...expected, job });
}

describe('the claims of a proof', () => {
  it('are right when job evaluate of the dispatched workflow asked for them', () => {
    expect(problem({})).toBeNull();
  });

  it('may spell owner and repository as GitHub does', () => {
    const spelt = workflow.replace('octo/flights', 'Octo/Flights');

    expect(problem({ repository: 'Octo/Flights', workflow_ref: spelt, job_workflow_ref: spelt })).toBeNull();
  });

  it.each<[string, Claims]>([
    ['aud', { aud: 'sts.amazonaws.com' }],
    ['aud', { aud: [claims['aud'], 'sts.amazonaws.com'] }],
    ['aud', { aud: String(claims['aud']).replace(':7:1:', ':7:2:') }],
    ['repository', { repository: 'eve/flights' }],
    ['repository', { repository: undefined }],
    ['repository_id', { repository_id: '2' }],
    ['repository_id', { repository_id: 1 }],
    ['run_id', { run_id: '8' }],
    ['run_attempt', { run_attempt: '2' }],
    ['event_name', { event_name: 'pull_request' }],
    ['workflow_ref', { workflow_ref: workflow.replace('main', 'feature') }],
    ['workflow_ref', { workflow_ref: workflow.replace('main', 'Main') }],
    ['workflow_ref', { workflow_ref: workflow.replace('siskin.yml', 'other.yml') }],
    ['workflow_ref', { workflow_ref: `eve/x/.github/workflows/siskin.yml@refs/heads/main` }],
    ['job_workflow_ref', { job_workflow_ref: `eve/x/.github/workflows/siskin.yml@refs/heads/main` }],
    ['job_workflow_ref', { job_workflow_ref: undefined }],
  ])('are refused for their %s in %o', (name, changes) => {
    expect(problem(changes)).toMatch(new RegExp(`^expected a token with the ${name} .*, found `));
  });

  it.each<[string, Claims, RegExp]>([
    ['before the job started', { iat: issued - 181, exp: issued + 119 }, /after it started at .*10:03:00Z/],
    ['and expired before the job started', { iat: issued - 3600, exp: issued - 3300 }, /after it started/],
    ['after the job had ended', { iat: issued + 121, exp: issued + 421 }, /before it ended at .*10:06:00Z/],
    ['at no time', { iat: undefined }, /found iat none/],
    ['at a time in words', { iat: '2026-05-01' }, /found iat 2026-05-01/],
    ['for ever', { exp: undefined }, /exp none/],
    ['to expire at once', { exp: issued }, /issued and expires later/],
    ['beyond all time', { iat: 1e300, exp: 1e301 }, /found one of no known time/],
  ])('are refused when they were issued %s', (_, changes, message) => {
    expect(problem(changes)).toMatch(message);
  });

  it('may be off by a minute, and are not held against the time of collection', () => {
    expect(problem({ iat: issued - 179, exp: issued })).toBeNull();
    expect(problem({ iat: issued + 119, exp: issued + 120 })).toBeNull();
  });

  it('are held against no time that GitHub does not tell', () => {
    expect(problem({ iat: 1, exp: 2 }, { startedAt: null, completedAt: null })).toBeNull();
  });
});
