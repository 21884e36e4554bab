import { nearest } from '../policy/nearest.ts';
import { ModelName } from '../policy/policy.ts';
import type { Command } from './command.ts';
import { spokenLines } from './spoken-lines.ts';

/** The verbs in the order in which help lists them. */
export const verbs = ['help', 'status', 'evaluate', 'train', 'cancel'] as const;
type Verb = (typeof verbs)[number];

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
  const [first = '', ...rest] = line.trim().split(/\s+/, 32);
  if (!/^\/[a-z][a-z-]{0,30}$/i.test(first)) return null;
  const prefixed = first.toLowerCase() === '/siskin';
  const written = (prefixed ? (rest[0] ?? '') : first).replace(/^\//, '').toLowerCase();
  const words = prefixed ? rest.slice(1) : rest;
  const verb = verbs.find((known) => known === written);
  if (verb !== undefined) return withArguments({ verb, words, line });
  if (prefixed)
    return written === '' ? { verb: 'help' } : unknown(line, 'is no command of Siskin', nearest(written, verbs));
  const meant = verbs.find((known) => isOneEditAway(written, known));
  return meant === undefined ? null : unknown(line, 'is no command of Siskin', meant);
}

function withArguments(options: {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly line: string;
}): Command {
  const { verb, words, line } = options;
  if (verb !== 'train' && verb !== 'evaluate') {
    return words.length === 0 ? { verb } : unknown(line, `takes nothing after it, found \`${plain(words[0])}\``, verb);
  }
  if (words.length === 0) return { verb, model: null };
  const [flag = '', value, ...more] = words.flatMap((word) =>
    word.startsWith('--model=') ? ['--model', word.slice('--model='.length)] : [word],
  );
  const wanted = `${verb} -m <model>`;
  if (flag !== '-m' && flag !== '--model') return unknown(line, `knows only \`-m\`, found \`${plain(flag)}\``, wanted);
  if (value === undefined) return unknown(line, 'needs the name of a model after `-m`', wanted);
  if (more.length > 0) return unknown(line, `takes one model, found also \`${plain(more[0])}\``, wanted);
  return ModelName.safeParse(value).success
    ? { verb, model: value }
    : unknown(line, `needs the name of a model after \`-m\`, found \`${plain(value)}\``, wanted);
}

function unknown(line: string, reason: string, suggestion: string | null): Command {
  const text = plain(line.trim());
  return { verb: 'unknown', text, reason, suggestion: suggestion === null ? null : `/${suggestion}` };
}

/** What a stranger wrote, fit for a code span: printable, short, and without the back-tick that would end the span. */
function plain(text = ''): string {
  const shown = text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]|`/gu, ' ');
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}

/** Whether one insertion, deletion, substitution or swap of neighbours makes the one the other. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const swapped = a.slice(0, at) + (a[at + 1] ?? '') + (a[at] ?? '') + a.slice(at + 2);
  return [a.slice(at), a.slice(at + 1)].some((x) => [b.slice(at), b.slice(at + 1)].includes(x)) || swapped === b;
}
