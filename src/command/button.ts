import type { Command } from './command.ts';
import { renderCommand, type Writable } from './render.ts';

/** A button of a check, within GitHub's limits: a label of 20 characters, a description of 40, an identifier of 20. */
export interface Button {
  readonly label: string;
  readonly description: string;
  readonly identifier: ButtonName | `ro-${string}`;
}

/** The commands that a check offers as buttons. */
export type ButtonName = 'retry' | 'cancel' | 'approve-run' | 'approve-budget';

/** Every button. What it does is the command of the same name, about the commit that its check stands on. */
export const buttons: Readonly<Record<ButtonName, Button>> = {
  retry: { label: 'Retry', description: 'Does again what failed, nothing else', identifier: 'retry' },
  cancel: { label: 'Cancel', description: 'Stops the runs of this pull request', identifier: 'cancel' },
  'approve-run': {
    label: 'Approve run',
    description: 'Lets the code of this very commit run',
    identifier: 'approve-run',
  },
  'approve-budget': {
    label: 'Approve budget',
    description: 'Lets this commit exceed the budget',
    identifier: 'approve-budget',
  },
};

/** The command of a button, as if its check's model had been typed; null when there is no such button. */
export function commandOfButton(identifier: string, model: string | null): Command | null {
  const request = requestOf(identifier, model);
  return request === null ? null : { ...request, line: renderCommand(request), sha: null, dryRun: false };
}

function requestOf(identifier: string, model: string | null): Writable | null {
  switch (identifier) {
    case 'retry':
      return { verb: identifier, model };
    // GitHub cancels a run as a whole, and one run measures all models as a rule.
    case 'cancel':
      return { verb: identifier, model: null };
    case 'approve-run':
    case 'approve-budget':
      return { verb: identifier };
    default:
      return null;
  }
}
