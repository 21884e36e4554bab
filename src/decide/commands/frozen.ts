import type { Command } from '../../command/command.ts';
import { code, prose } from '../../render/escape.ts';
import { frozenWords, unfreezeCommand } from '../../render/holds.ts';
import { frozen } from '../freeze.ts';
import { type Answer, refuse, type Scene } from './scene.ts';

/** Refuses a command that asks for a run while runs are frozen; null when they are not. */
export function frozenRefusal(
  command: Command,
  { facts: { holds, now } }: Scene,
): Extract<Answer, { readonly kind: 'refused' }> | null {
  const freeze = frozen('runs', holds.freezes, now);
  if (freeze === null) return null;
  const reason = `runs are frozen ${prose(frozenWords(freeze, now))}`;
  const fix = `Wait, or type ${code(unfreezeCommand(freeze))} if you may.`;
  return refuse(command, { code: 'frozen', reason, fix });
}
