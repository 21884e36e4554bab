import { type Policy, policyPath } from '../policy/policy.ts';
import type { TreeEntry } from '../ports.ts';
import { modelOfManifest } from '../registry/manifest.ts';
import { type DvcContent, isSameContent } from './dvc.ts';
import { parseLfsPointer } from './lfs.ts';
import { type Cause, type Change, causes, type ModelChange, type PointerChange } from './model-change.ts';
import { type BlobTexts, dataRole, dvcPointerAt } from './pointers.ts';
import { isDvcPointer, roleFinder, workflowPath } from './roles.ts';

interface ChangedFile {
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

/** One file's part in one model's change. */
interface Touch {
  readonly cause: Cause;
  readonly pointers: readonly PointerChange[];
}

/**
 * What the difference of two trees (merge base and head) means to each model of the policy. A text that is missing
 * counts as a change of everything it may stand for: at worst a training too many, never one too few.
 */
export function classify(options: {
  readonly before: readonly TreeEntry[];
  readonly after: readonly TreeEntry[];
  readonly policy: Policy;
  readonly texts: BlobTexts;
}): Change {
  const { policy, texts } = options;
  const changed = changedFiles(options.before, options.after);
  const concerned = new Set<string>();
  const models = Object.keys(policy.models).map((model): ModelChange => {
    const touch = touchFinder({ policy, model, texts });
    const files = new Map<Cause, Set<string>>();
    const pointers: PointerChange[] = [];
    for (const file of changed) {
      for (const touched of touch(file)) {
        const paths = files.get(touched.cause) ?? new Set();
        files.set(touched.cause, paths.add(file.path));
        pointers.push(...touched.pointers);
        concerned.add(file.path);
      }
    }
    return {
      model,
      causes: causes.filter((cause) => files.has(cause)),
      files: Object.fromEntries([...files].map(([cause, paths]) => [cause, [...paths]])),
      pointers,
    };
  });
  const special = [policyPath, workflowPath(policy)];
  return {
    models,
    policy: changed.some(({ path }) => path === policyPath),
    workflow: changed.some(({ path }) => path === workflowPath(policy)),
    releases: changed.flatMap(({ path }) => modelOfManifest(path) ?? []),
    otherFiles: changed.filter(({ path }) => !concerned.has(path) && !special.includes(path)).length,
  };
}

function changedFiles(before: readonly TreeEntry[], after: readonly TreeEntry[]): readonly ChangedFile[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }))
    .filter((file) => file.before?.sha !== file.after?.sha);
}

function touchFinder(options: {
  readonly policy: Policy;
  readonly model: string;
  readonly texts: BlobTexts;
}): (file: ChangedFile) => readonly Touch[] {
  const { texts } = options;
  const roleOf = roleFinder(options);
  const roleOfContent = dataRole(options);
  return (file) => {
    if (isDvcPointer(file.path)) return dvcTouches(file);
    const role = roleOf(file.path);
    return role === null || role === 'output' ? [] : [{ cause: role, pointers: lfsPointers(file, texts) }];
  };

  function dvcTouches(file: ChangedFile): readonly Touch[] {
    const before = dvcPointerAt(file.before, texts);
    const after = dvcPointerAt(file.after, texts);
    const unread = (file.before !== undefined && before === null) || (file.after !== undefined && after === null);
    if (unread) return unreadTouches(file.path);
    const isRevised = String(before?.revisions ?? []) !== String(after?.revisions ?? []);
    const touches: Touch[] = [];
    for (const path of new Set([...(before?.contents.keys() ?? []), ...(after?.contents.keys() ?? [])])) {
      const cause = roleOfContent(path);
      const old = before?.contents.get(path) ?? null;
      const now = after?.contents.get(path) ?? null;
      if (cause === null || (!isRevised && isSameContent(old, now))) continue;
      // The same command on the same dependencies wrote something else: a result that was committed, not a cause.
      const isResult =
        cause === 'data' && before?.causes.has(path) && before.causes.get(path) === after?.causes.get(path);
      if (!isResult) touches.push({ cause, pointers: [{ path, kind: 'dvc', before: shown(old), after: shown(now) }] });
    }
    return touches;
  }

  /** `x.csv.dvc` stands for `x.csv` by custom; a lock file whose text is unknown may stand for any data. */
  function unreadTouches(path: string): readonly Touch[] {
    const cause = path.endsWith('.dvc') ? roleOfContent(path.slice(0, -'.dvc'.length)) : 'data';
    return cause === null ? [] : [{ cause, pointers: [] }];
  }
}

function lfsPointers(file: ChangedFile, texts: BlobTexts): readonly PointerChange[] {
  const [before, after] = [file.before, file.after].map((entry) => {
    const text = entry === undefined ? undefined : texts.get(entry.sha);
    const pointer = text === undefined ? null : parseLfsPointer(text);
    return pointer === null ? null : { ...pointer, files: null };
  });
  if (!before && !after) return [];
  return [{ path: file.path, kind: 'lfs', before: before ?? null, after: after ?? null }];
}

function shown(content: DvcContent | null): PointerChange['before'] {
  return content === null ? null : { digest: content.digest, bytes: content.bytes, files: content.files };
}
