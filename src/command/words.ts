import { nearest } from '../policy/nearest.ts';
import type { VerbGrammar } from './grammar.ts';
import { printable } from './printable.ts';
import { type Token, tokensOf } from './tokens.ts';
import { flagNames, nothingSaid, type Words, type WordValue, wordValues } from './word-values.ts';

/** The words of a line, or what is wrong with the first that is. */
export type ReadWords =
  | { readonly kind: 'read'; readonly words: Words }
  | {
      readonly kind: 'refused';
      /** A sentence without its subject. */
      readonly reason: string;
      /** What stands behind the verb, mended; null when it cannot be told. */
      readonly suggestion: string | null;
    };

/** Reads what stands behind a verb: a target, flags with their values, `key=value` pairs and `@sha`, in any order. */
export function readWords(text: string, of: VerbGrammar): ReadWords {
  const read = tokensOf(text);
  if (read.kind === 'refused') return { ...read, suggestion: null };
  const { tokens } = read;
  const said = new Set<string>();
  let words = nothingSaid;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] as Token; // within the bounds of the loop
    const meant = meaningOf(token, of);
    if (meant.kind === 'refused') return { ...meant, suggestion: mended(tokens, { at, instead: meant.instead }) };
    let value: string | null = meant.kind === 'bare' ? token.head : token.value;
    if (meant.kind === 'flag' && meant.of.value !== null && value === null) {
      value = valueAfter(tokens[at + 1]);
      at += 1;
    }
    const next = taken(words, { meant, token, value, said });
    if (typeof next === 'string') return { kind: 'refused', reason: next, suggestion: null };
    words = next;
  }
  return { kind: 'read', words };
}

type Meaning =
  | { readonly kind: 'flag' | 'bare'; readonly of: WordValue }
  | { readonly kind: 'refused'; readonly reason: string; readonly instead: string | null };

/** What a word is about: a flag or pair by its name, else the commit, else the target. */
function meaningOf(token: Token, of: VerbGrammar): Meaning {
  const { head, value, quoted } = token;
  const known = wordValues(of);
  if (!quoted && /^--?\p{L}/u.test(head)) {
    const found = known.find(({ flags }) => flags.includes(head.toLowerCase()));
    return found === undefined ? unknownFlag(head, known) : { kind: 'flag', of: found };
  }
  if (!quoted && value !== null) {
    const found = known.find(({ key }) => key !== null && key === head.toLowerCase());
    return found === undefined ? unknownKey(head, known) : { kind: 'flag', of: found };
  }
  const isCommit = !quoted && head.startsWith('@');
  const found = known.find(({ name }) => name === (isCommit ? 'sha' : 'target'));
  return found === undefined ? stray(head, of) : { kind: 'bare', of: found };
}

/** The words with one more, or what is wrong with it. */
function taken(
  words: Words,
  one: {
    readonly meant: { readonly kind: 'flag' | 'bare'; readonly of: WordValue };
    readonly token: Token;
    readonly value: string | null;
    readonly said: Set<string>;
  },
): Words | string {
  const { meant, token, value, said } = one;
  const { name, is, read } = meant.of;
  const pair = token.value !== null && !token.head.startsWith('-') ? '=' : '';
  const behind = meant.kind === 'flag' ? ` after \`${printable(token.head)}${pair}\`` : '';
  const isAgain = said.has(name);
  said.add(name);
  if (meant.of.value === null) {
    if (value !== null) return `takes \`${printable(token.head)}\` without a value`;
    return read(words, '') ?? words;
  }
  if (isAgain) return `takes one ${is}, found also \`${printable(value ?? token.head)}\``;
  if (value === null || value.trim() === '') return `needs ${meant.of.value}${behind}`;
  return read(words, value.trim()) ?? `needs ${meant.of.value}${behind}, found \`${printable(value)}\``;
}

/** The next word, unless it is a flag of its own. */
function valueAfter(next: Token | undefined): string | null {
  if (next === undefined || (!next.quoted && /^--?\p{L}/u.test(next.head))) return null;
  return next.value === null ? next.head : `${next.head}=${next.value}`;
}

function unknownFlag(written: string, known: readonly WordValue[]): Meaning {
  const all = known.flatMap(({ flags }) => flags);
  const list = flagNames(known).map((one) => `\`${one}\``);
  const reason = `${list.length === 0 ? 'takes no flag' : `knows only ${list.join(', ')}`}, found \`${printable(written)}\``;
  return { kind: 'refused', reason, instead: nearest(written, all) };
}

function unknownKey(written: string, known: readonly WordValue[]): Meaning {
  const keys = known.flatMap(({ key }) => key ?? []);
  const meant = nearest(written, keys);
  const list = keys.map((key) => `\`${key}=\``).join(', ');
  const reason = `${list === '' ? 'takes nothing with `=`' : `knows only ${list}`}, found \`${printable(written)}=\``;
  return { kind: 'refused', reason, instead: meant };
}

/** A word where the verb has no place for one: where it takes a model, that was probably meant. */
function stray(written: string, of: VerbGrammar): Meaning {
  const isModel = of.takes.includes('model') && /^[a-z0-9][a-z0-9-]*$/.test(written);
  const hint = of.takes.includes('model') ? ' (a model is named with `-m`)' : '';
  const reason = `takes nothing like \`${printable(written)}\`${hint}`;
  return { kind: 'refused', reason, instead: isModel ? `-m ${written}` : null };
}

/** All that was typed, with the head of one word replaced. */
function mended(
  tokens: readonly Token[],
  { at, instead }: { readonly at: number; readonly instead: string | null },
): string | null {
  if (instead === null) return null;
  const words = tokens.map(({ head, raw }, index) => (index === at ? instead + raw.slice(head.length) : raw));
  return printable(words.join(' '));
}
