import { classify } from '../change/classify.ts';
import { pointersToRead } from '../change/pointers.ts';
import { problemText } from '../error.ts';
import type { ListedFile } from '../github/pull-files.ts';
import { policyChanges } from '../policy/compare.ts';
import { HygienePolicy } from '../policy/hygiene-policy.ts';
import { type ParsedPolicy, parsePolicy } from '../policy/parse.ts';
import { type Policy, policyPath } from '../policy/policy.ts';
import type { TreeEntry } from '../ports.ts';
import { linesOfPatch } from './added-lines.ts';
import type { ChangeFacts } from './change-facts.ts';
import { type ChangedPath, changedPaths } from './changed-paths.ts';
import { type BlobReader, readSmallBlob } from './read-blob.ts';
import { readTexts } from './read-texts.ts';

/** What is read of a pull request: commits, trees and blobs by their SHAs, and GitHub's list of its files. Nothing is checked out or run. */
export interface ChangeReader extends BlobReader {
  compare(base: string, head: string): Promise<{ readonly base: string; readonly mergeBase: string }>;
  readTree(commit: string): Promise<readonly TreeEntry[] | null>;
  readFile(path: string, ref: string): Promise<string | null>;
  listFiles(number: number): Promise<readonly ListedFile[]>;
}

/** A pull request as rules see it, with what the base branch says of the rules. */
export interface GatheredChange {
  readonly facts: ChangeFacts;
  readonly levels: HygienePolicy;
  /** What is wrong with the base branch's policy, whose rules then are the usual ones; null when nothing is. */
  readonly policyProblem: string | null;
  /** GitHub's hunks by path, where they are whole and of exactly the commits that were read. */
  readonly patches: ReadonlyMap<string, string>;
  /** Files that are too large or too many to be looked into. */
  readonly unread: number;
}

const largestPointer = 1_000_000;

/** Reads a pull request at `head`: five requests, one for each further 100 files, and one for each text that a rule wants (300 at most). */
export async function gatherChange(
  github: ChangeReader,
  pull: { readonly number: number; readonly baseRef: string; readonly head: string },
): Promise<GatheredChange> {
  const { base, mergeBase } = await github.compare(pull.baseRef, pull.head);
  const [before, after, policyText, listed] = await Promise.all([
    github.readTree(mergeBase),
    github.readTree(pull.head),
    github.readFile(policyPath, base),
    github.listFiles(pull.number),
  ]);
  const parsed = policyText === null ? null : parsePolicy({ text: policyText, file: policyPath });
  const policy = policyIn(parsed);
  const levels = policy?.hygiene ?? HygienePolicy.parse({});
  const changed = changedPaths({ before, after, listed });
  const texts = await readTexts(github, { changed, policy, levels });
  const facts: ChangeFacts = {
    files: texts.files,
    paths: after === null ? null : new Set(after.map(({ path }) => path)),
    policy,
    change: policy === null ? null : classify(await pointerTexts(github, { changed, policy })),
    proposed: changed.some(({ path }) => path === policyPath)
      ? await readProposed(github, { from: mergeBase, to: pull.head })
      : null,
  };
  const patches = changed.flatMap(({ path, listed: file }) =>
    file !== null && file.patch !== null && linesOfPatch(file.patch, file.additions) !== null
      ? [[path, file.patch] as const]
      : [],
  );
  return { facts, levels, policyProblem: problemOf(parsed), patches: new Map(patches), unread: texts.unread };
}

function problemOf(parsed: ParsedPolicy | null): string | null {
  if (parsed?.kind !== 'invalid') return null;
  const [first] = parsed.problems;
  return first === undefined ? 'it cannot be read' : `line ${first.line}: ${problemText(first)}`;
}

/** Data pointers are read as the App reads them, so that a changed holdout behind DVC is seen. */
async function pointerTexts(
  github: ChangeReader,
  options: { readonly changed: readonly ChangedPath[]; readonly policy: Policy },
): Promise<Parameters<typeof classify>[0]> {
  const { changed, policy } = options;
  const before = changed.flatMap((file) => file.before ?? []);
  const after = changed.flatMap((file) => file.after ?? []);
  const texts = new Map<string, string>();
  for (const { sha } of pointersToRead({ before, after, policy })) {
    const bytes = await readSmallBlob(github, sha, largestPointer);
    if (bytes !== null) texts.set(sha, new TextDecoder().decode(bytes));
  }
  return { before, after, policy, texts };
}

/** What the pull request itself does to the policy: from where it branched off, whatever the base did since. */
async function readProposed(
  github: ChangeReader,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<ChangeFacts['proposed']> {
  const [before, after] = await Promise.all(
    [from, to].map(async (commit) => {
      const text = await github.readFile(policyPath, commit);
      return text === null ? null : parsePolicy({ text, file: policyPath });
    }),
  );
  if (after?.kind === 'invalid') {
    return { problems: after.problems.map((problem) => `line ${problem.line}: ${problemText(problem)}`), changes: [] };
  }
  return { problems: [], changes: policyChanges(policyIn(before), policyIn(after)) };
}

function policyIn(parsed: ParsedPolicy | null | undefined): Policy | null {
  return parsed?.kind === 'valid' ? parsed.policy : null;
}
