import type { CommandOf } from '../../command/command.ts';
import { forkRefusal } from '../fork.ts';
import { frozenRefusal } from './frozen.ts';
import { headRefusal } from './head.ts';
import { rangeFor } from './model.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

type Asking = CommandOf<'evaluate' | 'train'>;

/** What the verbs that ask for a run of the present head wish for. */
export function wishForRun(command: Asking, scene: OpenScene): Answer {
  const found = rangeFor(command, scene);
  if (found.kind === 'refused') return found;
  const untrusted = forkRefusal(found.range, scene.pull.approvals);
  if (untrusted !== null) return refuse(command, untrusted);
  const moved = headRefusal(command, scene);
  if (moved !== null) return moved;
  const held = frozenRefusal(command, scene);
  if (held !== null) return held;
  const seed = command.verb === 'train' ? command.seed : null;
  return { kind: 'wish', wish: { ask: command.verb, model: command.model, seed } };
}
