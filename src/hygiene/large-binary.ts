import { type ChangedFile, type ChangeFacts, nameOf } from './change-facts.ts';
import type { Rule } from './rule.ts';

const mostBytes = 1_000_000;
/** GitHub warns of larger files: https://docs.github.com/repositories/working-with-files/managing-large-files */
const mostModelBytes = 50_000_000;
const table = /\.(?:csv|tsv|jsonl|ndjson|parquet|feather|arrow|avro|orc|npy|npz|h5|hdf5|pkl|pickle|mat|tfrecord)$/i;

/** Files that git would carry in every clone for ever. A pointer of DVC or Git LFS is small and never found. */
export const largeBinary: Rule = {
  name: 'large-binary',
  title: 'A large binary is committed instead of a pointer',
  reason:
    'git keeps every version of it in every clone for ever, shows no difference between two, and GitHub refuses files over 100 MB',
  fix: 'take it out of the branch and track it with `dvc add` or `git lfs track`; a file that was pushed stays in the history until the branch is rewritten',
  places: (facts) =>
    facts.files.flatMap((file) => {
      const { path, bytes } = file;
      const limit = isCommittedModel(path, facts) ? mostModelBytes : mostBytes;
      // Under another name git carries it no second time.
      const isNew = file.status === 'added' || file.status === 'modified';
      if (!isNew || bytes === null || bytes <= limit || !isBinary(file)) return [];
      return [{ path, line: null, found: `${megabytes(bytes)} in git itself (limit ${megabytes(limit)})` }];
    }),
};

function isBinary({ path, content }: ChangedFile): boolean {
  return content === 'binary' || table.test(nameOf(path));
}

/** A file that the policy names as `model` is meant to stand in git. */
function isCommittedModel(path: string, { change }: ChangeFacts): boolean {
  return change?.models.some(({ files }) => files.model?.includes(path)) ?? false;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
}
