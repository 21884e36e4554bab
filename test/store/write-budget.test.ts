import fc from 'fast-check';
import { expect, it } from 'vitest';
import { costOf, githubWriteLimits, hour, minute, type WriteCost, waitForRoom } from '../../src/store/write-budget.ts';
import { aCheck, comment, dispatch } from './effects.ts';

const limits = { contentPerMinute: 3, contentPerHour: 7, requestsPerMinute: 5 };
const nobody = { content: 0, requests: 0 };
const one: WriteCost = { requests: 1, kind: 'content' };
const start = 1_000_000_000;

it('knows what each effect writes', () => {
  const annotation = { path: 'a', line: 1, level: 'notice', title: '', message: '' } as const;
  const check = aCheck({ annotations: Array.from({ length: 101 }, () => annotation) });

  expect([
    costOf(comment('text')),
    costOf(dispatch),
    costOf({ kind: 'publish-check', head: 'a', number: 5, check }),
    costOf({ kind: 'react', commentId: 1, content: 'eyes' }),
    costOf({ kind: 'open-pull-request', branch: 'b', base: 'main', title: '', body: '', files: {} }),
  ]).toEqual([
    { requests: 1, kind: 'content' },
    { requests: 1, kind: 'decisive' },
    { requests: 3, kind: 'other' },
    { requests: 1, kind: 'other' },
    { requests: 4, kind: 'content' },
  ]);
});

it.each<[string, Parameters<typeof waitForRoom>[1]['log'], WriteCost, number]>([
  ['an empty minute lets it go', { content: [], requests: [], ahead: nobody }, one, 0],
  ['a full minute must lose its oldest', log([0, 100, 200]), one, minute - 1000],
  [
    'whoever waits already goes first',
    { ...log([0, 100, 200]), ahead: { content: 1, requests: 1 } },
    one,
    minute - 900,
  ],
  [
    'a queue longer than a minute waits for a second one',
    { ...log([0, 100, 200]), ahead: { content: 3, requests: 3 } },
    one,
    2 * minute - 1000,
  ],
  ['a full hour must lose its oldest', { ...log([0, 1, 2, 3, 4, 5, 6]), requests: [] }, one, hour - 1000],
  ['other writes do not count as content', { content: [], requests: times([0, 0, 0]), ahead: nobody }, one, 0],
  [
    'all writes together have a limit',
    { content: [], requests: times([0, 0, 0, 0, 0]), ahead: nobody },
    one,
    minute - 1000,
  ],
  [
    'more than a window holds goes when it is empty',
    { content: [], requests: times([0]), ahead: nobody },
    { requests: 99, kind: 'other' },
    minute - 1000,
  ],
  [
    'a training never waits',
    { content: times([0, 0, 0]), requests: times([0, 0, 0, 0, 0]), ahead: nobody },
    { requests: 1, kind: 'decisive' },
    0,
  ],
])('%s', (_, known, cost, expected) => {
  expect(waitForRoom(cost, { log: known, limits, now: start + 1000 })).toBe(expected);
});

it.each([limits, githubWriteLimits])(
  'lets no more than %o in any window, whatever arrives when, and lets everything through in the end',
  (limits) => {
    const arrivals = fc.array(
      fc.tuple(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })), fc.integer({ min: 1, max: 4 })),
      {
        maxLength: 150,
      },
    );
    fc.assert(
      fc.property(arrivals, (gaps) => {
        const sent: number[] = [];
        const waiting = [...gaps];
        let now = start;
        for (
          let [gap, requests] = waiting.shift() ?? [];
          gap !== undefined && requests !== undefined;
          [gap, requests] = waiting.shift() ?? []
        ) {
          now += gap;
          const content = sent.filter((at) => at > now - hour);
          const known = { content, requests: content.filter((at) => at > now - minute), ahead: nobody };
          const wait = waitForRoom({ requests, kind: 'content' }, { log: known, limits, now });
          if (wait > 0) waiting.unshift([wait, requests]);
          else sent.push(...Array.from({ length: Math.min(requests, limits.contentPerMinute) }, () => now));
        }

        expect(sent.length).toBe(
          gaps.reduce((sum, [, requests]) => sum + Math.min(requests, limits.contentPerMinute), 0),
        );
        for (const at of sent) {
          expect(sent.filter((other) => other >= at && other < at + minute).length).toBeLessThanOrEqual(
            limits.contentPerMinute,
          );
          expect(sent.filter((other) => other >= at && other < at + hour).length).toBeLessThanOrEqual(
            limits.contentPerHour,
          );
        }
      }),
    );
  },
);

it("keeps within GitHub's published limits", () => {
  expect(githubWriteLimits).toEqual({ contentPerMinute: 80, contentPerHour: 500, requestsPerMinute: 120 });
  expect([minute, hour].every((length) => length % 60_000 > 0)).toBe(true);
});

function times(offsets: readonly number[]): readonly number[] {
  return offsets.map((offset) => start + offset);
}

function log(offsets: readonly number[]) {
  return { content: times(offsets), requests: times(offsets), ahead: nobody };
}
