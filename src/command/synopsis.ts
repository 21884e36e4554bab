import type { Verb } from './command.ts';
import { grammar, type VerbGrammar } from './grammar.ts';
import { targetWords, wordValues } from './word-values.ts';

/** How a verb is typed: `/lock <environment> [-m <model>] [--for <time>] [--dry-run]`. What is in brackets may be left out. */
export function synopsis(verb: Verb): string {
  const of = grammar[verb];
  const words = wordValues(of).flatMap(({ name, flags: [flag], key, value }) => {
    if (name === 'target') return [targetOf(of)];
    if (name === 'sha') return ['[@<commit>]'];
    if (flag === undefined) return [];
    return [value === null ? `[${flag}]` : `[${flag} <${placeholders[key ?? name] ?? name}>]`];
  });
  return [`/${verb}`, ...words].join(' ');
}

const placeholders: Readonly<Record<string, string>> = { for: 'time', until: 'instant' };

/** A reason code may be left out, then those that hold are explained, and a version, then it is the next one. */
function targetOf({ target }: VerbGrammar): string {
  if (target === null) return '';
  const word = `<${targetWords[target].replace('reason ', '')}>`;
  return target === 'code' || target === 'version' ? `[${word}]` : word;
}
