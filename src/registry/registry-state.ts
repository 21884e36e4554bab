import { parseTag, type TagAction } from './tags.ts';
import { compareVersions } from './version.ts';

/** An annotated tag of a commit. */
export interface GitTag {
  readonly name: string;
  /** The commit that it is of. */
  readonly commit: string;
  /** When it was made: seconds since 1970. */
  readonly at: number;
  readonly by: string;
}

/** One thing that a tag says happened. */
export interface RegistryEvent extends GitTag {
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

/** What the tags of a repository say, by artifact; tags that are no registry's are passed over. */
export function registryState(tags: Iterable<GitTag>): ReadonlyMap<string, ArtifactState> {
  const byArtifact = new Map<string, RegistryEvent[]>();
  for (const tag of tags) {
    const parsed = parseTag(tag.name);
    if (parsed === null) continue;
    const events = byArtifact.get(parsed.artifact) ?? [];
    if (events.length === 0) byArtifact.set(parsed.artifact, events);
    events.push({ ...tag, action: parsed.action, counter: parsed.counter, version: null });
  }
  return new Map([...byArtifact].map(([artifact, events]) => [artifact, artifactState(artifact, events)]));
}

function artifactState(artifact: string, unordered: readonly RegistryEvent[]): ArtifactState {
  const ordered = [...unordered].sort(byTime);
  const versions = registeredVersions(ordered);
  const events = ordered.map((event) => ({ ...event, version: versionOf(event, versions) }));
  const newestFirst = [...versions].sort((a, b) => compareVersions(b.version, a.version));
  const lastDeprecation = events.findLastIndex(({ action }) => action.kind === 'deprecate');
  return {
    artifact,
    isActive: lastDeprecation < events.length - 1,
    versions: newestFirst,
    latest: newestFirst.find(({ isActive }) => isActive)?.version ?? null,
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

function versionOf(event: RegistryEvent, versions: readonly RegisteredVersion[]): string | null {
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
function versionAt({ commit, at }: RegistryEvent, versions: readonly RegisteredVersion[]): string | undefined {
  const there = versions.filter((version) => version.commit === commit);
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
    const key = JSON.stringify([event.action.stage, event.version]);
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
