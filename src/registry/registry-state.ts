import { parseTag, type RegistryTag, type TagAction } from './tags.ts';
import { newestFirst } from './version.ts';

/** An annotated tag of a commit that has a registry's name. */
export interface GitTag {
  readonly name: string;
  readonly means: RegistryTag;
  /** The commit that it is of. */
  readonly commit: string;
  /** When it was made: seconds since 1970. */
  readonly at: number;
  readonly by: string;
}

/** One thing that a tag says happened. */
export interface RegistryEvent extends Omit<GitTag, 'means'> {
  readonly action: TagAction;
  readonly counter: number | null;
  /** The version that it is about; of a stage, the one registered at its commit, or the commit itself when none is. */
  readonly version: string | null;
}

/** A version with what tags say of it. */
export interface RegisteredVersion {
  readonly version: string;
  readonly commit: string;
  readonly registered: RegistryEvent;
  /** False after it was deregistered. */
  readonly isActive: boolean;
}

/** All that tags say of one artifact. */
export interface ArtifactState {
  readonly artifact: string;
  /** False after it was deprecated. */
  readonly isActive: boolean;
  /** By precedence, the newest first. */
  readonly versions: readonly RegisteredVersion[];
  /** The newest version that is registered; null when none is. */
  readonly latest: string | null;
  /** What each stage has now: the assignment, and its version. */
  readonly stages: Readonly<Record<string, RegistryEvent>>;
  /** By time and then by counter, the oldest first. */
  readonly events: readonly RegistryEvent[];
  /** The greatest counter of all its tags; 0 when none has one. */
  readonly counter: number;
}

/** Takes the name of a tag apart; null when it is no registry's. */
export function gitTag(tag: Omit<GitTag, 'means'>): GitTag | null {
  const means = parseTag(tag.name);
  return means === null ? null : { ...tag, means };
}

/** What the tags of a repository say, by artifact. */
export function registryState(tags: Iterable<GitTag>): ReadonlyMap<string, ArtifactState> {
  const byArtifact = new Map<string, RegistryEvent[]>();
  for (const { name, means, commit, at, by } of tags) {
    const events = byArtifact.get(means.artifact) ?? [];
    if (events.length === 0) byArtifact.set(means.artifact, events);
    events.push({ name, commit, at, by, action: means.action, counter: means.counter, version: null });
  }
  return new Map([...byArtifact].map(([artifact, events]) => [artifact, artifactState(artifact, events)]));
}

function artifactState(artifact: string, unordered: readonly RegistryEvent[]): ArtifactState {
  const ordered = [...unordered].sort(byTime);
  const versions = registeredVersions(ordered);
  const byCommit = Map.groupBy(versions, ({ commit }) => commit);
  const events = ordered.map((event) => ({ ...event, version: versionOf(event, byCommit) }));
  const sorted = newestFirst(versions);
  const lastDeprecation = events.findLastIndex(({ action }) => action.kind === 'deprecate');
  return {
    artifact,
    isActive: lastDeprecation < events.length - 1,
    versions: sorted,
    latest: sorted.find(({ isActive }) => isActive)?.version ?? null,
    stages: stagesOf(events, versions),
    events,
    counter: events.reduce((most, { counter }) => Math.max(most, counter ?? 0), 0),
  };
}

/** Several tags of one second are told apart by their counters. */
function byTime(a: RegistryEvent, b: RegistryEvent): number {
  return a.at - b.at || (a.counter ?? 0) - (b.counter ?? 0) || (a.name < b.name ? -1 : 1);
}

/** A version is what its first registration said: a later one of another commit does not move it. */
function registeredVersions(ordered: readonly RegistryEvent[]): readonly RegisteredVersion[] {
  const versions = new Map<string, RegisteredVersion>();
  for (const event of ordered) {
    const { action, commit } = event;
    if (action.kind !== 'register' && action.kind !== 'deregister') continue;
    const known = versions.get(action.version);
    const isActive = action.kind === 'register';
    if (known === undefined && isActive) {
      versions.set(action.version, { version: action.version, commit, registered: event, isActive });
    } else if (known?.commit === commit) {
      versions.set(action.version, { ...known, isActive });
    }
  }
  return [...versions.values()];
}

type ByCommit = ReadonlyMap<string, readonly RegisteredVersion[]>;

function versionOf(event: RegistryEvent, versions: ByCommit): string | null {
  switch (event.action.kind) {
    case 'register':
    case 'deregister':
      return event.action.version;
    case 'assign':
    case 'unassign':
      return versionAt(event, versions) ?? event.commit;
    case 'deprecate':
    case 'create':
      return null;
    default:
      return event.action satisfies never;
  }
}

/** Of several versions of one commit the newest of that time. */
function versionAt({ commit, at }: RegistryEvent, versions: ByCommit): string | undefined {
  const there = versions.get(commit) ?? [];
  return (there.findLast(({ registered }) => registered.at <= at) ?? there[0])?.version;
}

/** A stage has the version that was assigned last and neither unassigned nor deregistered since. */
function stagesOf(
  events: readonly RegistryEvent[],
  versions: readonly RegisteredVersion[],
): Readonly<Record<string, RegistryEvent>> {
  const last = new Map<string, RegistryEvent>();
  for (const event of events) {
    if (event.action.kind !== 'assign' && event.action.kind !== 'unassign') continue;
    // Neither a stage nor a version has a space.
    const key = `${event.action.stage} ${event.version}`;
    // Set anew, so that the map is in the order of the newest word on each version.
    last.delete(key);
    last.set(key, event);
  }
  const inactive = new Set(versions.filter(({ isActive }) => !isActive).map(({ version }) => version));
  const stages = new Map<string, RegistryEvent>();
  for (const event of last.values()) {
    if (event.action.kind === 'assign' && !inactive.has(event.version ?? '')) stages.set(event.action.stage, event);
  }
  return Object.fromEntries([...stages].sort(([a], [b]) => (a < b ? -1 : 1)));
}
