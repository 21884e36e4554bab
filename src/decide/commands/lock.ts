import type { CommandOf } from '../../command/command.ts';
import { code, prose, text } from '../../render/escape.ts';
import { frozenWords, linkedHolder, placeWords, unlockCommand } from '../../render/holds.ts';
import { renderLocks } from '../../render/locks-table.ts';
import { clock } from '../../render/markdown.ts';
import { frozen } from '../freeze.ts';
import {
  asked,
  freeLock,
  isSameOwner,
  type LockHold,
  type LockOwner,
  type LockRecord,
  type LockStep,
  released,
} from '../lock.ts';
import { lockPlan } from '../lock-plan.ts';
import { emptyPlan } from '../plans.ts';
import { accessRefusal } from './access.ts';
import { type Answer, type OpenScene, policyHere, refuse, type Scene } from './scene.ts';
import { type Place, placeOf } from './target.ts';
import { termRefusal } from './term.ts';

/** Gives the environment to whoever asks, or a place in the queue. Who has it already has a new lease, without a word. */
export function lock(command: CommandOf<'lock'>, scene: OpenScene): Answer {
  const found = placeOf(command, scene);
  if (found.kind === 'refused') return found;
  const { now } = scene.pull;
  const { 'default-minutes': minutes, 'most-minutes': mostMinutes } = found.policy.locks;
  const term = command.term ?? { minutes };
  const refused = termRefusal(command, { term, mostMinutes, now });
  if (refused !== null) return refused;
  const record = recordOf(found.place, scene);
  const owner = ownerOf(scene);
  const step = asked(record.state, { owner, reason: command.reason, term }, now);
  const because = 'the lease before it has ended';
  const plan = lockPlan(scene.intent.repository, record, {
    step,
    because,
    isAnswered: (one) => isSameOwner(one, owner),
    now,
  });
  return { kind: 'done', plan, says: lockWords({ ...record, state: step.state }, { step, owner, scene }) };
}

/**
 * Gives back what the person holds or waits for in this pull request, which needs no right. What somebody else holds can
 * be taken back by who has the right; its holder is told.
 */
export function unlock(command: CommandOf<'unlock'>, scene: OpenScene): Answer {
  const found = placeOf(command, scene);
  if (found.kind === 'refused') return found;
  const { now } = scene.pull;
  const record = recordOf(found.place, scene);
  const owner = ownerOf(scene);
  const { holder, queue } = record.state;
  const isOwn = [holder, ...queue].some((one) => one !== null && isSameOwner(one.owner, owner));
  const denied = isOwn ? null : (accessRefusal(command, scene) ?? unseenRefusal(command, { holder, scene }));
  if (denied !== null) return denied;
  const step = released(record.state, isOwn ? owner : (holder?.owner ?? owner), now);
  const gone = step.news.find(({ kind }) => kind === 'released' || kind === 'left');
  if (gone === undefined && step.news.length === 0) {
    const reason = `nobody holds ${code(record.environment)} for ${code(record.model)}`;
    return refuse(command, { code: 'nothing-to-do', reason, fix: 'Type `/locks` to see what is held.' });
  }
  const login = text(owner.login);
  const because = isOwn ? `#${owner.number} (${login}) gave it back` : `${login} took it back in #${owner.number}`;
  const plan = lockPlan(scene.intent.repository, record, {
    step,
    because,
    isAnswered: (one) => isSameOwner(one, owner),
    now,
  });
  const next = step.state.holder;
  const what = `${code(record.environment)} for ${code(record.model)}`;
  const whose =
    isOwn || holder === null ? '' : ` It was held by ${linkedHolder(holder, now)}; that pull request is told.`;
  const rest = next === null ? 'It is free.' : `It is held by ${linkedHolder(next, now)} now.`;
  const did = gone?.kind === 'left' ? `You no longer wait for ${what}.` : `${what} was given back.`;
  return { kind: 'done', plan, says: `> 🔓 ${did}${whose} ${rest}` };
}

/** Refuses to take back what changed hands after the comment: the person meant another's lock, or has been heard twice. */
function unseenRefusal(
  command: CommandOf<'unlock'>,
  { holder, scene }: { readonly holder: LockHold | null; readonly scene: OpenScene },
): Answer | null {
  const { source } = scene.intent;
  if (holder === null || source.kind !== 'comment' || Date.parse(holder.since) <= Date.parse(source.at)) return null;
  const reason = `it went to ${linkedHolder(holder, scene.pull.now)} after you typed this`;
  return refuse(command, { code: 'nothing-to-do', reason, fix: 'Type it again if you mean that one.' });
}

/** Lists who holds and who waits, and what is frozen. */
export function locks(scene: Scene): Answer {
  const { holds, now } = scene.facts;
  const policy = policyHere(scene);
  const places = Object.keys(policy?.environments ?? {}).flatMap((environment) =>
    Object.keys(policy?.models ?? {}).map((model) => ({ environment, model })),
  );
  return { kind: 'done', plan: emptyPlan, says: renderLocks(holds, { places, now }) };
}

function ownerOf({ intent }: Scene): LockOwner {
  return { number: intent.number, login: intent.actor.login };
}

function recordOf({ model, environment }: Place, { intent, pull }: OpenScene): LockRecord {
  const known = pull.holds.locks.find((one) => one.model === model && one.environment === environment);
  return known ?? { repositoryId: intent.repository.id, model, environment, version: 0, state: freeLock };
}

/** What the person is told; null when the lease was only renewed. */
function lockWords(
  record: LockRecord,
  { step, owner, scene }: { readonly step: LockStep; readonly owner: LockOwner; readonly scene: OpenScene },
): string | null {
  const { holds, now } = scene.pull;
  const own = step.news.findLast((news) => isSameOwner(news.owner, owner));
  const { holder } = step.state;
  const what = `${code(record.environment)} for ${code(record.model)}`;
  const back = code(unlockCommand(record));
  const freeze = frozen(record.environment, holds.freezes, now);
  const ice =
    freeze === null ? '' : ` It is frozen ${prose(frozenWords(freeze, now))}, and \`/locks\` says how it ends.`;
  if (own?.kind === 'acquired') {
    return `> 🔒 You hold ${what} until ${clock(own.hold.expiresAt, now)}. Give it back with ${back}.${ice}`;
  }
  if (own?.kind !== 'waiting' || holder === null) return null;
  const held = `${what} is held by ${linkedHolder(holder, now)}`;
  return `> ⏳ ${held}. You are ${placeWords(own.place)}, and are told here when it is yours. To wait no longer: ${back}.${ice}`;
}
