import { type Freeze, isInForce } from '../decide/freeze.ts';
import { type LockOwner, type LockRecord, settled } from '../decide/lock.ts';
import type { PullView } from '../decide/view.ts';
import type { Holds } from '../facts/hold-facts.ts';
import { prose, text } from './escape.ts';
import { clock } from './markdown.ts';

/** The command that ends a freeze before its time. */
export function unfreezeCommand({ target, scope }: Freeze): string {
  return `/unfreeze ${target}${scope.kind === 'owner' ? ' --organisation' : ''}`;
}

/** The command that gives a lock or a place in its queue back. */
export function unlockCommand({ environment, model }: Pick<LockRecord, 'environment' | 'model'>): string {
  return `/unlock ${environment} -m ${model}`;
}

/** Who stopped what, where, until when and why, as prose that follows the word "frozen". */
export function frozenSentence({ target, scope, by, until, reason }: Freeze, now: string): string {
  const what = target === 'all' ? 'everything' : target === 'runs' ? 'runs' : `\`${target}\``;
  const where = scope.kind === 'owner' ? `in every repository of ${scope.login}` : 'in this repository';
  return `until ${clock(until, now)}: ${by} stopped ${what} ${where} (${reason})`;
}

/** `#12 (ada) until 14:02 UTC: load test`, as prose. */
export function holderWords(
  holder: { readonly owner: LockOwner; readonly expiresAt: string; readonly reason: string | null },
  now: string,
): string {
  const reason = holder.reason === null ? '' : `: ${holder.reason}`;
  return `#${holder.owner.number} (${holder.owner.login}) until ${clock(holder.expiresAt, now)}${reason}`;
}

/** The same as Markdown in which the pull request is a link, for answers; in what is drawn again and again it is none. */
export function linkedHolder(holder: Parameters<typeof holderWords>[0], now: string): string {
  const { number, login } = holder.owner;
  const reason = holder.reason === null ? '' : `: ${text(holder.reason)}`;
  return `#${number} (${text(login)}) until ${clock(holder.expiresAt, now)}${reason}`;
}

/** Beyond this place nobody's comment is edited each time that the queue moves. */
export const exactPlaces = 20;

/** `2nd in the queue`; far back only how many are before, at least. */
export function placeWords(place: number): string {
  return place > exactPlaces
    ? `in the queue, with more than ${exactPlaces} before it`
    : `${ordinal(place)} in the queue`;
}

function waitingWords(count: number): string {
  if (count > exactPlaces) return `more than ${exactPlaces} wait for it`;
  return count === 1 ? '1 waits for it' : `${count} wait for it`;
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

/**
 * What a pull request has, waits for, and is kept from, one sentence of prose each. They name instants and no durations,
 * so that they stay true until something happens.
 */
export function heldSentences(number: number, { locks, freezes }: Holds, now: string): readonly string[] {
  const own = locks.flatMap((lock) => lockSentences(number, lock, now));
  const targets = new Set(['runs', 'all', ...own.map(({ environment }) => environment)]);
  const frozen = freezes.filter((freeze) => isInForce(freeze, now) && targets.has(freeze.target));
  return [...own.map(({ sentence }) => sentence), ...frozen.map((freeze) => `Frozen ${frozenSentence(freeze, now)}.`)];
}

/** What a view says of locks and freezes, as Markdown; empty when there is nothing. */
export function heldSection({ held = [] }: Pick<PullView, 'held'>): string {
  return held
    .slice(0, mostSentences)
    .map((sentence) => `**Note** ${prose(sentence, 500)}`)
    .join('\n\n');
}

const mostSentences = 20;

function lockSentences(
  number: number,
  { environment, model, state }: LockRecord,
  now: string,
): readonly { readonly environment: string; readonly sentence: string }[] {
  const { holder, queue } = settled(state, now).state;
  const what = `\`${environment}\` for \`${model}\``;
  const sentences: string[] = [];
  if (holder?.owner.number === number) {
    const reason = holder.reason === null ? '' : ` (${holder.reason})`;
    const waiting = queue.length === 0 ? '' : `; ${waitingWords(queue.length)}`;
    const until = clock(holder.expiresAt, now);
    sentences.push(`${what} is held here by ${holder.owner.login} until ${until}${reason}${waiting}.`);
  }
  for (const [at, { owner }] of queue.entries()) {
    if (owner.number !== number || holder === null) continue;
    sentences.push(
      `${owner.login} is ${placeWords(at + 1)} for ${what}, which is held by ${holderWords(holder, now)}.`,
    );
  }
  return sentences.map((sentence) => ({ environment, sentence }));
}
