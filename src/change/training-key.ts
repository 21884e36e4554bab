import { canonicalJson, type Digest, digestOf } from '../digest.ts';
import type { Policy } from '../policy/policy.ts';
import type { TreeEntry } from '../ports.ts';
import { type BlobTexts, dataRole, dvcPointerAt } from './pointers.ts';
import { isDvcPointer, type Role, roleFinder } from './roles.ts';

const parts = ['code', 'data', 'parameters', 'environment'] as const;

/**
 * The digest of all that determines a training of one model: command, output, seed, and the content of code, data,
 * parameters and environment. Equal keys mean that a training can be reused, so whatever is unknown (a tree that
 * GitHub cut, the text of a DVC pointer to training data) makes it null. Files of git and Git LFS pointers count by
 * their blob SHA (one content has one pointer), DVC pointers by the digests in them.
 */
export function trainingKeyOf(options: {
  /** The whole tree of the commit, or null when GitHub truncated it. */
  readonly tree: readonly TreeEntry[] | null;
  readonly policy: Policy;
  readonly model: string;
  readonly texts: BlobTexts;
}): Digest | null {
  const { tree, policy, model, texts } = options;
  const train = policy.models[model]?.train;
  if (tree === null || train === undefined) return null;
  const roleOf = roleFinder({ policy, model });
  const files = new Map<Role, Row[]>(parts.map((part) => [part, []]));
  for (const entry of tree) {
    const role = roleOf(entry.path);
    if (role !== null) files.get(role)?.push([entry.path, entry.sha]);
  }
  const tracked = trackedData({ tree, policy, model, texts });
  if (tracked === null) return null;
  const content = {
    schema: 'siskin.training-key/v1',
    command: train.command,
    output: train.output,
    seed: train.seed,
    files: [...files].map(([role, entries]) => [role, entries.sort(byPath)]),
    tracked,
  };
  return digestOf(canonicalJson(content));
}

type Row = readonly [path: string, content: string];

/** The training data that DVC keeps, or null when a pointer that may stand for it cannot be read. */
function trackedData(options: {
  readonly tree: readonly TreeEntry[];
  readonly policy: Policy;
  readonly model: string;
  readonly texts: BlobTexts;
}): readonly Row[] | null {
  const roleOfContent = dataRole(options);
  const rows: Row[] = [];
  for (const entry of options.tree.filter(({ path }) => isDvcPointer(path))) {
    const pointer = dvcPointerAt(entry, options.texts);
    if (pointer === null) {
      const mayBeData = !entry.path.endsWith('.dvc') || roleOfContent(entry.path.slice(0, -'.dvc'.length)) === 'data';
      if (mayBeData) return null;
      // Its name says that it stands for something else; should it not, its blob still tells two trees apart.
      rows.push([entry.path, entry.sha]);
      continue;
    }
    for (const [path, content] of pointer.contents) {
      if (roleOfContent(path) !== 'data') continue;
      rows.push([path, [content.scheme, content.digest, ...pointer.revisions].join(' ')]);
    }
  }
  return rows.sort(byPath);
}

function byPath([a]: Row, [b]: Row): number {
  return a < b ? -1 : Number(a > b);
}
