import type { HygienePolicy } from '../policy/hygiene-policy.ts';
import type { Policy } from '../policy/policy.ts';
import type { TreeEntry } from '../ports.ts';
import { linesBeyond, linesOfPatch } from './added-lines.ts';
import { type AddedLine, type ChangedFile, nameOf } from './change-facts.ts';
import type { ChangedPath } from './changed-paths.ts';
import { hygieneRules } from './judge-change.ts';
import { largestNotebook } from './notebook-output.ts';
import { type BlobReader, readSmallBlob } from './read-blob.ts';

const mostBlobs = 300;
const mostBytes = 60_000_000;
const largestText = 1_000_000;
const lanes = 8;

/** Changed files with the lines and texts that the rules that are on want of them, and how many could not be looked into. */
export async function readTexts(
  github: BlobReader,
  options: { readonly changed: readonly ChangedPath[]; readonly policy: Policy | null; readonly levels: HygienePolicy },
): Promise<{ readonly files: readonly ChangedFile[]; readonly unread: number }> {
  const { changed, policy, levels } = options;
  const wants = hygieneRules
    .filter(({ name }) => levels[name] !== 'off')
    .flatMap(({ wantsText }) => wantsText?.(policy) ?? []);
  const plans = changed.map((file) => planOf(file, wants.some((want) => want(file.path)) ? 'text' : 'lines'));
  const urgent = plans.filter(({ want }) => want === 'text');
  const other = plans.filter(({ want }) => want === 'lines');
  const blobs = await readBlobs(
    github,
    [...urgent, ...other].flatMap(({ reads }) => reads),
  );
  const files = plans.map((plan) => assembled(plan, blobs));
  return { files, unread: files.filter(isUnread).length };
}

/** A deleted file adds nothing, and a binary has no lines; of every other one the added lines should be known. */
function isUnread({ added, content }: ChangedFile): boolean {
  return added === null && content !== 'binary';
}

interface Plan {
  readonly file: ChangedPath;
  readonly want: 'text' | 'lines';
  /** The added lines by GitHub's hunks, when those are whole. */
  readonly lines: readonly AddedLine[] | null;
  /** GitHub shows no difference: a binary, or a text that `.gitattributes` calls so. */
  readonly isHidden: boolean;
  readonly reads: readonly Read[];
}

interface Read {
  readonly sha: string;
  /** Null when it is not known. */
  readonly bytes: number | null;
  readonly limit: number;
}

function planOf(file: ChangedPath, want: 'text' | 'lines'): Plan {
  const { path, before, after, listed } = file;
  const isHidden = listed !== null && listed.patch === null && listed.additions + listed.deletions === 0;
  const lines = listed === null || listed.patch === null ? null : linesOfPatch(listed.patch, listed.additions);
  const plan = { file, want, lines, isHidden };
  // The hunks of a new file are the file.
  const isKnown = lines !== null && (want === 'lines' || before === null);
  if (after === null || isMoved(file) || isKnown || (isHidden && isCalledBinary(path))) return { ...plan, reads: [] };
  const limit = path.endsWith('.ipynb') ? largestNotebook : largestText;
  const wanted = lines === null ? [after, before] : [after];
  return { ...plan, reads: wanted.flatMap((entry) => (entry === null ? [] : readOf(entry, { file, limit }))) };
}

/** The same content under another name. */
function isMoved({ before, after }: ChangedPath): boolean {
  return before !== null && before.sha === after?.sha;
}

function readOf(
  entry: TreeEntry,
  { file, limit }: { readonly file: ChangedPath; readonly limit: number },
): readonly Read[] {
  if (file.isSized && entry.bytes > limit) return [];
  return [{ sha: entry.sha, bytes: file.isSized ? entry.bytes : null, limit }];
}

/** Names whose content nobody expects to be text, so that it is not fetched to find out. */
function isCalledBinary(path: string): boolean {
  return /\.(?:png|jpe?g|gif|webp|ico|pdf|zip|gz|tgz|xz|zst|7z|whl|jar|so|dll|dylib|exe|mp[34]|wav|woff2?|ttf|onnx|pt|pth|bin|safetensors|h5|keras|pb|tflite|parquet|feather|arrow|npy|npz|pkl|joblib)$/i.test(
    nameOf(path),
  );
}

/** Texts by blob SHA; `binary` where one holds a NUL, absent where it was not read. */
type Blobs = ReadonlyMap<string, { readonly kind: 'text'; readonly text: string } | { readonly kind: 'binary' }>;

async function readBlobs(github: BlobReader, reads: readonly Read[]): Promise<Blobs> {
  const blobs = new Map<string, { readonly kind: 'text'; readonly text: string } | { readonly kind: 'binary' }>();
  const queue = affordable(reads);
  const work = async (): Promise<void> => {
    for (let read = queue.shift(); read !== undefined; read = queue.shift()) {
      const bytes = await readSmallBlob(github, read.sha, read.limit);
      if (bytes === null) continue;
      // Git itself takes a NUL among the first bytes for the sign of a binary.
      const isBinary = bytes.subarray(0, 8000).includes(0);
      blobs.set(read.sha, isBinary ? { kind: 'binary' } : { kind: 'text', text: new TextDecoder().decode(bytes) });
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return blobs;
}

/** The first reads, each blob once, as far as a job may ask GitHub for one pull request. */
function affordable(reads: readonly Read[]): Read[] {
  const chosen = new Map<string, Read>();
  let bytes = 0;
  for (const read of reads) {
    if (chosen.has(read.sha) || chosen.size === mostBlobs) continue;
    const cost = read.bytes ?? read.limit;
    if (bytes + cost > mostBytes) continue;
    bytes += cost;
    chosen.set(read.sha, read);
  }
  return [...chosen.values()];
}

function assembled({ file, lines, isHidden }: Plan, blobs: Blobs): ChangedFile {
  const { path, before, after } = file;
  if (after === null) return { path, status: 'deleted', bytes: null, content: 'unknown', added: [], text: null };
  const bytes = file.isSized ? after.bytes : null;
  // GitHub shows as little of it as of a binary.
  if (isMoved(file)) return { path, status: 'moved', bytes, content: 'unknown', added: [], text: null };
  const base = { path, status: before === null ? 'added' : 'modified', bytes } as const;
  const blob = blobs.get(after.sha);
  if (blob?.kind === 'binary') return { ...base, content: 'binary', added: null, text: null };
  if (blob?.kind === 'text') {
    return { ...base, content: 'text', added: lines ?? linesSince(before, blob.text, blobs), text: blob.text };
  }
  const text = lines !== null && before === null ? lines.map((line) => line.text).join('\n') : null;
  return { ...base, content: lines !== null ? 'text' : isHidden ? 'binary' : 'unknown', added: lines, text };
}

function linesSince(before: TreeEntry | null, text: string, blobs: Blobs): readonly AddedLine[] | null {
  if (before === null) return linesBeyond('', text);
  const old = blobs.get(before.sha);
  if (old === undefined) return null;
  return linesBeyond(old.kind === 'text' ? old.text : '', text);
}
