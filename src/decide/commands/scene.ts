import type { Command } from '../../command/command.ts';
import { type RefusalCode, refusals } from '../../command/reasons.ts';
import type { Refusal } from '../../command/reply.ts';
import type { Plan } from '../../effect.ts';
import type { CommandFacts } from '../../facts/command-facts.ts';
import type { PullFacts } from '../../facts/pull-facts.ts';
import type { Intent } from '../../intent.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Wish } from '../check-pull-request.ts';

/** What a command is judged by: who said it where, and all that is known. */
export interface Scene {
  readonly intent: Extract<Intent, { readonly kind: 'obey' }>;
  readonly facts: Extract<CommandFacts, { readonly kind: 'known' }>;
}

/** A scene whose pull request is open. */
export interface OpenScene extends Scene {
  readonly pull: PullFacts;
}

/** What becomes of one command. */
export type Answer =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Runs are wished for; the wishes of one comment are planned together. */
  | { readonly kind: 'wish'; readonly wish: Wish }
  /** It does something, perhaps nothing more than to say something (Markdown). */
  | { readonly kind: 'done'; readonly plan: Plan; readonly says: string | null };

/** The policy that is obeyed here: of the base branch, or where that has none, or the pull request is closed, the default branch's. */
export function policyHere({ facts: { pull, access } }: Scene): Policy | null {
  if (pull?.judged.kind === 'valid') return pull.judged.range.policy;
  return access.rules.kind === 'valid' ? access.rules.policy : null;
}

/** Refuses a command. */
export function refuse(
  command: Command,
  refusal: { readonly code: RefusalCode; readonly reason: string; readonly fix: string },
): Extract<Answer, { readonly kind: 'refused' }> {
  return { kind: 'refused', refusal: { command: command.line, ...refusal } };
}

/** Refuses a command for which there is nothing to do here. */
export function nothingToDo(command: Command, reason: string): ReturnType<typeof refuse> {
  return refuse(command, { code: 'nothing-to-do', reason, fix: refusals['nothing-to-do'].fix });
}
