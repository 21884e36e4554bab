import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { sightingsIn } from '../../app/sightings.ts';
import { headNamed, headSeen } from '../../src/decide/head-seen.ts';
import type { HeadSighting } from '../../src/store/head-record.ts';

const sha = (digit: string) => digit.repeat(40);
const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, second)).toISOString();
const seen = (digit: string, second: number, isFirst = false): HeadSighting => ({
  head: sha(digit),
  at: at(second),
  isFirst,
});
const shown = (digit: string) => ({ kind: 'head', sha: sha(digit) });
const moved = { kind: 'moved' };

describe('the head that a comment was made about', () => {
  test.each<readonly [string, readonly HeadSighting[], number, object]>([
    ['the newest before it', [seen('a', 0, true), seen('b', 10)], 20, shown('b')],
    ['the first one, however soon it comes', [seen('a', 10, true)], 10, shown('a')],
    ['moved, when another came in the five seconds before', [seen('a', 0, true), seen('b', 15)], 20, moved],
    ['settled after six seconds', [seen('a', 0, true), seen('b', 14)], 20, shown('b')],
    ['moved, when another came later', [seen('a', 0, true), seen('b', 30)], 20, moved],
    ['moved, when it went away and came back', [seen('a', 0, true), seen('b', 30), seen('a', 40)], 20, moved],
    ['the one that came back, once it settled', [seen('a', 0, true), seen('b', 3), seen('a', 8)], 20, shown('a')],
    ['still the same, when it is seen again later', [seen('a', 0, true), seen('a', 30)], 20, shown('a')],
    ['moved, when two came in the same second', [seen('a', 0, true), seen('b', 10), seen('c', 10)], 20, moved],
    ['moved, when nobody knows what was before', [seen('b', 18)], 20, moved],
    ['moved, when nothing is known', [], 20, moved],
  ])('is %s', (_, journal, second, expected) => {
    expect(headSeen(journal, at(second))).toEqual(expected);
    expect(headSeen([...journal].reverse(), at(second))).toEqual(expected);
  });
});

describe('a commit named by its first digits', () => {
  const present = `1a2b3c4${'0'.repeat(33)}`;
  const twin = `1a2b3c4${'f'.repeat(33)}`;

  it('is the one that begins so', () => {
    const journal = [seen('a', 0)];

    expect(headNamed('1a2b3c4', { present, journal })).toBe(present);
    expect(headNamed('aaaaaaa', { present, journal })).toBe(sha('a'));
    expect(headNamed('bbbbbbb', { present, journal })).toBeNull();
  });

  it('is nobody when another was made to begin like it', () => {
    const journal = [{ head: twin, at: at(0), isFirst: true }];

    expect(headNamed('1a2b3c4', { present, journal })).toBe('ambiguous');
    expect(headNamed(present, { present, journal })).toBe(present);
  });
});

/** Heads of which the last two begin with the same seven digits. */
const heads = [sha('a'), sha('b'), `1a2b3c4${'0'.repeat(33)}`, `1a2b3c4${'f'.repeat(33)}`];
const gap = fc.integer({ min: 0, max: 12_000 });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('push' as const),
    gap,
    head: fc.integer({ min: 0, max: heads.length - 1 }),
    delay: fc.integer({ min: 0, max: 20_000 }),
    copies: fc.integer({ min: 0, max: 2 }),
    /** What the pusher writes into the commit: it must not matter. */
    commitDate: fc.date({ noInvalidDate: true }),
  }),
  fc.record({
    kind: fc.constant('comment' as const),
    gap,
    delay: fc.integer({ min: 0, max: 20_000 }),
    names: fc.boolean(),
  }),
);

interface Push {
  readonly time: number;
  readonly head: string;
  readonly arrives: number;
  readonly copies: number;
  readonly sightings: readonly HeadSighting[];
}

/** GitHub tells whole seconds. */
const told = (time: number) => new Date(Math.floor(time / 1000) * 1000).toISOString();
const begin = Date.UTC(2026, 2, 1, 12);

function play(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) {
  const opened = {
    action: 'opened',
    repository: { id: 1 },
    pull_request: { number: 5, head: { sha: sha('a') }, updated_at: told(begin) },
  };
  const first = { time: begin, head: sha('a'), arrives: begin, copies: 1 };
  const pushes: Push[] = [{ ...first, sightings: sightingsIn('pull_request', opened) }];
  const comments: { readonly time: number; readonly obeyed: number; readonly names: boolean }[] = [];
  let time = begin;
  for (const one of steps) {
    time += one.gap;
    if (one.kind === 'comment') {
      comments.push({ time, obeyed: time + one.delay, names: one.names });
      continue;
    }
    const head = heads[one.head] ?? sha('a');
    const before = pushes.at(-1)?.head ?? sha('a');
    if (head === before) continue;
    const commit = { committer: { date: one.commitDate.toISOString() } };
    const payload = {
      action: 'synchronize',
      before,
      repository: { id: 1 },
      pull_request: { number: 5, head: { sha: head, commit }, updated_at: told(time) },
    };
    const sightings = sightingsIn('pull_request', payload);
    pushes.push({ time, head, arrives: time + one.delay, copies: one.copies, sightings });
  }
  return { pushes, comments };
}

describe('over any interleaving of pushes, forged dates, late, doubled and lost webhooks and comments', () => {
  it('what is executed is what the person was shown', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { pushes, comments } = play(steps);
        for (const { time, obeyed, names } of comments) {
          const arrived = pushes.filter(({ arrives, copies }) => copies > 0 && arrives <= obeyed);
          const journal = arrived
            .flatMap(({ sightings, copies }) => Array.from({ length: copies }, () => sightings).flat())
            .reverse();
          const present = pushes.findLast((push) => push.time <= obeyed)?.head ?? '';
          const until = (push: Push) => pushes[pushes.indexOf(push) + 1]?.time ?? Number.POSITIVE_INFINITY;
          const before = pushes.filter((push) => push.time <= time);
          const inView = before.filter((push) => until(push) > time - 5000).map(({ head }) => head);
          const typed = before.at(-1)?.head.slice(0, 7) ?? '';
          const found = headSeen(journal, told(time));
          const executed = names
            ? headNamed(typed, { present, journal }) === present
            : found.kind === 'head' && found.sha === present;
          if (!executed) continue;

          const heardOfAll = before.every((push) => arrived.includes(push));
          // Whatever was lost, it was shown at some time before the comment; a name may also be that of a later twin.
          if (!names) expect(before.map(({ head }) => head)).toContain(present);
          // What arrived in time leaves no doubt: of all that could be seen it is the only one, or the one that was named.
          if (heardOfAll && !names) expect(new Set(inView)).toEqual(new Set([present]));
          if (heardOfAll && names) expect(present).toBe(before.at(-1)?.head);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('a command about a head that stood still is obeyed', () => {
    const { pushes } = play([{ kind: 'push', gap: 3000, head: 1, delay: 0, copies: 2, commitDate: new Date(0) }]);
    const journal = pushes.flatMap(({ sightings }) => sightings);

    expect(headSeen(journal, told(begin + 3000 + 6000))).toEqual({ kind: 'head', sha: sha('b') });
  });
});
