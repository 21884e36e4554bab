import type { Command } from '../../command/command.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

/** Refuses a command that was given about another commit than the newest one; null when it was given about this one. */
export function headRefusal(command: Command, { intent, pull }: OpenScene): Answer | null {
  const { record } = pull;
  const head = pull.pull.head.sha;
  const isSeen =
    intent.source.kind === 'button'
      ? intent.source.head === head
      : record !== null && record.head === head && Date.parse(record.headSince) <= Date.parse(intent.source.at);
  if (isSeen) return null;
  const reason = `the pull request was pushed to since, its newest commit is now ${head.slice(0, 7)}`;
  return refuse(command, {
    code: 'head-moved',
    reason,
    fix: 'Look at that commit, then type the command again.',
  });
}
