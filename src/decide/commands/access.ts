import type { Command, Verb } from '../../command/command.ts';
import { grammar } from '../../command/grammar.ts';
import { type Answer, refuse, type Scene } from './scene.ts';

const roles = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

/** Refuses a command of somebody who may not give it; null when they may. */
export function accessRefusal(command: Command & { readonly verb: Verb }, { intent, facts }: Scene): Answer | null {
  const needed = grammar[command.verb].access;
  const { login } = intent.actor;
  const { role } = facts;
  if (needed === 'everybody') return null;
  if (role === 'unverified') {
    const reason = `GitHub did not tell the role of ${login}, and it needs the role *${needed}*`;
    return refuse(command, { code: 'unverified', reason, fix: 'Type it again in a minute.' });
  }
  if (roles.indexOf(role) >= roles.indexOf(needed)) return null;
  const reason = `it needs the role *${needed}* in this repository, and ${login} has ${role}`;
  return refuse(command, { code: 'not-permitted', reason, fix: 'Ask somebody who has it to type it.' });
}
