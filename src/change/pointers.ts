import type { Policy } from '../policy/policy.ts';
import type { TreeEntry } from '../ports.ts';
import { type DvcContent, parseDvcFile, parseDvcLock } from './dvc.ts';
import { globReach } from './glob.ts';
import { lfsPointerBytes } from './lfs.ts';
import type { Cause } from './model-change.ts';
import { isDvcPointer, roleFinder } from './roles.ts';

/** The texts of blobs, by blob SHA; what was not fetched is absent. */
export type BlobTexts = ReadonlyMap<string, string>;

const mostPointers = 50;
const largestDvcPointer = 1_000_000;

/**
 * The small blobs whose texts classify and trainingKeyOf need: DVC pointers of the head to data, and of both where they
 * differ; changed Git LFS pointers (an unchanged one is the same content by its blob SHA). At most 50, DVC first: with
 * a text missing a change is still seen, only less is known of it.
 */
export function pointersToRead(options: {
  readonly before: readonly TreeEntry[];
  readonly after: readonly TreeEntry[];
  readonly policy: Policy;
}): readonly TreeEntry[] {
  const { before, after, policy } = options;
  const roles = Object.keys(policy.models).map((model) => roleFinder({ policy, model }));
  const known = new Set(before.map(({ path, sha }) => `${sha} ${path}`));
  const kept = new Set(after.map(({ path, sha }) => `${sha} ${path}`));
  const holdsData = (path: string) => roles.some((role) => ['data', 'holdout', 'model'].includes(role(path) ?? ''));
  const changed = [
    ...before.filter(({ path, sha }) => !kept.has(`${sha} ${path}`)),
    ...after.filter(({ path, sha }) => !known.has(`${sha} ${path}`)),
  ];
  const contents = Object.keys(policy.models).map((model) => dataRole({ policy, model }));
  // Elsewhere, only what changed is worth a request: its name says that it stands for nothing of a model's.
  const named = after.filter(({ path }) => contents.some((role) => role(path.replace(/\.dvc$/, '')) !== null));
  const locks = after.filter(({ path }) => !path.endsWith('.dvc'));
  const dvc = [...named, ...locks, ...changed].filter(
    ({ path, bytes }) => isDvcPointer(path) && bytes <= largestDvcPointer,
  );
  const lfs = changed.filter(({ path, bytes }) => bytes <= lfsPointerBytes && bytes > 100 && holdsData(path));
  const bySha = new Map([...dvc, ...lfs].map((entry) => [entry.sha, entry]));
  return [...bySha.values()].slice(0, mostPointers);
}

/**
 * What a DVC pointer file of one tree stands for. Of a lock file only what its stages write counts: what they read is
 * written by another stage or stands in git or in a `.dvc` file, which changed before the lock followed.
 */
export interface DvcPointer {
  readonly contents: ReadonlyMap<string, DvcContent>;
  /** For lock files: per path, what caused it. Equal causes mean that a changed content is a result. */
  readonly causes: ReadonlyMap<string, string>;
  readonly revisions: readonly string[];
}

/** Reads the pointer file of DVC at an entry; null when its text is missing or no pointer. */
export function dvcPointerAt(entry: TreeEntry | undefined, texts: BlobTexts): DvcPointer | null {
  const text = entry === undefined ? undefined : texts.get(entry.sha);
  if (entry === undefined || text === undefined) return null;
  if (entry.path.endsWith('.dvc')) {
    const file = parseDvcFile({ text, path: entry.path });
    return file === null ? null : { contents: file.outs, causes: new Map(), revisions: file.revisions };
  }
  const stages = parseDvcLock({ text, path: entry.path });
  if (stages === null) return null;
  const contents = new Map<string, DvcContent>();
  const causes = new Map<string, string>();
  for (const stage of stages.values()) {
    for (const [path, content] of stage.outs) {
      contents.set(path, content);
      causes.set(path, stage.cause);
    }
  }
  return { contents, causes, revisions: [] };
}

/** Which role of a model the content at a path (a file or a folder that DVC keeps) has. */
export function dataRole(options: {
  readonly policy: Policy;
  readonly model: string;
}): (path: string) => Extract<Cause, 'data' | 'holdout' | 'model'> | null {
  const model = options.policy.models[options.model];
  if (model === undefined) return () => null;
  const isHoldout = globReach(model.data.holdout);
  const isTraining = globReach(model.data.train);
  const isModel = globReach(model.model === undefined ? [] : [model.model]);
  return (path) => {
    if (isHoldout(path)) return 'holdout';
    if (isTraining(path)) return 'data';
    return isModel(path) ? 'model' : null;
  };
}
