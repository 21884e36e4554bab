import type { z } from 'zod';
import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { TokenReader, WorkflowJob } from '../ports.ts';
import { proofAudience, proofBytesLimit, proofFile } from '../proof.ts';
import { Result, resultBytesLimit } from '../result.ts';
import type { RunFailure, RunRecord } from '../store/run-record.ts';
import { readZip } from '../zip.ts';
import { claimsProblem, type ExpectedClaims } from './claims.ts';

/** What came out of a run for one model: a result that counts, or why none does. */
export type Collected =
  | { readonly kind: 'accepted'; readonly result: Result }
  | { readonly kind: 'failure'; readonly failure: RunFailure };

/** Which result is awaited: of which requested run, by which run, attempt and job of GitHub, for which model. */
export interface Awaited {
  readonly repository: Pick<Repository, 'id' | 'owner' | 'name'>;
  /** The workflow that was dispatched, and the branch from which alone it may have come. */
  readonly workflow: ExpectedClaims['workflow'];
  /** The job that evaluated this model; null where the workflow gave it another name. */
  readonly job: Pick<WorkflowJob, 'startedAt' | 'completedAt'> | null;
  readonly run: RunRecord;
  readonly runId: number;
  /** The newest attempt, and when it began. */
  readonly attempt: { readonly number: number; readonly startedAt: string };
  readonly model: string;
}

/** What the artifact of job `evaluate` may be, packed and unpacked: result.json, its proof and a report for people. */
export const artifactLimits = { entries: 20, totalBytes: 20_000_000, packedBytes: 20_000_000 } as const;

/**
 * Reads the artifact of job `evaluate` as hostile input: archive, size, schema, that it answers this very run, and that
 * job `evaluate` wrote it. Whatever is wrong with it becomes a failure that names the rule; nothing in it is believed
 * before all of it is checked. AppError when the proof cannot be checked now.
 */
export async function acceptArtifact(archive: Uint8Array, awaited: Awaited, tokens: TokenReader): Promise<Collected> {
  const read = await readResult(archive, awaited);
  if (read.kind === 'failure') return read;
  const { result, bytes, token } = read;
  const problem = bindingProblem(result, awaited);
  if (problem !== null) return failed(awaited, problem.code, problem.message);
  const doubt = await proofProblem({ result, bytes, token }, awaited, tokens);
  if (doubt === null) return { kind: 'accepted', result };
  const message = `${doubt}; a training job may have written this result in the evaluation's name: look at what its command does, then run the jobs again`;
  return failed(awaited, 'result-unproven', message);
}

type ReadResult = { readonly result: Result; readonly bytes: Uint8Array; readonly token: Uint8Array | null };

async function readResult(
  archive: Uint8Array,
  awaited: Awaited,
): Promise<(ReadResult & { readonly kind: 'result' }) | Extract<Collected, { kind: 'failure' }>> {
  try {
    const files = await readZip(archive, { names: ['result.json', proofFile], limits: artifactLimits });
    const file = files.get('result.json');
    if (file === undefined) {
      return failed(awaited, 'result-missing', 'expected result.json in the artifact, found none; run the job again');
    }
    if (file.length > resultBytesLimit) {
      const message = `expected result.json of at most ${resultBytesLimit} bytes, found ${file.length}; use the evaluate action as it is`;
      return failed(awaited, 'result-invalid', message);
    }
    const parsed = Result.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file)));
    return parsed.success
      ? { kind: 'result', result: parsed.data, bytes: file, token: files.get(proofFile) ?? null }
      : failed(awaited, 'result-invalid', schemaMessage(parsed.error));
  } catch (error) {
    if (error instanceof AppError) return failed(awaited, 'result-invalid', error.message);
    if (error instanceof SyntaxError || error instanceof TypeError) {
      const message = 'expected result.json to be JSON in UTF-8, found other content; use the evaluate action as it is';
      return failed(awaited, 'result-invalid', message);
    }
    throw error;
  }
}

/** A failure of one model of a run, without the log. */
export function failed(
  awaited: { readonly model: string },
  code: RunFailure['code'],
  message: string,
): Extract<Collected, { kind: 'failure' }> {
  return { kind: 'failure', failure: { code, message, model: awaited.model, logTail: [] } };
}

/** Why a result is none of what was awaited, by what it says of itself. */
function bindingProblem(result: Result, awaited: Awaited): Pick<RunFailure, 'code' | 'message'> | null {
  const { run, attempt, job, model, runId } = awaited;
  const repository = nameOf(awaited.repository);
  // A job that was not repeated in a later attempt leaves the result that was accepted in its own; one that was repeated
  // does not, or its training could upload again what an earlier attempt was given.
  const earlier = run.results[model]?.run.attempt;
  const repeated = job !== null && !(Date.parse(job.completedAt ?? '') <= Date.parse(attempt.startedAt));
  const attempts = [attempt.number, ...(earlier === undefined || repeated ? [] : [earlier])];
  const bindings: readonly (readonly [string, unknown, readonly unknown[]])[] = [
    ['claim', result.claim, [run.claim]],
    ['repository', result.repository.toLowerCase(), [repository.toLowerCase()]],
    ['head', result.head, [run.head]],
    ['base', result.base, [run.base]],
    ['model', result.model, [model]],
    ['run id', result.run.id, [runId]],
    ['attempt', result.run.attempt, attempts],
  ];
  const wrong = bindings.find(([, found, expected]) => !expected.includes(found));
  const evaluates = run.models.some((asked) => asked.model === model && asked.evaluates);
  if (wrong === undefined && evaluates && result.evaluation === null && result.failures.length === 0) {
    const message = 'expected an evaluation or the reason for none, found neither; use the evaluate action as it is';
    return { code: 'result-invalid', message };
  }
  if (wrong === undefined) return null;
  const [name, found, expected] = wrong;
  const message = `expected a result with the ${name} ${expected.join(' or ')}, found ${String(found)}; a result of another run does not count, run the job again`;
  return { code: 'result-mismatch', message };
}

/** Why a result may be somebody else's than job `evaluate`'s, by what GitHub's token says of who wrote it. */
async function proofProblem(
  { result, bytes, token }: ReadResult,
  awaited: Awaited,
  tokens: TokenReader,
): Promise<string | null> {
  if (token === null) return `expected ${proofFile} beside result.json, found none`;
  if (token.length > proofBytesLimit)
    return `expected ${proofFile} of at most ${proofBytesLimit} bytes, found ${token.length}`;
  const verified = await tokens.verifyToken(new TextDecoder().decode(token));
  if (verified.kind === 'refused') return verified.reason;
  return claimsProblem(verified.claims, {
    audience: proofAudience({ claim: result.claim, run: result.run, bytes }),
    repository: nameOf(awaited.repository),
    repositoryId: awaited.repository.id,
    runId: awaited.runId,
    attempt: result.run.attempt,
    workflow: awaited.workflow,
    job: awaited.job ?? { startedAt: null, completedAt: null },
  });
}

function nameOf({ owner, name }: Awaited['repository']): string {
  return `${owner}/${name}`;
}

const shownIssues = 3;

function schemaMessage(error: z.ZodError): string {
  const issues = error.issues.slice(0, shownIssues).map((issue) => {
    const where = issue.path.slice(0, 8).join('.').slice(0, 100);
    return `${where === '' ? 'the document' : where}: ${issue.message.slice(0, 150)}`;
  });
  const more = error.issues.length > shownIssues ? `, and ${error.issues.length - shownIssues} more` : '';
  return `expected a result of schema siskin.result/v1, found ${issues.join('; ')}${more}; use the evaluate action of this Siskin's version`;
}
