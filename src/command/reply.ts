import { fitted, type Piece } from '../render/budget.ts';
import { counted } from '../render/number.ts';
import type { RefusalCode } from './reasons.ts';

/** Why a command is not obeyed: a stable code that can be looked up, the reason, and what to do about it. */
export interface Refusal {
  /** The command as it was typed. */
  readonly command: string;
  readonly code: RefusalCode;
  /** A sentence without its full stop; it names the number seen and the limit where there are such. */
  readonly reason: string;
  readonly fix: string;
}

/** All refusals of one comment, as one answer in Markdown. */
export function renderRefusals(refusals: readonly Refusal[]): string {
  return refusals
    .map(({ command, code, reason, fix }) => `> 👎 \`${command}\` refused: **\`${code}\`** — ${reason}. ${fix}`)
    .join('\n>\n');
}

/** What commands with `--dry-run` would do, in Markdown; `sentences` are those of the plan. */
export function renderDryRun(lines: readonly string[], sentences: readonly string[]): string {
  const said = lines.map((line) => `\`${line}\``).join(', ');
  if (sentences.length === 0) return `${said} would change nothing.`;
  return [`${said} would, and nothing of it was done:`, '', ...sentences.map((sentence) => `- ${sentence}`)].join('\n');
}

/** GitHub takes 65 536 characters; the rest is room for the marker and for what it counts otherwise. */
const replyLimitBytes = 60_000;

/** Several answers as one comment; what does not fit is left out, the last first, and that is said. */
export function renderReply(answers: readonly string[]): string {
  const pieces = answers.map((text, at): Piece => ({ name: '', weight: -at, text, joins: 'block' }));
  const note = (left: readonly string[]) =>
    `**Left out** to fit into one comment: ${counted(left.length, 'answer')}. Ask for less at once, e.g. one model with \`-m\`.`;
  return fitted(pieces, { limit: replyLimitBytes, note });
}
