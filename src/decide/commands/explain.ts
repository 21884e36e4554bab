import type { CommandOf } from '../../command/command.ts';
import { type ReasonCode, reasonCodes, reasons } from '../../command/reasons.ts';
import { nearest } from '../../policy/nearest.ts';
import { code as codeSpan, prose, text } from '../../render/escape.ts';
import { emptyPlan } from '../plans.ts';
import { type Holding, holdingHere } from './holding.ts';
import { type Answer, refuse, type Scene } from './scene.ts';

const mostShown = 20;
/** Of each code, where several are explained. */
const mostListed = 5;

/** Explains a reason code, with the numbers where it holds here; without one those that hold here now. */
export function explain(command: CommandOf<'explain'>, scene: Scene): Answer {
  const here = holdingHere(scene);
  if (command.code === null) return said(here.length === 0 ? nothingHolds : listed(here));
  const known = reasonCodes.find((one) => one === command.code);
  if (known !== undefined)
    return said(
      explained(
        known,
        here.filter(({ code }) => code === known),
      ),
    );
  const meant = nearest(command.code, reasonCodes);
  const reason = `there is no reason code \`${command.code}\``;
  const fix = meant === null ? 'Type `/explain` to see those that hold here.' : `Did you mean \`/explain ${meant}\`?`;
  return refuse(command, { code: 'unknown-code', reason, fix });
}

const nothingHolds = 'Nothing here needs an explanation: no verdict, failure or refusal stands for this commit.';

function explained(known: ReasonCode, here: readonly Holding[]): string {
  const { means, fix } = reasons[known];
  return [
    `**${codeSpan(known)}** ${means}`,
    here.length === 0 ? 'It does not hold here now.' : ['Here:', ...here.slice(0, mostShown).map(line)].join('\n'),
    `**To do** ${fix}`,
  ].join('\n\n');
}

function listed(here: readonly Holding[]): string {
  const codes = [...new Set(here.map(({ code }) => code))];
  return codes
    .map((known) => {
      const own = here.filter(({ code }) => code === known).slice(0, mostListed);
      return [
        `**${codeSpan(known)}** ${reasons[known].means}`,
        '',
        ...own.map(line),
        `- to do: ${reasons[known].fix}`,
      ].join('\n');
    })
    .join('\n\n');
}

function line({ model, seen }: Holding): string {
  return `- ${model === null ? '' : `${codeSpan(model)}: `}${seen === '' ? text('no more is known') : prose(seen, 500)}`;
}

function said(markdown: string): Answer {
  return { kind: 'done', plan: emptyPlan, says: markdown };
}
