import { type Awaited, acceptArtifact, artifactLimits, type Collected, failed } from './collect/accept.ts';
import { AppError } from './error.ts';
import type { Repository } from './intent.ts';
import type { Artifact, GithubReader, TokenReader, WorkflowJob } from './ports.ts';
import { resultArtifact } from './run-plan.ts';

/**
 * The results of a completed run, one for each of its models: accepted, or the failure that stands for it. What is
 * wrong with an artifact is a failure; AppError when GitHub itself cannot be asked, so that it is tried again.
 */
export async function collect(
  { github, tokens }: { readonly github: ArtifactReader; readonly tokens: TokenReader },
  options: Pick<Awaited, 'run' | 'runId' | 'attempt' | 'workflow'> & {
    readonly repository: Repository;
    readonly jobs: readonly WorkflowJob[];
  },
): Promise<Readonly<Record<string, Collected>>> {
  const { repository, run, jobs, ...awaited } = options;
  const artifacts = await github.listArtifacts(repository, awaited.runId);
  const collected: Record<string, Collected> = {};
  for (const { model } of run.models) {
    const artifact = newest(artifacts, resultArtifact(model));
    if (artifact === null) {
      const message = `expected the artifact ${resultArtifact(model)}, found none; look at the job's log and run it again`;
      collected[model] = failed({ model }, 'result-missing', message);
      continue;
    }
    const archive = await download(github, { repository, artifact, model });
    const job = jobs.find(({ name }) => name === `evaluate (${model})`) ?? null;
    collected[model] =
      archive instanceof Uint8Array
        ? await acceptArtifact(archive, { ...awaited, repository, run, model, job }, tokens)
        : archive;
  }
  return collected;
}

type ArtifactReader = Pick<GithubReader, 'listArtifacts' | 'downloadArtifact'>;

/** A job that ran again uploads under the same name; the artifact with the highest id is the latest. */
function newest(artifacts: readonly Artifact[], name: string): Artifact | null {
  const named = artifacts.filter((artifact) => artifact.name === name && !artifact.expired);
  return named.reduce<Artifact | null>(
    (best, artifact) => (best === null || artifact.id > best.id ? artifact : best),
    null,
  );
}

async function download(
  github: ArtifactReader,
  options: { readonly repository: Repository; readonly artifact: Artifact; readonly model: string },
): Promise<Uint8Array | Collected> {
  try {
    return await github.downloadArtifact(options.repository, options.artifact.id, artifactLimits.packedBytes);
  } catch (error) {
    const hopeless = error instanceof AppError && (error.code === 'too-large' || error.code === 'not-found');
    if (!hopeless) throw error;
    return failed(options, error.code === 'not-found' ? 'result-missing' : 'result-invalid', error.message);
  }
}
