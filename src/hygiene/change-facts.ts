import type { Change } from '../change/model-change.ts';
import type { Policy } from '../policy/policy.ts';

/** A line that a pull request adds, numbered from 1 as in the new file. */
export interface AddedLine {
  readonly number: number;
  readonly text: string;
}

/** One file that a pull request changes. Paths and texts are a stranger's: anything may stand in them. */
export interface ChangedFile {
  readonly path: string;
  /** `moved` is a new name for the same content, `modified` may have a new name too. */
  readonly status: 'added' | 'modified' | 'moved' | 'deleted';
  /** Of the new blob; null when there is none, or GitHub did not say. */
  readonly bytes: number | null;
  readonly content: 'text' | 'binary' | 'unknown';
  /** Null when neither a patch nor the texts could be had. */
  readonly added: readonly AddedLine[] | null;
  /** The whole new text; null when no rule wants it, or it could not be had. */
  readonly text: string | null;
}

/** What rules judge a pull request by. */
export interface ChangeFacts {
  readonly files: readonly ChangedFile[];
  /** Every path of the head commit; null when the tree is too large for GitHub to list. */
  readonly paths: ReadonlySet<string> | null;
  /** The policy of the base branch; null when there is none, or it cannot be used. */
  readonly policy: Policy | null;
  /** What the files mean to the models of that policy. */
  readonly change: Change | null;
  /** What an edit of the policy file would do, in the sentences of policyChanges; null when it is not edited. */
  readonly proposed: { readonly problems: readonly string[]; readonly changes: readonly string[] } | null;
}

/** The name of a file without its folders. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of a file without the slash; empty at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}
