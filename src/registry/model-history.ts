import { manifestPath, parseManifest, type Rejection, type ReleaseManifest } from './manifest.ts';
import type { ManifestChange } from './read-manifests.ts';
import type { ArtifactState, RegistryEvent } from './registry-state.ts';
import { newestFirst } from './version.ts';

/** A stretch of time in which an environment had one version, as git says. Times are ISO 8601. */
export interface ServingPeriod {
  readonly version: string;
  /** Null where only a tag knows of it. */
  readonly digest: string | null;
  readonly since: string;
  /** Null while it serves. */
  readonly until: string | null;
  /** The commit (or tag) that said so, and whose it is. */
  readonly source: string;
  readonly by: string;
  /** The tag that was set when the rollout had arrived; null while there is none. */
  readonly assigned: { readonly tag: string; readonly at: string } | null;
}

/** A version that git knows of. */
export interface KnownVersion {
  readonly version: string;
  readonly digest: string | null;
  /** When it was first in the manifest or registered. */
  readonly since: string;
  readonly tag: string | null;
  /** False after its tag was taken back. */
  readonly isActive: boolean;
}

/** What git knows of a model: nothing in it was asked of anybody else. */
export interface ModelHistory {
  readonly model: string;
  /** The newest release of the manifest, or of the tags where there is no manifest. */
  readonly version: string | null;
  readonly versions: readonly KnownVersion[];
  /** By environment, the newest first; the first serves now when its `until` is null. */
  readonly environments: Readonly<Record<string, readonly ServingPeriod[]>>;
  readonly rejected: readonly Rejection[];
  /** Commits whose manifest could not be read; what was before them is taken to hold on. */
  readonly unreadable: readonly string[];
}

/** Puts together what the commits of a manifest and the tags of its model say. */
export function modelHistory(options: {
  readonly model: string;
  /** The newest first. */
  readonly changes: readonly ManifestChange[];
  readonly tags: ArtifactState | null;
}): ModelHistory {
  const { model, tags } = options;
  const { readings, unreadable } = readingsOf(options);
  const newest = readings[0]?.manifest ?? null;
  const events = tags?.events ?? [];
  const environments = readings.length > 0 ? periodsOf(readings, events) : periodsOfTags(events);
  return {
    model,
    version: newest?.version ?? tags?.latest ?? null,
    versions: versionsOf(readings, tags),
    environments,
    rejected: newest?.rejected ?? [],
    unreadable,
  };
}

interface Reading {
  readonly change: ManifestChange;
  /** Null when the model has no manifest from there on. */
  readonly manifest: ReleaseManifest | null;
}

function readingsOf(options: { readonly model: string; readonly changes: readonly ManifestChange[] }): {
  readonly readings: readonly Reading[];
  readonly unreadable: readonly string[];
} {
  const readings: Reading[] = [];
  const unreadable: string[] = [];
  for (const change of options.changes) {
    const parsed = change.text === null ? null : parseManifest(change.text, manifestPath(options.model));
    if (parsed?.kind === 'invalid') {
      unreadable.push(change.commit);
      continue;
    }
    readings.push({ change, manifest: parsed?.value ?? null });
  }
  return { readings, unreadable };
}

function ownEntry<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function periodsOf(
  readings: readonly Reading[],
  events: readonly RegistryEvent[],
): Readonly<Record<string, readonly ServingPeriod[]>> {
  const names = new Set(readings.flatMap(({ manifest }) => Object.keys(manifest?.environments ?? {})));
  return Object.fromEntries([...names].sort().map((name) => [name, periodsIn(name, readings, events)]));
}

function periodsIn(
  name: string,
  readings: readonly Reading[],
  events: readonly RegistryEvent[],
): readonly ServingPeriod[] {
  const periods: ServingPeriod[] = [];
  const assignments = events.filter(({ action }) => action.kind === 'assign' && action.stage === name);
  for (const { change, manifest } of [...readings].reverse()) {
    const release = ownEntry(manifest?.environments ?? {}, name);
    const open = periods.at(-1);
    const isOpen = open?.until === null;
    if (isOpen && release !== undefined && open.version === release.version && open.digest === release.digest) continue;
    const since = instant(change.at);
    if (isOpen) periods.splice(-1, 1, { ...open, until: since });
    if (release === undefined) continue;
    const { version, digest } = release;
    const own = { version, digest, since, until: null, source: change.commit, by: change.by, assigned: null };
    periods.push(own);
  }
  return periods.reverse().map((period) => ({ ...period, assigned: assignedIn(period, assignments) }));
}

function assignedIn(period: ServingPeriod, assignments: readonly RegistryEvent[]): ServingPeriod['assigned'] {
  const tag = assignments.find(({ version, at }) => {
    const when = instant(at);
    return version === period.version && when >= period.since && (period.until === null || when < period.until);
  });
  return tag === undefined ? null : { tag: tag.name, at: instant(tag.at) };
}

/** A model that was released without manifests: a stage has what was assigned last and not unassigned since. */
function periodsOfTags(events: readonly RegistryEvent[]): Readonly<Record<string, readonly ServingPeriod[]>> {
  const stages = new Map<string, { readonly standing: RegistryEvent[]; readonly periods: ServingPeriod[] }>();
  for (const event of events) {
    const { action, version, at, name, by } = event;
    if (action.kind !== 'assign' && action.kind !== 'unassign') continue;
    const stage = stages.get(action.stage) ?? { standing: [], periods: [] };
    stages.set(action.stage, stage);
    const { standing, periods } = stage;
    const earlier = standing.findIndex((one) => one.version === version);
    if (earlier >= 0) standing.splice(earlier, 1);
    if (action.kind === 'assign') standing.push(event);
    const serving = standing.at(-1);
    const open = periods.at(-1);
    const isOpen = open?.until === null;
    if (isOpen && open.version === serving?.version) continue;
    const since = instant(at);
    if (isOpen) periods.splice(-1, 1, { ...open, until: since });
    if (serving === undefined) continue;
    const assigned = { tag: serving.name, at: instant(serving.at) };
    periods.push({ version: serving.version ?? '', digest: null, since, until: null, source: name, by, assigned });
  }
  const sorted = [...stages].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([stage, { periods }]) => [stage, periods.reverse()]));
}

function versionsOf(readings: readonly Reading[], tags: ArtifactState | null): readonly KnownVersion[] {
  const known = new Map<string, KnownVersion>();
  for (const { change, manifest } of [...readings].reverse()) {
    if (manifest === null) continue;
    const released = { version: manifest.version, digest: manifest.artifact.digest };
    for (const { version, digest } of [released, ...Object.values(manifest.environments)]) {
      if (!known.has(version)) {
        known.set(version, { version, digest, since: instant(change.at), tag: null, isActive: true });
      }
    }
  }
  for (const { version, registered, isActive } of tags?.versions ?? []) {
    const since = instant(registered.at);
    const first = known.get(version) ?? { version, digest: null, since };
    known.set(version, { ...first, tag: registered.name, isActive });
  }
  return newestFirst([...known.values()]);
}

function instant(seconds: number): string {
  // Git takes times that no calendar has.
  return new Date(Math.min(seconds, 8_640_000_000_000) * 1000).toISOString();
}
