import type { AddedLine } from './change-facts.ts';
import type { Place, Rule } from './rule.ts';
import { privateKeyHeader, secretFormats } from './secret-formats.ts';

/** Secrets of well-known formats in added lines. What is shown of one never lets it be used or guessed. */
export const secret: Rule = {
  name: 'secret',
  title: 'A secret is committed to the repository',
  reason:
    'whoever can read the repository, a fork or an old clone can use it, and taking the line out again does not take it out of the history',
  fix: 'revoke it where it was issued first, then take it out and read it from a secret of the workflow or the environment',
  places: ({ files }) =>
    files.flatMap(({ path, added }) => secretsIn(added ?? []).map(({ line, found }): Place => ({ path, line, found }))),
};

/** A text of the pull request as another rule may show it: secrets in it are told from each other and cannot be used. */
export function withoutSecrets(text: string): string {
  return secretFormats.reduce(
    (shown, { pattern }) =>
      shown.replaceAll(pattern, (hit, value: string) => hit.replace(value, `${prefixOf(value)}…`)),
    text,
  );
}

interface FoundSecret {
  readonly line: number;
  readonly found: string;
}

/** Each format looks at the whole text once; line by line, a file of empty lines would cost a second. */
function secretsIn(lines: readonly AddedLine[]): readonly FoundSecret[] {
  const text = lines.map((line) => line.text).join('\n');
  const lineAt = lineFinder(lines);
  const found = secretFormats.flatMap(({ kind, pattern, revoke }) => {
    const hits = [...text.matchAll(pattern)].filter(([, value = '']) => isReal(value));
    return hits.map((hit) => ({ line: lineAt(hit.index), found: `${kind} (${redacted(hit[1] ?? '')}); ${revoke}` }));
  });
  const keys = [...text.matchAll(privateKeyHeader)].filter((header) =>
    isKeyBehind(text, header.index + header[0].length),
  );
  const all = [...found, ...keys.map(({ index }) => ({ line: lineAt(index), found: 'a private key' }))];
  const once = new Map(all.map((one) => [`${one.line} ${one.found}`, one]));
  return [...once.values()].sort((a, b) => a.line - b.line);
}

/** The number of the line that an offset of the joined lines lies in, by halving. */
function lineFinder(lines: readonly AddedLine[]): (offset: number) => number {
  const starts: number[] = [];
  let start = 0;
  for (const { text } of lines) {
    starts.push(start);
    start += text.length + 1;
  }
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return lines[low]?.number ?? 1;
  };
}

/** Documentation shows keys of one repeated letter, or says that they are examples. */
function isReal(value: string): boolean {
  return !/EXAMPLE|example|placeholder/.test(value) && new Set(value.slice(4)).size >= 8;
}

/** The prefix that all secrets of the format share, and the length. */
function redacted(value: string): string {
  const prefix = prefixOf(value);
  return `${prefix === '' ? '' : `\`${prefix}…\`, `}${value.length} characters`;
}

function prefixOf(value: string): string {
  const prefix =
    /^(?:AKIA|ASIA|AIza|dapi|gh[pousr]_|github_pat_|[a-z]{2,6}_(?:live_|v1_)?|sk-ant-|sk-|xox[a-z]-|gl[a-z]{2,3}-|pypi-|SG\.)/.exec(
      value,
    );
  return prefix?.[0] ?? '';
}

/** Code also writes the header alone, to look for it: only with key material behind it is it a key. */
function isKeyBehind(text: string, from: number): boolean {
  const rest = text.slice(from, from + 120);
  return /^(?:\\[rn]|["'+\s,]){0,20}(?:[A-Za-z0-9+/]{40}|Proc-Type:|Version:|Comment:)/.test(rest);
}
