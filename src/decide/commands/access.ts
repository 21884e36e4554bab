import type { Command, Verb } from '../../command/command.ts';
import { environmentOf } from '../../facts/access-facts.ts';
import { type Right, rightTo } from '../access.ts';
import { type Answer, refuse, type Scene } from './scene.ts';

/** Whether the person in the scene may give a command there, and by which permission. */
export function rightOf(command: Command & { readonly verb: Verb }, { intent, facts }: Scene): Right {
  const pull = facts.pull?.pull ?? null;
  return rightTo(
    {
      verb: command.verb,
      environment: environmentOf(command),
      model: 'model' in command ? command.model : null,
      reach: 'scope' in command ? command.scope : 'repository',
      actor: intent.actor,
      owner: intent.repository.owner,
      author: pull === null ? null : { login: pull.author, id: pull.authorId },
    },
    facts.access,
  );
}

/** Refuses a command of somebody who may not give it; null when they may. */
export function accessRefusal(command: Command & { readonly verb: Verb }, scene: Scene): Answer | null {
  const right = rightOf(command, scene);
  return right.kind === 'granted' ? null : refuse(command, right);
}
