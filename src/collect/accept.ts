import type { z } from 'zod';
import { AppError } from '../error.ts';
import { Result, resultBytesLimit } from '../result.ts';
import type { RunFailure, RunRecord } from '../store/run-record.ts';
import { readZip } from '../zip.ts';

/** What came out of a run for one model: a result that counts, or why none does. */
export type Collected =
  | { readonly kind: 'accepted'; readonly result: Result }
  | { readonly kind: 'failure'; readonly failure: RunFailure };

/** Which result is awaited: of which requested run, by which run and attempt of GitHub, for which model. */
export interface Awaited {
  readonly repository: string;
  readonly run: RunRecord;
  readonly runId: number;
  readonly attempt: number;
  readonly model: string;
}

/** What the artifact of job `evaluate` may be, packed and unpacked: result.json and a report for people. */
export const artifactLimits = { entries: 20, totalBytes: 20_000_000, packedBytes: 20_000_000 } as const;

/**
 * Reads the artifact of job `evaluate` as hostile input: archive, size, schema, and that it answers this very run.
 * Whatever is wrong with it becomes a failure that names the rule; nothing in it is believed before all of it is checked.
 */
export async function acceptArtifact(archive: Uint8Array, awaited: Awaited): Promise<Collected> {
  try {
    const files = await readZip(archive, { names: ['result.json'], limits: artifactLimits });
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
      ? accept(parsed.data, awaited)
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
export function failed(awaited: { readonly model: string }, code: RunFailure['code'], message: string): Collected {
  return { kind: 'failure', failure: { code, message, model: awaited.model, logTail: [] } };
}

function accept(result: Result, awaited: Awaited): Collected {
  const { run, attempt, model, repository, runId } = awaited;
  // A job that was not repeated in a later attempt leaves the result that was accepted in its own.
  const attempts = [attempt, ...(run.results[model] === undefined ? [] : [run.results[model].run.attempt])];
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
    return failed(awaited, 'result-invalid', message);
  }
  if (wrong === undefined) return { kind: 'accepted', result };
  const [name, found, expected] = wrong;
  const message = `expected a result with the ${name} ${expected.join(' or ')}, found ${String(found)}; a result of another run does not count, run the job again`;
  return failed(awaited, 'result-mismatch', message);
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
