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

/** The commands that there are, each with a sentence, in Markdown. */
export function renderHelp(models: readonly string[]): string {
  const example = models[0] ?? 'model';
  return [
    'Siskin checks what a pull request does to a model. One command per line, anywhere in a comment:',
    '',
    '| command | what it does | who may |',
    '| --- | --- | --- |',
    '| `/status` | shows where every model stands, now | everybody |',
    `| \`/evaluate\` | measures this commit again; \`/evaluate -m ${example}\` one model only | write |`,
    `| \`/train\` | trains and measures this commit; \`/train -m ${example}\` one model only | write |`,
    '| `/cancel` | stops the runs of this pull request | write |',
    '| `/help` | shows this | everybody |',
    '',
    ...(models.length === 0 ? [] : [`Models here: ${models.map((model) => `\`${model}\``).join(', ')}.`]),
    'With another bot around, prefix a command: `/siskin train`.',
    '',
  ].join('\n');
}
