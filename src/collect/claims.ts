import type { Claims } from '../ports.ts';

/** What the token of a result must say. */
export interface ExpectedClaims {
  readonly audience: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly repositoryId: number;
  readonly runId: number;
  readonly attempt: number;
  /** The only workflow whose job `evaluate` counts: this file, as it is on this branch. */
  readonly workflow: { readonly path: string; readonly branch: string };
  /** When job `evaluate` ran, as GitHub says (ISO 8601); null for what GitHub does not say. */
  readonly job: { readonly startedAt: string | null; readonly completedAt: string | null };
}

/** GitHub's token service and its jobs have different clocks, the latter in whole seconds. */
const toleranceMs = 60_000;

/**
 * What is wrong with the claims of a token whose signature and issuer are right, as `expected …, found …`; null when they
 * are those of the job that was asked for. See https://docs.github.com/actions/reference/security/oidc
 *
 * Times: a token must have been issued while job `evaluate` ran. Its expiry, minutes later, is not held against the
 * present: results are collected when GitHub tells, perhaps hours afterwards, and a token that was asked for in time
 * and names these bytes does not become less true. So an earlier execution's token fails although its run is the same.
 */
export function claimsProblem(claims: Claims, expected: ExpectedClaims): string | null {
  const { repository, workflow } = expected;
  const said = String(claims['repository']);
  // Names differ in case only between what people type and what GitHub keeps; branches and paths do not.
  const ref = `${said}/${workflow.path}@refs/heads/${workflow.branch}`;
  const identities: readonly (readonly [string, unknown, unknown])[] = [
    ['aud', claims['aud'], expected.audience],
    ['repository', said.toLowerCase(), repository.toLowerCase()],
    ['repository_id', claims['repository_id'], String(expected.repositoryId)],
    ['run_id', claims['run_id'], String(expected.runId)],
    ['run_attempt', claims['run_attempt'], String(expected.attempt)],
    ['event_name', claims['event_name'], 'workflow_dispatch'],
    ['workflow_ref', claims['workflow_ref'], ref],
    ['job_workflow_ref', claims['job_workflow_ref'], ref],
  ];
  const wrong = identities.find(([, found, wanted]) => found !== wanted);
  if (wrong === undefined) return timeProblem(claims, expected.job);
  const [name, found, wanted] = wrong;
  return `expected a token with the ${name} ${String(wanted)}, found ${shown(found)}`;
}

function timeProblem(claims: Claims, job: ExpectedClaims['job']): string | null {
  const { iat, exp } = claims;
  if (typeof iat !== 'number' || typeof exp !== 'number' || !Number.isFinite(iat) || !(exp > iat))
    return `expected a token that was issued and expires later, found iat ${shown(iat)} and exp ${shown(exp)}`;
  const issued = iat * 1000;
  const isEarly = job.startedAt !== null && issued < Date.parse(job.startedAt) - toleranceMs;
  const isLate = job.completedAt !== null && issued > Date.parse(job.completedAt) + toleranceMs;
  if (!isEarly && !isLate) return null;
  const life = isEarly ? `after it started at ${job.startedAt}` : `before it ended at ${job.completedAt}`;
  return `expected a token that was issued to the job ${life}, found one of ${instant(issued)}`;
}

function instant(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? 'no known time' : date.toISOString();
}

function shown(found: unknown): string {
  return found === undefined ? 'none' : String(typeof found === 'object' ? JSON.stringify(found) : found).slice(0, 200);
}
