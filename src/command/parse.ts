import { nearest } from '../policy/nearest.ts';
import type { Command, Said } from './command.ts';
import { grammar, verbs } from './grammar.ts';
import { printable } from './printable.ts';
import { requestFrom } from './request.ts';
import { spokenLines } from './spoken-lines.ts';
import { plainSpaces } from './tokens.ts';
import { readWords } from './words.ts';

/** More commands than this of one comment are not read. */
const mostCommands = 20;
/** A longer line is no command. */
const longestLine = 1000;

/**
 * The slash commands of a comment: one per line, at the start of the line, outside code, quotes and HTML comments.
 * `/siskin train` and `/train` are the same. A line of another bot is left alone unless it is prefixed with `/siskin` or
 * one letter away from a verb of ours: then it is an `unknown` that says what was meant. Never throws; time is linear.
 */
export function commandsIn(comment: string): readonly Command[] {
  const commands: Command[] = [];
  for (const line of spokenLines(comment)) {
    const command = commandOf(line);
    if (command === null) continue;
    if (commands.length === mostCommands) {
      const reason = `comes after ${mostCommands} commands of the same comment; give it in another`;
      return [...commands, { ...saidOf(command.line), verb: 'unknown', reason, suggestion: null, of: null }];
    }
    commands.push(command);
  }
  return commands;
}

function commandOf(written: string): Command | null {
  const line = plainSpaces(written.slice(0, longestLine)).trim();
  const [, first = '', behind = ''] = /^\/([a-z][a-z-]{0,30})[.,;:!?]*(?: +(.*))?$/i.exec(line) ?? [];
  if (first === '') return null;
  if (first.toLowerCase() !== 'siskin') return ofVerb(first.toLowerCase(), { behind, line, written, prefixed: false });
  const [, second = '', rest = ''] = /^\/?([^ ]*?)[.,;:!?]*(?: +(.*))?$/.exec(behind) ?? [];
  return ofVerb(second.toLowerCase(), { behind: rest, line, written, prefixed: true });
}

interface Line {
  /** What stands behind the verb. */
  readonly behind: string;
  readonly line: string;
  readonly written: string;
  readonly prefixed: boolean;
}

function ofVerb(name: string, { behind, line, written, prefixed }: Line): Command | null {
  const said = saidOf(line);
  const verb = verbs.find((known) => known === name);
  if (verb === undefined) return strange(said, { name, behind, prefixed });
  if (written.length > longestLine) {
    const reason = `is longer than ${longestLine} characters`;
    return { ...said, verb: 'unknown', reason, suggestion: null, of: verb };
  }
  const words = readWords(behind, grammar[verb]);
  if (words.kind === 'refused') {
    const { reason, suggestion } = words;
    const instead = suggestion === null ? null : `/${verb} ${suggestion}`;
    return { ...said, verb: 'unknown', reason, suggestion: instead, of: verb };
  }
  return { ...said, sha: words.words.sha, dryRun: words.words.dryRun, ...requestFrom(verb, words.words) };
}

function saidOf(line: string): Said {
  return { line: printable(line), sha: null, dryRun: false };
}

function strange(
  said: Said,
  { name, behind, prefixed }: { readonly name: string; readonly behind: string; readonly prefixed: boolean },
): Command | null {
  if (prefixed && name === '') return { ...said, verb: 'help' };
  const near = prefixed ? nearest(name, verbs) : null;
  const meant = verbs.find((known) => (prefixed ? known === near : isOneEditAway(name, known)));
  if (!prefixed && meant === undefined) return null;
  const unknown = { ...said, verb: 'unknown', reason: 'is no command of Siskin', of: null } as const;
  if (meant === undefined) return { ...unknown, suggestion: null };
  // What stands behind is taken over where the command that was meant can be said so.
  const isWhole = readWords(behind, grammar[meant]).kind === 'read';
  const suggestion = isWhole ? printable(`/${meant} ${behind}`.trim()) : `/${meant}`;
  return { ...unknown, suggestion };
}

/** Whether one insertion, deletion, substitution or swap of neighbours makes the one the other. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const swapped = a.slice(0, at) + (a[at + 1] ?? '') + (a[at] ?? '') + a.slice(at + 2);
  return [a.slice(at), a.slice(at + 1)].some((x) => [b.slice(at), b.slice(at + 1)].includes(x)) || swapped === b;
}
