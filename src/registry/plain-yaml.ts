import { Lexer } from 'yaml';
import type { Problem } from '../error.ts';
import { quoted } from '../policy/quoted.ts';

const marks: Readonly<Record<string, string>> = { '&': 'an anchor', '*': 'an alias', '!': 'a tag' };

/** What the lexer puts before the text of a scalar. */
const scalarMark = '\u001f';
const lexerMarks: ReadonlySet<string> = new Set(['\u0002', '\u0018', scalarMark]);

/**
 * Anchors, aliases and tags of a YAML text: in a file of which single entries are changed and reviewed, each value must
 * stand where it is used.
 */
export function plainYamlProblems(options: {
  readonly text: string;
  readonly file: string;
  /** Longer texts are refused elsewhere, and not looked at. */
  readonly mostBytes: number;
}): readonly Problem[] {
  const { text, file, mostBytes } = options;
  if (text.length > mostBytes) return [];
  const problems: Problem[] = [];
  let [line, column, previous] = [1, 1, ''];
  for (const token of new Lexer().lex(text)) {
    const kind = previous === scalarMark ? undefined : marks[token.charAt(0)];
    if (kind !== undefined && problems.length < 100) {
      const found = `${kind}, ${quoted(token)}`;
      problems.push({ file, path: '', line, column, expected: 'plain values', found, fix: 'write the value out' });
    }
    previous = token;
    // Marks of the lexer stand for no text.
    if (lexerMarks.has(token)) continue;
    const newLines = token.split('\n');
    line += newLines.length - 1;
    column = newLines.length > 1 ? (newLines.at(-1) ?? '').length + 1 : column + token.length;
  }
  return problems;
}
