import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Term } from '../../src/command/command.ts';
import {
  asked,
  closed,
  freeLock,
  type LockOwner,
  type LockState,
  type LockStep,
  mayAct,
  released,
  settled,
} from '../../src/decide/lock.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');
const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const ada: LockOwner = { number: 12, login: 'ada' };
const grace: LockOwner = { number: 14, login: 'grace' };
const rita: LockOwner = { number: 15, login: 'rita' };

function wish(owner: LockOwner, minutes = 60) {
  return { owner, reason: null, term: { minutes } };
}

/** What was told, in words. */
const told = ({ news }: LockStep) => news.map(({ kind, owner }) => `${kind} ${owner.login}`);

describe('a lock', () => {
  it('is given to the first who asks and queued for everybody else, in order', () => {
    const first = asked(freeLock, wish(ada), at(0));
    const second = asked(first.state, wish(grace), at(1));
    const third = asked(second.state, wish(rita), at(2));

    expect([first, second, third].map(told)).toEqual([['acquired ada'], ['waiting grace'], ['waiting rita']]);
    expect(third.state.queue.map(({ owner }) => owner.login)).toEqual(['grace', 'rita']);
  });

  it('is renewed by the owner who asks again, with the same fence and without losing its reason', () => {
    const first = asked(freeLock, { ...wish(ada), reason: 'load test' }, at(0));
    const again = asked(first.state, wish(ada), at(30));

    expect(told(again)).toEqual(['renewed ada']);
    expect(again.state.holder).toMatchObject({ expiresAt: at(90), fence: 1, reason: 'load test', since: at(0) });
  });

  it('belongs to neither the person nor the pull request alone', () => {
    const first = asked(freeLock, wish(ada), at(0));
    const other = asked(first.state, wish({ ...ada, login: 'grace' }), at(1));
    const elsewhere = asked(other.state, wish({ ...ada, number: 99 }), at(2));

    expect(told(other)).toEqual(['waiting grace']);
    expect(told(elsewhere)).toEqual(['waiting ada']);
  });

  it('ends with its lease, and goes on to the next with a greater fence', () => {
    const queued = asked(asked(freeLock, wish(ada), at(0)).state, wish(grace), at(1)).state;
    const before = settled(queued, at(59.99));
    const later = settled(queued, at(60));

    expect(told(before)).toEqual([]);
    expect(told(later)).toEqual(['expired ada', 'acquired grace']);
    expect(later.state.holder).toMatchObject({ owner: grace, fence: 2, expiresAt: at(120) });
  });

  it('keeps the place of one who asks again, with the new term', () => {
    const queue = asked(asked(asked(freeLock, wish(ada), at(0)).state, wish(grace), at(1)).state, wish(rita), at(2));
    const again = asked(queue.state, wish(grace, 5), at(3));

    expect(again.news).toEqual([{ kind: 'waiting', owner: grace, place: 1 }]);
    expect(again.state.queue[0]).toMatchObject({ owner: grace, term: { minutes: 5 }, since: at(1) });
  });

  it('passes over one who wanted it only until an instant that is gone', () => {
    const first = asked(freeLock, wish(ada), at(0)).state;
    const second = asked(first, { owner: grace, reason: null, term: { until: at(30) } }, at(1)).state;
    const third = asked(second, wish(rita), at(2)).state;

    expect(told(released(third, ada, at(40)))).toEqual(['released ada', 'outwaited grace', 'acquired rita']);
  });

  it('goes on when its pull request is closed, whoever held or waited there', () => {
    const first = asked(freeLock, wish(ada), at(0)).state;
    const second = asked(first, wish({ number: 12, login: 'rita' }), at(1)).state;
    const third = asked(second, wish(grace), at(2)).state;

    expect(told(closed(third, 12, at(3)))).toEqual(['left rita', 'released ada', 'acquired grace']);
  });

  it('lets nobody act with a fence of before, nor after the lease has ended', () => {
    const first = asked(freeLock, wish(ada), at(0)).state;
    const next = settled(asked(first, wish(grace), at(1)).state, at(60)).state;

    expect([mayAct(first, 1, at(59)), mayAct(first, 1, at(60)), mayAct(first, 2, at(1))]).toEqual([true, false, false]);
    expect([mayAct(next, 1, at(61)), mayAct(next, 2, at(61))]).toEqual([false, true]);
  });

  it('holds a thousand who wait', () => {
    let state = freeLock;
    for (let number = 1; number <= 1001; number += 1) state = asked(state, wish({ number, login: 'ada' }), at(0)).state;
    for (let number = 1; number <= 1000; number += 1) state = closed(state, number, at(1)).state;

    expect(state).toMatchObject({ holder: { owner: { number: 1001 }, fence: 1001 }, queue: [] });
  });
});

type Event =
  | { readonly kind: 'ask'; readonly owner: LockOwner; readonly term: Term }
  | { readonly kind: 'release'; readonly owner: LockOwner }
  | { readonly kind: 'close'; readonly number: number }
  | { readonly kind: 'look' };

/** The same rules once more, as plainly as possible: one line of people whose first has the lock. */
function line() {
  let people: { owner: LockOwner; term: Term; ends: number | null }[] = [];
  let fence = 0;
  const key = ({ number, login }: LockOwner) => `${number}/${login}`;
  const ending = (term: Term, now: number) => ('until' in term ? Date.parse(term.until) : now + term.minutes * 60_000);
  function moveUp(now: number): void {
    if (people[0]?.ends != null && people[0].ends <= now) people.shift();
    while (people[0]?.ends === null) {
      const ends = ending(people[0].term, now);
      if (ends <= now) {
        people.shift();
        continue;
      }
      people[0].ends = ends;
      fence += 1;
    }
  }
  return {
    apply(event: Event, now: number): void {
      const stays = ({ owner }: { owner: LockOwner }) =>
        (event.kind !== 'release' || key(owner) !== key(event.owner)) &&
        (event.kind !== 'close' || owner.number !== event.number);
      // Who goes is not given the lock on the way out, even if it was free already and nobody had looked.
      people = people.filter((one) => one.ends !== null || stays(one));
      moveUp(now);
      people = people.filter(stays);
      if (event.kind === 'ask' && ending(event.term, now) > now) {
        const known = people.find(({ owner }) => key(owner) === key(event.owner));
        if (known === undefined) people.push({ owner: event.owner, term: event.term, ends: null });
        else {
          known.term = event.term;
          if (known.ends !== null) known.ends = ending(event.term, now);
        }
      }
      moveUp(now);
    },
    see: () => ({ people: people.map(({ owner }) => key(owner)), ends: people[0]?.ends ?? null, fence }),
  };
}

const owner: fc.Arbitrary<LockOwner> = fc.record({
  number: fc.integer({ min: 1, max: 4 }),
  login: fc.constantFrom('ada', 'grace', 'rita'),
});
const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ minutes: fc.integer({ min: 1, max: 90 }) }),
  fc.integer({ min: -10, max: 600 }).map((minutes) => ({ until: at(minutes) })),
);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), owner, term }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), owner }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), number: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'look' as const }) },
);
/** Time jumps, stands still, and now and then goes back: the clocks of two processes differ. */
const wait = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }), fc.integer({ min: -2, max: 200 }));

function next(state: LockState, event: Event, now: string): LockStep {
  if (event.kind === 'ask') return asked(state, { ...event, reason: null }, now);
  if (event.kind === 'release') return released(state, event.owner, now);
  return event.kind === 'close' ? closed(state, event.number, now) : settled(state, now);
}

describe('any order of events', () => {
  it('leaves the lock as a plain line of people would', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, wait), { maxLength: 60 }), (story) => {
        const reference = line();
        let state = freeLock;
        let minutes = 0;
        for (const [happens, pause] of story) {
          minutes += pause;
          const before = state;
          const step = next(state, happens, at(minutes));
          state = step.state;
          reference.apply(happens, noon + minutes * 60_000);

          const people = [state.holder, ...state.queue].flatMap((one) => (one === null ? [] : [one.owner]));
          expect({
            people: people.map(({ number, login }) => `${number}/${login}`),
            ends: state.holder === null ? null : Date.parse(state.holder.expiresAt),
            fence: state.lastFence,
          }).toEqual(reference.see());

          const { holder, queue, lastFence } = state;
          expect(holder === null && queue.length > 0).toBe(false);
          expect(holder === null || (holder.fence === lastFence && mayAct(state, holder.fence, at(minutes)))).toBe(
            true,
          );
          expect(lastFence).toBeGreaterThanOrEqual(before.lastFence);
          const given = step.news.filter(({ kind }) => kind === 'acquired').length;
          expect(given <= 1 && lastFence - before.lastFence === given).toBe(true);
          for (let old = 0; old < lastFence; old += 1) expect(mayAct(state, old, at(minutes))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('tells everybody whose place was lost or won, once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(event, wait), { maxLength: 40 }), (story) => {
        const believed = new Map<string, 'holds' | 'waits'>();
        let state = freeLock;
        let minutes = 0;
        for (const [happens, pause] of story) {
          minutes += pause;
          const step = next(state, happens, at(minutes));
          state = step.state;
          for (const [place, { kind, owner: who }] of step.news.entries()) {
            const name = `${who.number}/${who.login}`;
            if (kind === 'acquired' || kind === 'renewed') believed.set(name, 'holds');
            else if (kind === 'waiting') believed.set(name, 'waits');
            // A wish that came too late, told last, changes nothing for one who has a place.
            else if (kind !== 'outwaited' || happens.kind !== 'ask' || place < step.news.length - 1)
              believed.delete(name);
          }
          const { holder, queue } = state;
          const names = queue.map(({ owner: who }): [string, string] => [`${who.number}/${who.login}`, 'waits']);
          if (holder !== null) names.push([`${holder.owner.number}/${holder.owner.login}`, 'holds']);
          expect(new Map(believed)).toEqual(new Map(names));
        }
      }),
      { numRuns: 300 },
    );
  });
});
