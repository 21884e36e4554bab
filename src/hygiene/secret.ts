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

interface FoundSecret {
  readonly line: number;
  readonly found: string;
}

function secretsIn(lines: readonly AddedLine[]): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const [index, { number, text }] of lines.entries()) {
    for (const { kind, pattern, revoke } of secretFormats) {
      const hit = Array.from(text.matchAll(pattern), ([, value = '']) => value).find(isReal);
      if (hit !== undefined) found.push({ line: number, found: `${kind} (${redacted(hit)}); ${revoke}` });
    }
    if (beginsPrivateKey(text, lines[index + 1], number)) found.push({ line: number, found: 'a private key' });
  }
  return found;
}

/** Documentation shows keys of one repeated letter, or says that they are examples. */
function isReal(value: string): boolean {
  return !/EXAMPLE|example|placeholder/.test(value) && new Set(value.slice(4)).size >= 8;
}

/** The prefix that all secrets of the format share, and the length. */
function redacted(value: string): string {
  const prefix =
    /^(?:AKIA|ASIA|AIza|dapi|gh[pousr]_|github_pat_|[a-z]{2,6}_(?:live_|v1_)?|sk-ant-|sk-|xox[a-z]-|gl[a-z]{2,3}-|pypi-|SG\.)/.exec(
      value,
    );
  return `${prefix === null ? '' : `\`${prefix[0]}…\`, `}${value.length} characters`;
}

const keyBody = /^(?:\\[rn]|["'+\s,]){0,20}(?:[A-Za-z0-9+/]{40}|Proc-Type:|Version:|Comment:)/;

/** Code also writes the header alone, to look for it: only with key material behind it is it a key. */
function beginsPrivateKey(text: string, next: AddedLine | undefined, number: number): boolean {
  for (const header of text.matchAll(privateKeyHeader)) {
    const rest = text.slice(header.index + header[0].length).slice(0, 100);
    if (keyBody.test(rest)) return true;
    if (/^(?:\\[rn]|["'+,\s]){0,20}$/.test(rest) && next?.number === number + 1 && keyBody.test(next.text)) return true;
  }
  return false;
}
