import { type ModelHistory, modelHistory } from './model-history.ts';
import { readManifests } from './read-manifests.ts';
import { readTags } from './read-tags.ts';
import { registryState } from './registry-state.ts';

/** What a clone knows of its models. */
export interface Registry {
  /** By name. */
  readonly models: readonly ModelHistory[];
  /** What the reader should know of what is missing, one sentence each. */
  readonly notes: readonly string[];
}

/** Reads models from git alone: the manifests of a branch and the tags of the clone. */
export async function readRegistry(options: {
  readonly folder: string;
  readonly ref: string;
  /** Only this model; null for all. */
  readonly model: string | null;
  /** Where tag objects are remembered; null for nowhere. */
  readonly cache: string | null;
}): Promise<Registry> {
  const { model: only } = options;
  const [manifests, read] = await Promise.all([readManifests(options), readTags(options)]);
  const tags = registryState(read.tags);
  const names = new Set([...manifests.changes.keys(), ...tags.keys()]);
  const models = [...names]
    .filter((name) => only === null || name === only)
    .sort()
    .map((model) =>
      modelHistory({ model, changes: manifests.changes.get(model) ?? [], tags: tags.get(model) ?? null }),
    );
  const lost = models.flatMap(({ model, unreadable }) =>
    unreadable.map((commit) => `${model} at ${commit.slice(0, 9)}`),
  );
  return {
    models,
    notes: [
      ...(manifests.isShallow
        ? ['This clone is shallow: what was before its first commit is not here. Run `git fetch --unshallow --tags`.']
        : []),
      ...(models.length > 0 && read.tags.length === 0
        ? ['No tag of a release is here. Run `git fetch --tags`, unless nothing was released yet.']
        : []),
      ...(read.ignored.length > 0 ? [ignoredNote(read.ignored)] : []),
      ...(lost.length > 0 ? [`Passed over, because the manifest could not be read: ${some(lost)}.`] : []),
    ],
  };
}

function ignoredNote(ignored: readonly string[]): string {
  return `Passed over, because only annotated tags of commits count: ${some(ignored)}.`;
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
