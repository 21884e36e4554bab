import type { EnvironmentRelease, ReleaseManifest } from '../../registry/manifest.ts';

/** An environment that is to serve something else than before; null stands for nothing. */
export interface ChangedEnvironment {
  readonly environment: string;
  readonly before: EnvironmentRelease | null;
  readonly after: EnvironmentRelease | null;
}

/** The environments that serve other bytes, or the same under another version, once a manifest takes the place of another. */
export function changedEnvironments(
  before: Pick<ReleaseManifest, 'environments'> | null,
  after: Pick<ReleaseManifest, 'environments'>,
): readonly ChangedEnvironment[] {
  const names = new Set([...Object.keys(before?.environments ?? {}), ...Object.keys(after.environments)]);
  return [...names].sort().flatMap((environment) => {
    const old = entryOf(before, environment);
    const now = entryOf(after, environment);
    const isSame = old?.version === now?.version && old?.digest === now?.digest;
    return isSame ? [] : [{ environment, before: old, after: now }];
  });
}

function entryOf(
  manifest: Pick<ReleaseManifest, 'environments'> | null,
  environment: string,
): EnvironmentRelease | null {
  const environments = manifest?.environments ?? {};
  return Object.hasOwn(environments, environment) ? (environments[environment] ?? null) : null;
}
