import type { ModelChange } from '../change/model-change.ts';
import { isDvcPointer, roleFinder } from '../change/roles.ts';
import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import type { Look } from '../evaluate/holdout/count-looks.ts';
import type { ModelPolicy, Policy } from '../policy/policy.ts';
import type { TreeEntry } from '../ports.ts';
import type { ModelSource } from '../run-plan.ts';
import type { Champion, RunRecord } from '../store/run-record.ts';

/** What is known of one model of the policy over a commit range. */
export interface ModelFacts {
  readonly model: string;
  readonly policy: ModelPolicy;
  /** Null when GitHub cut a tree, so that nobody can tell what changed. */
  readonly change: ModelChange | null;
  /** Null without a `train` section, or when something that determines the training is unknown. */
  readonly trainingKey: string | null;
  /** The model that is committed at the head; null when none is. */
  readonly committed: { readonly path: string; readonly digest: Digest } | null;
  /** What the candidate is compared with. */
  readonly champion: ModelSource;
  /** The fence of the newest accepted run; 0 when none was accepted. */
  readonly championFence: number;
  /** Digest of all that determines an evaluation but the candidate: policy, holdout, data, schemas and champion. */
  readonly setting: Digest | null;
  /** The newest run that trained with this key. */
  readonly sameTraining: RunRecord | null;
  /** What holdouts judged of this model before, oldest first. */
  readonly looks?: readonly Look[];
}

/** Two commits' trees: of the base branch, and of the commit that is checked. Null where GitHub cut one. */
export interface Trees {
  readonly base: readonly TreeEntry[] | null;
  readonly head: readonly TreeEntry[] | null;
}

/** Puts one model's facts together from the trees, the change and what the store knows. */
export function modelFacts(options: {
  readonly policy: Policy;
  readonly model: string;
  readonly own: ModelPolicy;
  readonly trees: Trees;
  readonly change: ModelChange | null;
  readonly trainingKey: string | null;
  readonly accepted: Champion | null;
  readonly sameTraining: RunRecord | null;
  readonly looks?: readonly Look[];
}): ModelFacts {
  const { model, own, trees, change, trainingKey, sameTraining, looks = [] } = options;
  const champion = championOf(options);
  return {
    model,
    policy: own,
    change,
    trainingKey,
    committed: committedIn(trees.head, own.model),
    champion,
    championFence: options.accepted?.fence ?? 0,
    setting: settingOf({ ...options, champion }),
    sameTraining,
    looks,
  };
}

/** A committed model of the base branch is its champion; else the newest accepted run is. */
function championOf(options: {
  readonly own: ModelPolicy;
  readonly trees: Trees;
  readonly accepted: Champion | null;
}): ModelSource {
  const committed = committedIn(options.trees.base, options.own.model);
  if (committed !== null) return { kind: 'file', path: committed.path };
  const { accepted } = options;
  if (accepted === null) return { kind: 'none', reason: 'no champion yet' };
  return { kind: 'artifact', runId: accepted.runId, artifact: accepted.artifact, digest: accepted.digest };
}

/** The file or folder itself, or the DVC pointer that stands for it. */
function committedIn(tree: readonly TreeEntry[] | null, path: string | undefined): ModelFacts['committed'] {
  if (tree === null || path === undefined) return null;
  const folder = path.replace(/\/*$/, '/');
  const isOfModel = (entry: TreeEntry) =>
    entry.path === path || entry.path.startsWith(folder) || entry.path === `${folder.slice(0, -1)}.dvc`;
  const entries = tree.filter(isOfModel).map((entry) => [entry.path, entry.sha]);
  return entries.length === 0 ? null : { path, digest: digestOf(canonicalJson(entries)) };
}

function settingOf(options: {
  readonly policy: Policy;
  readonly model: string;
  readonly own: ModelPolicy;
  readonly trees: Trees;
  readonly champion: ModelSource;
}): Digest | null {
  const { base, head } = options.trees;
  if (base === null || head === null) return null;
  const roleOf = roleFinder(options);
  // Pointers of DVC count whole: one that stands for something else costs an evaluation too many, never one too few.
  const content = (tree: readonly TreeEntry[], roles: readonly string[]) =>
    tree
      .filter(({ path }) => isDvcPointer(path) || roles.includes(roleOf(path) ?? ''))
      .map(({ path, sha }) => [path, sha]);
  return digestOf(
    canonicalJson({
      policy: options.own,
      champion: options.champion,
      base: content(base, ['holdout', 'data', 'schema', 'model']),
      head: content(head, ['data', 'schema']),
    }),
  );
}
