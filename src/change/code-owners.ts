import { fits } from './glob.ts';

/** Where GitHub looks for code owners; the first file that exists counts, even when it is empty. */
export const codeOwnersPaths = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** Whom a line of CODEOWNERS names. GitHub tells nobody whose an e-mail address is. */
export type Owner =
  | { readonly kind: 'user'; readonly login: string }
  | { readonly kind: 'team'; readonly organisation: string; readonly slug: string }
  | { readonly kind: 'email'; readonly address: string };

/** Tells the owners of a file, by its path; empty when it has none. */
export type OwnersOf = (path: string) => readonly Owner[];

/**
 * Reads a CODEOWNERS file as GitHub does: the last line that fits a path decides, and one without owners takes them
 * away. A pattern is one of gitignore but for `!`, `[…]` and a first `\#`, which GitHub does not know; its case counts,
 * and `docs/*` holds the files of that folder only. A line that is none is passed over:
 * https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
export function codeOwners(text: string): OwnersOf {
  // GitHub does not load a file over 3 MB.
  const lines = text.length > mostBytes || Buffer.byteLength(text) > mostBytes ? [] : text.split(/\r\n|\n|\r/);
  const rules = lines.flatMap((line) => ruleOf(line) ?? []).reverse();
  return (path) => {
    const segments = path.split('/').map((text): Segment => ({ text, letters: [...text] }));
    return rules.find(({ holds }) => holds(segments))?.owners ?? [];
  };
}

const mostBytes = 3_000_000;

/** An owner as CODEOWNERS names it. */
export function ownerText(owner: Owner): string {
  if (owner.kind === 'user') return `@${owner.login}`;
  return owner.kind === 'team' ? `@${owner.organisation}/${owner.slug}` : owner.address;
}

interface Rule {
  readonly holds: (path: readonly Segment[]) => boolean;
  readonly owners: readonly Owner[];
}

/** Null when the line is empty, a comment, or none that GitHub understands. */
function ruleOf(line: string): Rule | null {
  const [pattern, ...names] = wordsOf(line);
  if (pattern === undefined) return null;
  const owners = names.map(ownerOf);
  const holds = matcherOf(pattern);
  if (holds === null || owners.includes(null)) return null;
  return { holds, owners: owners.flatMap((owner) => owner ?? []) };
}

/** The words of a line up to a comment; a backslash keeps a space in its word. */
function wordsOf(line: string): readonly string[] {
  const words = line.match(/(?:\\.|[^\s\\]|\\$)+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith('#'));
  return end < 0 ? words : words.slice(0, end);
}

function ownerOf(name: string): Owner | null {
  // A slug goes into the path of a request: `..` would ask for something else.
  const [, organisation, slug] = /^@([\w-]+)\/([\w-][\w.-]*)$/.exec(name) ?? [];
  if (organisation !== undefined && slug !== undefined) return { kind: 'team', organisation, slug: slug.toLowerCase() };
  const [, login] = /^@([\w-]+)$/.exec(name) ?? [];
  if (login !== undefined) return { kind: 'user', login };
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(name) ? { kind: 'email', address: name } : null;
}

/** A letter that stands for itself, `?` for any one, `*` for any number of them. */
type Letter = string | typeof one | typeof many;
type Letters = readonly Letter[];
const one: unique symbol = Symbol('?');
const many: unique symbol = Symbol('*');
/** Any number of whole segments. */
const deep: unique symbol = Symbol('**');

function matcherOf(pattern: string): Rule['holds'] | null {
  if (/^!|^\\#|\[|\]/.test(pattern)) return null;
  const parts = pattern.split('/').map(partOf);
  const isFolder = isEmpty(parts.at(-1));
  const isAnchored = parts.slice(0, isFolder ? -1 : undefined).length > 1;
  const inner = parts.filter((part) => !isEmpty(part));
  if (inner.length === 0) return null;
  const last = inner.at(-1);
  const isDeepEnd = last === deep;
  // What ends in a folder or in `**` holds what lies below it; `docs/*` only what lies right there; all else both.
  const below: readonly Part[] =
    isFolder || isDeepEnd ? [some, ...anything] : isAnchored && isWild(last) ? [] : anything;
  const whole = [...(isAnchored ? [] : anything), ...(isDeepEnd ? inner.slice(0, -1) : inner), ...below];
  return (path) => fits({ pattern: whole, text: path, wild: deep, same: isSegment });
}

/** A segment of a pattern. Most are plain text, which is compared as such. */
type Part = { readonly text: string | null; readonly letters: Letters } | typeof deep;
/** A segment of a path. */
type Segment = { readonly text: string; readonly letters: readonly string[] };
const anything: readonly Part[] = [deep];
const some: Part = { text: null, letters: [many] };

function partOf(written: string): Part {
  if (written === '**') return deep;
  const letters: Letter[] = [];
  for (const [token] of written.matchAll(/\\.|./gsu)) {
    if (token === '*') letters.push(many);
    else letters.push(token === '?' ? one : token.length > 1 && token.startsWith('\\') ? token.slice(1) : token);
  }
  const isPlain = letters.every((letter) => typeof letter === 'string');
  return { text: isPlain ? letters.join('') : null, letters };
}

function isSegment(part: Part, { text, letters }: Segment): boolean {
  if (part === deep) return false;
  if (part.text !== null) return part.text === text;
  return fits({ pattern: part.letters, text: letters, wild: many, same: isLetter });
}

function isLetter(wanted: Letter, letter: Letter): boolean {
  return wanted === one || wanted === letter;
}

function isEmpty(part: Part | undefined): boolean {
  return part !== undefined && part !== deep && part.text === '';
}

function isWild(part: Part | undefined): boolean {
  return part !== undefined && part !== deep && part.letters.length === 1 && part.letters[0] === many;
}
