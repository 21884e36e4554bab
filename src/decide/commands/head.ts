import type { Command, Verb } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import { headNamed, headSeen } from '../head-seen.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

type Known = Command & { readonly verb: Verb };

/**
 * Refuses a command that was given about another commit than the newest one; null when it was given about this one: it
 * names it, its button stands on it, or it alone was shown when the comment was made.
 */
export function headRefusal(command: Known, { intent, pull }: OpenScene): Answer | null {
  const { heads: journal } = pull;
  const present = pull.pull.head.sha;
  const short = present.slice(0, 7);
  const { source } = intent;
  if (source.kind === 'button') {
    if (source.head === present) return null;
    const reason = `the button belongs to ${source.head.slice(0, 7)}, the newest commit is now ${short}`;
    return refuse(command, { code: 'head-moved', reason, fix: `Look at ${short} and use the buttons of its checks.` });
  }
  // What a comparison names is the other commit.
  const sha = command.verb === 'compare' ? null : command.sha;
  if (sha !== null) {
    const named = headNamed(sha, { present, journal });
    if (named === present) return null;
    if (named === 'ambiguous') {
      const reason = `more than one commit of this pull request begins with ${sha}`;
      return refuse(command, { code: 'head-moved', reason, fix: lookAgain(command, present) });
    }
    const reason = `it names ${sha.slice(0, 7)}, the newest commit is ${short}`;
    return refuse(command, { code: 'head-moved', reason, fix: lookAgain(command, short) });
  }
  const seen = headSeen(journal, source.at);
  if (seen.kind === 'head' && seen.sha === present) return null;
  const reason = `the pull request was pushed to at about the time of the comment or since, its newest commit is now ${short}`;
  return refuse(command, { code: 'head-moved', reason, fix: lookAgain(command, short) });
}

function lookAgain(command: Known, sha: string): string {
  const again = command.verb === 'compare' ? command : { ...command, sha };
  return `Look at it, then type \`${renderCommand(again)}\`.`;
}
