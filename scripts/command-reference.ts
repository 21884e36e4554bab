import { grammar, verbs } from '../src/command/grammar.ts';
import type { Reason } from '../src/command/reason.ts';
import { partFailures, refusals, runFailures, verdictReasons, workRefusals } from '../src/command/reasons.ts';
import { rolloutStops } from '../src/command/rollout-reasons.ts';
import { synopsis } from '../src/command/synopsis.ts';
import { table } from './markdown-table.ts';

/** The reference of commands for people: every verb with who may use it where the policy says nothing. */
export function commandTable(): string {
  const rows = verbs.map((verb) => {
    const { does, access } = grammar[verb];
    return [`\`${synopsis(verb)}\``, does, access === 'everybody' ? 'everybody' : `\`${access}\``];
  });
  return table(['command', 'what it does', 'who may, unless the policy says otherwise'], rows);
}

/** The reference of reason codes for people, in groups of what they are about. */
export function reasonTables(): string {
  const groups: readonly (readonly [title: string, reasons: Readonly<Record<string, Reason>>])[] = [
    ['A command is refused', refusals],
    ['Nothing is run for a model', workRefusals],
    ['A run failed', runFailures],
    ['A verdict is not a plain pass', verdictReasons],
    ['A rollout waits for somebody, or was taken back', rolloutStops],
    ['A part of an evaluation could not be done', partFailures],
  ];
  return groups
    .map(([title, reasons]) => {
      const rows = Object.entries(reasons).map(([code, { means, fix }]) => [`\`${code}\``, means, fix]);
      return `#### ${title}\n\n${table(['code', 'meaning', 'what to do'], rows)}`;
    })
    .join('\n\n');
}
