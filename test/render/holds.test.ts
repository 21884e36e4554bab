import { describe, expect, it } from 'vitest';
import type { Freeze } from '../../src/decide/freeze.ts';
import { asked, freeLock, type LockRecord } from '../../src/decide/lock.ts';
import { byteLength } from '../../src/render/budget.ts';
import { frozenWords, heldSection, heldSentences } from '../../src/render/holds.ts';
import { renderLockNews } from '../../src/render/lock-news.ts';
import { renderLocks } from '../../src/render/locks-table.ts';
import { readMarkdown } from './markdown-check.ts';

const now = '2026-03-01T12:00:00.000Z';
const hostile =
  '<img src=x onerror=alert(1)> @everyone #1 | [free](http://evil.example) \u202Egnitset\u202C `code` *b*';

function lock(count: number, changes: Partial<LockRecord> = {}): LockRecord {
  let state = freeLock;
  for (let number = 1; number <= count; number += 1) {
    const owner = { number, login: `person-with-a-long-name-${number}` };
    state = asked(state, { owner, reason: hostile, term: { minutes: 60 } }, now).state;
  }
  return { repositoryId: 1, model: 'late', environment: 'staging', version: 1, state, ...changes };
}
const freeze = (changes: Partial<Freeze> = {}): Freeze => ({
  scope: { kind: 'owner', login: 'acme' },
  target: 'runs',
  by: 'ada',
  reason: hostile,
  since: now,
  until: '2026-03-01T14:00:00.000Z',
  number: 5,
  ...changes,
});
/** Nothing of it takes effect as HTML, as a link, as a mention of a person, or against the reading direction. */
function inert(markdown: string): void {
  const { tags, links, mentions } = readMarkdown(markdown);
  expect({ tags, links, people: mentions.filter((mention) => mention.startsWith('@')) }).toEqual({
    tags: [],
    links: [],
    people: [],
  });
  expect(markdown).not.toMatch(/[\u202A-\u202E]/);
}

describe('a reason that means harm', () => {
  it('takes no effect in the comment, in an answer, or in the list', () => {
    const held = lock(2);
    const sentences = [1, 2].flatMap((number) => heldSentences(number, { locks: [held], freezes: [freeze()] }, now));
    inert(heldSection(sentences));
    inert(renderLocks({ locks: [held], freezes: [freeze({ by: hostile })] }, { places: [], now }));
    const owner = { number: 1, login: 'ada' };
    inert(renderLockNews({ kind: 'released', owner }, { lock: held, because: 'it was given back', now }) ?? '');
  });

  it('breaks no row of the list', () => {
    const list = renderLocks({ locks: [lock(2)], freezes: [freeze()] }, { places: [], now });
    const rows = list.split('\n').filter((line) => line.startsWith('|'));

    // Seven columns of locks, six of freezes.
    expect(rows.map((row) => row.split(/(?<!\\)\|/).length - 2)).toEqual([7, 7, 7, 6, 6, 6]);
  });
});

describe('a thousand who wait', () => {
  it('fit into the answer', () => {
    const locks = Array.from({ length: 60 }, (_, at) => lock(at < 40 ? 30 : 1, { environment: `environment-${at}` }));
    const places = Array.from({ length: 2500 }, (_, at) => ({ environment: `other-${at}`, model: 'late' }));
    const freezes = Array.from({ length: 100 }, (_, at) => freeze({ target: `other-${at}` }));
    const list = renderLocks({ locks: [lock(1000), ...locks], freezes }, { places, now });

    expect(byteLength(list)).toBeLessThan(60_000);
    expect(list).toContain('and 989 more');
    expect(list).toContain('… and 31 more.');
  });

  it('leave the comments of those far back alone while the queue moves', () => {
    const held = lock(1000);
    const [, ...rest] = held.state.queue;
    const moved = { ...held, state: { ...held.state, queue: rest } };
    const says = (record: LockRecord, number: number) => heldSentences(number, { locks: [record], freezes: [] }, now);

    expect(says(held, 500)).toEqual(says(moved, 500));
    expect(says(held, 10)).not.toEqual(says(moved, 10));
    expect(says(held, 1)).toEqual(says(moved, 1));
  });
});

describe('times', () => {
  it('are never negative, whatever the clocks of two processes say', () => {
    const ahead = {
      ...lock(1),
      state: asked(freeLock, { ...wish, term: { minutes: 60 } }, '2026-03-01T12:05:00Z').state,
    };

    expect(renderLocks({ locks: [ahead], freezes: [] }, { places: [], now })).toContain('for 0 min, until 13:05 UTC');
  });

  it('name the day when it is another', () => {
    expect(frozenWords(freeze({ until: '2026-03-03T09:00:00.000Z', reason: 'x' }), now)).toBe(
      'by ada in every repository of acme until 2026-03-03 09:00 UTC (x)',
    );
  });
});

const wish = { owner: { number: 1, login: 'ada' }, reason: null };
