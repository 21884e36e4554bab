import { AppError } from '../error.ts';
import type { Repository } from '../intent.ts';
import type { GithubReader, TokenReader } from '../ports.ts';
import { proofAudience, proofBytesLimit, proofFile } from '../proof.ts';
import {
  ErrandResult,
  errandArtifact,
  errandBytesLimit,
  errandFile,
  errandJob,
  errandWorkflow,
} from '../rollout/errands/errand-plan.ts';
import { readZip } from '../zip.ts';
import { claimsProblem } from './claims.ts';

/** The answers of a job that count, or one sentence that says why none do. */
export type CollectedErrands =
  | { readonly kind: 'answers'; readonly answers: ErrandResult['answers'] }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Reads what a completed job of errands left, as hostile input: its size, its schema, that it answers this claim by this
 * run, and GitHub's token that this very job wrote these bytes inside the environment. AppError when GitHub cannot be asked.
 */
export async function collectErrands(
  { github, tokens }: { readonly github: ErrandArtifacts; readonly tokens: TokenReader },
  of: {
    readonly repository: Repository;
    readonly environment: string;
    readonly branch: string;
    readonly claim: string;
    readonly runId: number;
  },
): Promise<CollectedErrands> {
  const { repository, runId } = of;
  const named = (await github.listArtifacts(repository, runId)).filter(
    ({ name, expired }) => name === errandArtifact && !expired,
  );
  const artifact = named.reduce<(typeof named)[number] | null>(
    (best, one) => (best === null || one.id > best.id ? one : best),
    null,
  );
  if (artifact === null) return none(`expected the artifact ${errandArtifact}, found none; look at the job's log`);
  let files: ReadonlyMap<string, Uint8Array>;
  try {
    const archive = await github.downloadArtifact(repository, artifact.id, limits.packedBytes);
    files = await readZip(archive, { names: [errandFile, proofFile], limits });
  } catch (error) {
    const hopeless = error instanceof AppError && !['unavailable', 'timed-out', 'github-refused'].includes(error.code);
    if (!hopeless) throw error;
    return none(error.message);
  }
  const [bytes, token] = [files.get(errandFile), files.get(proofFile)];
  if (bytes === undefined || bytes.length > errandBytesLimit) {
    return none(`expected ${errandFile} of at most ${errandBytesLimit} bytes, found ${bytes?.length ?? 'none'}`);
  }
  const result = parsed(bytes);
  if (result === null)
    return none(
      `expected ${errandFile} of schema siskin.errand-results/v1, found something else; use the rollout action of this Siskin's version`,
    );
  const problem = bindingProblem(result, of) ?? (await proofProblem({ result, bytes, token }, of, { github, tokens }));
  return problem === null ? { kind: 'answers', answers: result.answers } : none(problem);
}

type ErrandArtifacts = Pick<GithubReader, 'listArtifacts' | 'downloadArtifact' | 'listJobs'>;
type Of = Parameters<typeof collectErrands>[1];

const limits = { entries: 20, totalBytes: 5_000_000, packedBytes: 5_000_000 } as const;

function parsed(bytes: Uint8Array): ErrandResult | null {
  try {
    return ErrandResult.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data ?? null;
  } catch {
    return null;
  }
}

function bindingProblem(result: ErrandResult, of: Of): string | null {
  const bindings: readonly (readonly [string, unknown, unknown])[] = [
    ['claim', result.claim, of.claim],
    ['repository', result.repository.toLowerCase(), nameOf(of).toLowerCase()],
    ['environment', result.environment, of.environment],
    ['run id', result.run.id, of.runId],
    // A job that somebody repeats does nothing, and so has nothing to say.
    ['attempt', result.run.attempt, 1],
  ];
  const wrong = bindings.find(([, found, expected]) => found !== expected);
  return wrong === undefined ? null : `expected a result with the ${wrong[0]} ${wrong[2]}, found ${wrong[1]}`;
}

async function proofProblem(
  {
    result,
    bytes,
    token,
  }: { readonly result: ErrandResult; readonly bytes: Uint8Array; readonly token: Uint8Array | undefined },
  of: Of,
  { github, tokens }: { readonly github: ErrandArtifacts; readonly tokens: TokenReader },
): Promise<string | null> {
  if (token === undefined || token.length > proofBytesLimit) {
    return `expected ${proofFile} of at most ${proofBytesLimit} bytes, found ${token?.length ?? 'none'}`;
  }
  const verified = await tokens.verifyToken(new TextDecoder().decode(token));
  if (verified.kind === 'refused') return verified.reason;
  const job = (await github.listJobs(of.repository, of.runId)).find(({ name }) => name === errandJob);
  const { environment } = verified.claims;
  if (environment !== of.environment) {
    return `expected a token of a job in the environment ${of.environment}, found ${String(environment).slice(0, 200)}`;
  }
  return claimsProblem(verified.claims, {
    audience: proofAudience({ claim: result.claim, run: result.run, bytes }),
    repository: nameOf(of),
    repositoryId: of.repository.id,
    runId: of.runId,
    attempt: result.run.attempt,
    workflow: { path: `.github/workflows/${errandWorkflow}`, branch: of.branch },
    job: { startedAt: job?.startedAt ?? null, completedAt: job?.completedAt ?? null },
  });
}

function nameOf({ repository: { owner, name } }: Of): string {
  return `${owner}/${name}`;
}

function none(reason: string): CollectedErrands {
  return { kind: 'none', reason };
}
