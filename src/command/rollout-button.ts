import type { Button } from './button.ts';
import type { Command } from './command.ts';
import { renderCommand, type Writable } from './render.ts';

/** What the check of a rollout offers. */
const actions = {
  pause: { label: 'Pause', description: 'Keeps the traffic as it is' },
  advance: { label: 'Advance', description: 'Ends this step as decided' },
  promote: { label: 'Promote', description: 'Skips what is left, to all traffic' },
  rollback: { label: 'Roll back', description: 'All traffic back, at once' },
} as const;

type Action = keyof typeof actions;

/** A step that somebody saw: its number from 0, and which attempt at it. */
export interface SeenStep {
  readonly step: number;
  readonly attempt: number;
}

/** A button that says of which step it was shown, so that it does nothing to a later one. */
export function rolloutButton(action: Action, seen: SeenStep | null): Button {
  const at = seen === null ? '' : `-${seen.step + 1}-${seen.attempt}`;
  return { ...actions[action], identifier: `ro-${action}${at}` };
}

/** The command of a rollout's button; null when it is none. */
export function commandOfRolloutButton(
  identifier: string,
  { model, environment }: { readonly model: string; readonly environment: string },
): Command | null {
  const [, action = '', step, attempt] = /^ro-([a-z]+)(?:-(\d{1,3})-(\d{1,4}))?$/.exec(identifier) ?? [];
  const seen = step === undefined ? null : `${step}.${attempt}`;
  const request = requestOf(action, { model, environment, seen });
  return request === null ? null : { ...request, line: renderCommand(request), sha: null, dryRun: false };
}

function requestOf(
  action: string,
  of: { readonly model: string; readonly environment: string; readonly seen: string | null },
): Writable | null {
  const { model, environment, seen } = of;
  switch (action) {
    case 'pause':
    case 'advance':
      return { verb: 'canary', action, environment, model, step: seen };
    case 'promote':
      return { verb: 'promote', environment, model, step: seen };
    case 'rollback':
      return { verb: 'rollback', environment, model, to: null, reason: null };
    default:
      return null;
  }
}
