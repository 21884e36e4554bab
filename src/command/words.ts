import { nearest } from '../policy/nearest.ts';
import { ModelName } from '../policy/policy.ts';
import type { Term } from './command.ts';
import type { VerbGrammar, Word } from './grammar.ts';
import { printable } from './printable.ts';

/** The words behind a verb as typed values; null and false where nothing was said. */
export interface Words {
  readonly target: string | null;
  readonly model: string | null;
  readonly reason: string | null;
  readonly term: Term | null;
  readonly organisation: boolean;
  readonly seed: number | null;
  readonly sha: string | null;
  readonly dryRun: boolean;
}

/** The words of a line, or what is wrong with the first that is. */
export type ReadWords =
  | { readonly kind: 'read'; readonly words: Words }
  | { readonly kind: 'refused'; readonly reason: string; readonly suggestion: string | null };

/** Reads what stands behind a verb: a target, flags with their values, `key=value` pairs and `@sha`, in any order. */
export function readWords(text: string, of: VerbGrammar): ReadWords {
  const tokens = tokensOf(text);
  if (tokens === null) return refused('has a quotation that does not end');
  let words: Words = nothingSaid;
  const left = [...tokens];
  for (let token = left.shift(); token !== undefined; token = left.shift()) {
    const flag = flagOf(token);
    if (flag === null) {
      const read = readBare(token, { of, words });
      if (typeof read === 'string') return refused(read);
      words = read;
      continue;
    }
    const known = flagsOf(of).find(({ names }) => names.includes(flag.name));
    if (known === undefined) return refused(unknownFlag(flag.name, of));
    if (known.value === null) {
      if (flag.value !== null) return refused(`takes \`${known.names[0]}\` without a value`);
      words = known.read(words, '') ?? words;
      continue;
    }
    const value = flag.value ?? left.shift();
    if (value === undefined || value === '') return refused(`needs ${known.value} after \`${flag.name}\``);
    const read = known.read(words, value);
    if (read === null) return refused(`needs ${known.value} after \`${flag.name}\`, found \`${printable(value)}\``);
    words = read;
  }
  return { kind: 'read', words };
}

const nothingSaid: Words = {
  target: null,
  model: null,
  reason: null,
  term: null,
  organisation: false,
  seed: null,
  sha: null,
  dryRun: false,
};

interface Flag {
  readonly names: readonly string[];
  /** What the value is; null for a flag without one. */
  readonly value: string | null;
  /** Null when the value is not what it must be. */
  readonly read: (words: Words, value: string) => Words | null;
}

const flags: Readonly<Record<Exclude<Word, 'seed' | 'sha'>, readonly Flag[]>> = {
  model: [
    {
      names: ['-m', '--model'],
      value: 'the name of a model',
      read: (words, model) => (ModelName.safeParse(model).success ? { ...words, model } : null),
    },
  ],
  reason: [
    { names: ['--reason'], value: 'a reason', read: (words, reason) => ({ ...words, reason: printable(reason) }) },
  ],
  term: [
    {
      names: ['--for'],
      value: 'a time such as `30m`, `2h` or `1d`',
      read: (words, value) => {
        const minutes = minutesOf(value);
        return minutes === null ? null : { ...words, term: { minutes } };
      },
    },
    {
      names: ['--until'],
      value: 'an instant such as `2026-03-01T18:00Z`',
      read: (words, value) => {
        const until = instantOf(value);
        return until === null ? null : { ...words, term: { until } };
      },
    },
  ],
  organisation: [
    { names: ['--organisation', '--organization'], value: null, read: (words) => ({ ...words, organisation: true }) },
  ],
};

const dryRun: Flag = { names: ['--dry-run'], value: null, read: (words) => ({ ...words, dryRun: true }) };

function flagsOf(of: VerbGrammar): readonly Flag[] {
  const own = of.takes.flatMap((word) => (word === 'seed' || word === 'sha' ? [] : flags[word]));
  return of.changes ? [...own, dryRun] : own;
}

function flagOf(token: string): { readonly name: string; readonly value: string | null } | null {
  if (!/^--?[a-z]/i.test(token)) return null;
  const equals = token.indexOf('=');
  return equals < 0 ? { name: token, value: null } : { name: token.slice(0, equals), value: token.slice(equals + 1) };
}

function unknownFlag(name: string, of: VerbGrammar): string {
  const names = flagsOf(of).map(({ names: [first = ''] }) => first);
  const meant = nearest(name, names);
  const known = names.length === 0 ? 'takes no flag' : `knows only ${names.map((one) => `\`${one}\``).join(', ')}`;
  return `${known}, found \`${printable(name)}\`${meant === null ? '' : ` (did you mean \`${meant}\`?)`}`;
}

/** A word that is no flag: `@sha`, a pair, or the target. A sentence without its subject when it is none. */
function readBare(token: string, { of, words }: { readonly of: VerbGrammar; readonly words: Words }): Words | string {
  if (token.startsWith('@') && of.takes.includes('sha')) {
    const sha = token.slice(1).toLowerCase();
    return /^[0-9a-f]{7,40}$/.test(sha)
      ? { ...words, sha }
      : `needs 7 to 40 hexadecimal digits of a commit after \`@\`, found \`${printable(token)}\``;
  }
  const [key, value] = token.split('=', 2);
  if (key === 'seed' && value !== undefined && of.takes.includes('seed')) {
    const seed = Number(value);
    return /^\d{1,9}$/.test(value)
      ? { ...words, seed }
      : `needs a whole number after \`seed=\`, found \`${printable(value)}\``;
  }
  if (of.target === null) {
    const hint = of.takes.includes('model') ? ' (a model is named with `-m`)' : '';
    return `takes nothing like \`${printable(token)}\`${hint}`;
  }
  if (words.target !== null) return `takes one ${of.target}, found also \`${printable(token)}\``;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/i.test(token)) return `needs a ${of.target}, found \`${printable(token)}\``;
  return { ...words, target: token.toLowerCase() };
}

const mostTokens = 64;

/** Words between spaces; quotation marks keep several together. Null when a quotation does not end. */
function tokensOf(text: string): readonly string[] | null {
  const tokens: string[] = [];
  const pattern = /\s*(?:"([^"]*)"|'([^']*)'|((?:[^\s"']|(?<==)"[^"]*"|(?<==)'[^']*')+)|(["']))/gy;
  for (let match = pattern.exec(text); match !== null && tokens.length < mostTokens; match = pattern.exec(text)) {
    if (match[4] !== undefined) return null;
    tokens.push(match[1] ?? match[2] ?? (match[3] ?? '').replace(/=["'](.*)["']$/, '=$1'));
  }
  return tokens;
}

function minutesOf(value: string): number | null {
  const match = /^(\d{1,4})(m|h|d)$/.exec(value);
  if (match === null) return null;
  const minutes = Number(match[1]) * (match[2] === 'd' ? 1440 : match[2] === 'h' ? 60 : 1);
  return minutes > 0 ? minutes : null;
}

function instantOf(value: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function refused(reason: string): ReadWords {
  return { kind: 'refused', reason, suggestion: null };
}
