import { nearest } from '../policy/nearest.ts';
import type { Command, Said } from './command.ts';
import { grammar, verbs } from './grammar.ts';
import { printable } from './printable.ts';
import { requestFrom } from './request.ts';
import { spokenLines } from './spoken-lines.ts';
import { readWords } from './words.ts';

const mostCommands = 20;

/**
 * The slash commands of a comment: one per line, at the start of the line, outside code, quotes and HTML comments.
 * `/siskin train` and `/train` are the same. A line of another bot is left alone unless it is prefixed with `/siskin` or
 * one letter away from a verb of ours: then it is an `unknown` that says what was meant. Never throws; time is linear.
 */
export function commandsIn(comment: string): readonly Command[] {
  const commands: Command[] = [];
  for (const line of spokenLines(comment)) {
    const command = commandOf(line);
    if (command !== null) commands.push(command);
    if (commands.length === mostCommands) break;
  }
  return commands;
}

function commandOf(line: string): Command | null {
  const [first = '', second = ''] = line.trim().split(/\s+/, 2);
  if (!/^\/[a-z][a-z-]{0,30}$/i.test(first)) return null;
  const prefixed = first.toLowerCase() === '/siskin';
  const written = (prefixed ? second : first).replace(/^\//, '').toLowerCase();
  const said: Said = { line: printable(line.trim()), sha: null, dryRun: false };
  const verb = verbs.find((known) => known === written);
  if (verb === undefined) return strange(said, { written, prefixed });
  const rest = afterWords(line, prefixed ? 2 : 1);
  const words = readWords(rest, grammar[verb]);
  if (words.kind === 'refused') {
    return {
      ...said,
      verb: 'unknown',
      reason: words.reason,
      suggestion: `/${words.suggestion ?? grammar[verb].example}`,
    };
  }
  return { ...said, sha: words.words.sha, dryRun: words.words.dryRun, ...requestFrom(verb, words.words) };
}

function strange(
  said: Said,
  { written, prefixed }: { readonly written: string; readonly prefixed: boolean },
): Command | null {
  if (prefixed && written === '') return { ...said, verb: 'help' };
  const meant = prefixed ? nearest(written, verbs) : verbs.find((known) => isOneEditAway(written, known));
  if (!prefixed && meant === undefined) return null;
  const suggestion = meant == null ? null : `/${meant}`;
  return { ...said, verb: 'unknown', reason: 'is no command of Siskin', suggestion };
}

/** The line without its first so many words. */
function afterWords(line: string, count: number): string {
  return line.trim().replace(new RegExp(`^(?:\\S+\\s*){${count}}`), '');
}

/** Whether one insertion, deletion, substitution or swap of neighbours makes the one the other. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const swapped = a.slice(0, at) + (a[at + 1] ?? '') + (a[at] ?? '') + a.slice(at + 2);
  return [a.slice(at), a.slice(at + 1)].some((x) => [b.slice(at), b.slice(at + 1)].includes(x)) || swapped === b;
}
