import { type Freeze, isInForce } from '../decide/freeze.ts';
import { type LockHold, type LockRecord, settled } from '../decide/lock.ts';
import type { HeldSentence } from '../decide/view.ts';
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

/** Who froze it where, until when and why, as prose that follows the word "frozen". */
export function frozenWords({ scope, by, until, reason }: Freeze, now: string): string {
  const where = scope.kind === 'owner' ? `in every repository of ${scope.login}` : 'in this repository';
  return `by ${by} ${where} until ${clock(until, now)} (${reason})`;
}

/**
 * `#12 (ada) until 14:02 UTC: load test` as Markdown in which the pull request is a link: for answers. In what is drawn
 * again and again it would leave a trace in the other pull request each time.
 */
export function linkedHolder({ owner, expiresAt, reason }: LockHold, now: string): string {
  const why = reason === null ? '' : `: ${text(reason)}`;
  return `#${owner.number} (${text(owner.login)}) until ${clock(expiresAt, now)}${why}`;
}

/** Beyond this place nobody's comment is edited each time that the queue moves. */
const exactPlaces = 20;

/** `2nd in the queue`; far back only how many are before, at least. */
export function placeWords(place: number): string {
  return place > exactPlaces ? `in the queue, with more than ${exactPlaces} before` : `${ordinal(place)} in the queue`;
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

/**
 * What a pull request has, waits for, and is kept from. The sentences name instants and no durations, so that they stay
 * true until something happens.
 */
export function heldSentences(number: number, { locks, freezes }: Holds, now: string): readonly HeldSentence[] {
  const inForce = freezes.filter((freeze) => isInForce(freeze, now));
  const ofLocks = locks.flatMap((lock) => {
    const sentences = lockSentences(number, lock, now);
    if (sentences.length === 0) return [];
    const frozen = inForce.filter(({ target }) => target === lock.environment);
    const all = [...sentences, ...frozen.map((freeze) => frozenSentence(freeze, now))];
    return all.map((sentence) => ({ model: lock.model, sentence }));
  });
  const ofRuns = inForce.filter(({ target }) => target === 'runs' || target === 'all');
  return [...ofLocks, ...ofRuns.map((freeze) => ({ model: null, sentence: frozenSentence(freeze, now) }))];
}

function lockSentences(number: number, { environment, model, state }: LockRecord, now: string): readonly string[] {
  const { holder, queue } = settled(state, now).state;
  if (holder === null) return [];
  const what = `\`${environment}\` for \`${model}\``;
  const until = clock(holder.expiresAt, now);
  const sentences: string[] = [];
  if (holder.owner.number === number) {
    const why = holder.reason === null ? '' : ` (${holder.reason})`;
    const waiting = queue.length === 0 ? '' : `; ${waitingWords(queue.length)}`;
    sentences.push(`${what} is held here by ${holder.owner.login} until ${until}${why}${waiting}.`);
  }
  const why = holder.reason === null ? '' : `: ${holder.reason}`;
  for (const [at, { owner }] of queue.entries()) {
    if (owner.number !== number) continue;
    const by = `#${holder.owner.number} (${holder.owner.login}) until ${until}${why}`;
    sentences.push(`${owner.login} is ${placeWords(at + 1)} for ${what}, which is held by ${by}.`);
  }
  return sentences;
}

function waitingWords(count: number): string {
  if (count > exactPlaces) return `more than ${exactPlaces} wait for it`;
  return count === 1 ? '1 waits for it' : `${count} wait for it`;
}

function frozenSentence(freeze: Freeze, now: string): string {
  const { target } = freeze;
  const what = target === 'all' ? 'Everything is' : target === 'runs' ? 'Runs are' : `\`${target}\` is`;
  return `${what} frozen ${frozenWords(freeze, now)}.`;
}

const mostSentences = 20;

/** Sentences about locks and freezes as Markdown; empty when there are none. */
export function heldSection(held: readonly HeldSentence[] = []): string {
  return held
    .slice(0, mostSentences)
    .map(({ sentence }) => `**Note** ${prose(sentence, 500)}`)
    .join('\n\n');
}
