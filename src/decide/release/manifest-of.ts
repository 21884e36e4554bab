import type { Release } from '../../registry/edit-manifest.ts';
import type { ReleaseArtifact, ReleaseMetric } from '../../registry/manifest.ts';
import type { ReleaseRequest } from '../../registry/release-request.ts';
import type { Result } from '../../result.ts';
import type { RunRecord } from '../../store/run-record.ts';

/** What a manifest says of a version: its bytes, what they were made from, and what was measured of them. */
export function releaseOf(
  request: ReleaseRequest,
  {
    artifact,
    run,
    data,
  }: { readonly artifact: ReleaseArtifact; readonly run: RunRecord; readonly data: readonly string[] },
): Release {
  const { model, version, commit } = request;
  const result = run.results[model];
  const training = result?.training ?? null;
  const trainingKey = run.models.find((one) => one.model === model)?.trainingKey ?? training?.trainingKey ?? null;
  return {
    model,
    version,
    artifact,
    lineage: {
      commit,
      ...(run.runId === null ? {} : { run: String(run.runId) }),
      ...(trainingKey === null ? {} : { 'training-key': trainingKey }),
      data: dataOf(result, data),
      parameters: bounded(training?.parameters ?? {}),
      environment: bounded(training?.environment ?? {}),
    },
    metrics: metricsOf(result),
  };
}

/** What job `train` reports is its own word: what does not fit is left out, and nothing of it decides. */
function bounded<T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const fitting = Object.entries(values).filter(([name]) => /^[\w.:/@ -]{1,100}$/.test(name) && name !== '__proto__');
  return Object.fromEntries(fitting.slice(0, mostValues));
}

const mostValues = 50;

/** The data are known by their content, all files together, where they were profiled. */
function dataOf(result: Result | undefined, paths: readonly string[]): Release['lineage']['data'] {
  const digest = result?.drift?.current.digest;
  if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) return [];
  // The pattern is the type's.
  return [{ path: paths.join(' ').slice(0, 500), digest: digest as `sha256:${string}` }];
}

function metricsOf(result: Result | undefined): Readonly<Record<string, ReleaseMetric>> {
  const measured = Object.entries(result?.evaluation?.metrics ?? {}).flatMap(([name, comparison]) => {
    const candidate = comparison?.candidate;
    return candidate?.kind === 'value' ? [[name, { value: candidate.value }] as const] : [];
  });
  return Object.fromEntries(measured);
}
