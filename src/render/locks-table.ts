import { type Freeze, isInForce } from '../decide/freeze.ts';
import { type LockRecord, type LockWait, settled } from '../decide/lock.ts';
import type { Holds } from '../facts/hold-facts.ts';
import { code, prose, text } from './escape.ts';
import { unfreezeCommand, unlockCommand } from './holds.ts';
import { clock, table } from './markdown.ts';

/** Beyond these the answer would be longer than anybody reads, or than GitHub takes. */
const mostRows = 30;
const mostWaiting = 10;

/**
 * Who holds which environment since when, until when and why, who waits, what is frozen and what is free, each with the
 * command that changes it; Markdown. `places` are those of the policy.
 */
export function renderLocks(
  { locks, freezes }: Holds,
  {
    places,
    now,
  }: { readonly places: readonly { readonly environment: string; readonly model: string }[]; readonly now: string },
): string {
  const held = locks
    .map((lock) => ({ ...lock, state: settled(lock.state, now).state }))
    .filter(({ state }) => state.holder !== null);
  const free = places.filter(
    ({ environment, model }) => !held.some((lock) => lock.environment === environment && lock.model === model),
  );
  const inForce = freezes.filter((freeze) => isInForce(freeze, now));
  const parts = [lockTable(held, now), freeLine(free), freezeTable(inForce, now)].filter((part) => part !== '');
  return parts.length === 0 ? 'Nothing is held, and nothing is frozen.' : parts.join('\n\n');
}

function lockTable(held: readonly LockRecord[], now: string): string {
  if (held.length === 0) return '';
  const rows = held.slice(0, mostRows).map((lock) => {
    const { holder, queue } = lock.state;
    const holds = holder === null ? '' : `#${holder.owner.number} ${text(holder.owner.login)}`;
    return [
      code(lock.environment),
      code(lock.model),
      holds,
      holder === null ? '' : `for ${age(holder.since, now)}, until ${clock(holder.expiresAt, now)}`,
      holder?.reason == null ? '—' : text(holder.reason),
      waiting(queue, now),
      code(unlockCommand(lock)),
    ];
  });
  const titles = ['environment', 'model', 'held by', 'since', 'why', 'waiting', 'to give it back'];
  return `**Locks**\n\n${table(columns(titles), rows)}${more(held.length)}`;
}

function waiting(queue: readonly LockWait[], now: string): string {
  if (queue.length === 0) return '—';
  const first = queue
    .slice(0, mostWaiting)
    .map(({ owner, since }, at) => `${at + 1}. #${owner.number} ${text(owner.login)} (${age(since, now)})`);
  const rest = queue.length - first.length;
  return `${first.join(' · ')}${rest > 0 ? ` · and ${rest} more` : ''}`;
}

function freeLine(free: readonly { readonly environment: string; readonly model: string }[]): string {
  if (free.length === 0) return '';
  const commands = free.slice(0, mostRows).map(({ environment, model }) => code(`/lock ${environment} -m ${model}`));
  return `**Free** ${commands.join(' · ')}${more(free.length)}`;
}

function freezeTable(freezes: readonly Freeze[], now: string): string {
  if (freezes.length === 0) return '';
  const rows = freezes
    .slice(0, mostRows)
    .map((freeze) => [
      code(freeze.target),
      freeze.scope.kind === 'owner' ? `every repository of ${text(freeze.scope.login)}` : 'this repository',
      text(freeze.by) + placeWords(freeze),
      `for ${age(freeze.since, now)}, until ${clock(freeze.until, now)}`,
      prose(freeze.reason),
      code(unfreezeCommand(freeze)),
    ]);
  const titles = ['frozen', 'where', 'by', 'since', 'why', 'to end it'];
  return `**Freezes**\n\n${table(columns(titles), rows)}${more(freezes.length)}`;
}

/** Where it was ordered. Of an owner's freeze that is not told: the name of another repository may be private. */
function placeWords({ scope, number }: Freeze): string {
  return scope.kind === 'owner' ? '' : ` in #${number}`;
}

function columns(titles: readonly string[]) {
  return titles.map((title) => ({ title, align: 'left' }) as const);
}

function more(count: number): string {
  return count > mostRows ? `\n\n… and ${count - mostRows} more.` : '';
}

/** How long ago something was, as people say it; never less than nothing, whatever the clocks of two processes say. */
function age(since: string, now: string): string {
  const minutes = Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} d`;
}
