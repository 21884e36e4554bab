import type { LockNews, LockRecord } from '../decide/lock.ts';
import { code, text } from './escape.ts';
import { linkedHolder, unlockCommand } from './holds.ts';
import { clock } from './markdown.ts';

/**
 * What somebody is told in their pull request when a lock changed for them by what others did, or by time; Markdown. Null
 * where it changes nothing for anybody: their own words were answered, or a lease ended for which nobody waited.
 */
export function renderLockNews(
  news: LockNews,
  { lock, because, now }: { readonly lock: LockRecord; readonly because: string; readonly now: string },
): string | null {
  const what = `${code(lock.environment)} for ${code(lock.model)}`;
  const again = code(`/lock ${lock.environment} -m ${lock.model}`);
  const { holder } = lock.state;
  const next = holder === null ? '' : ` It is held by ${linkedHolder(holder, now)} now.`;
  const who = text(news.owner.login);
  switch (news.kind) {
    case 'acquired': {
      const until = clock(news.hold.expiresAt, now);
      return `> 🔓 ${who}, you hold ${what} now, until ${until}: ${because}. Give it back with ${code(unlockCommand(lock))}.`;
    }
    case 'released':
      return `> 🔒 ${who}, you no longer hold ${what}: ${because}.${next} To ask for it again: ${again}.`;
    case 'left':
      return `> 🔒 ${who}, you no longer wait for ${what}: ${because}.`;
    case 'expired':
      return holder === null
        ? null
        : `> 🔒 ${who}, your lease of ${what} has ended.${next} To ask for it again: ${again}.`;
    case 'outwaited':
      return `> 🔒 ${who}, ${what} was not free before the time until which you wanted it.${next} To ask for it again: ${again}.`;
    case 'renewed':
    case 'waiting':
      return null;
    default:
      return news satisfies never;
  }
}
