import { describe, expect, it } from 'vitest';
import { nextStretch } from '../../../src/rollout/states/grid.ts';

const at = (time: string) => `2026-03-01T${time}.000Z`;

function next(over: Partial<Parameters<typeof nextStretch>[0]>): string {
  const since = at('12:00:30');
  const { from } = nextStretch({ since, sealed: null, seconds: 60, counted: [], now: at('12:10:00'), ...over });
  return from.slice(11, 19);
}

describe('the stretch that is sealed next', () => {
  it('is the first whole one after the weight changed', () => {
    expect(next({})).toBe('12:01:00');
  });

  it('is the one after it when the last scrape before may tell of the weight before', () => {
    expect(next({ since: at('12:00:45') })).toBe('12:01:00');
    expect(next({ since: at('12:00:46') })).toBe('12:02:00');
    expect(next({ since: at('12:59:00'), seconds: 3600, now: at('23:00:00') })).toBe('13:00:00');
    expect(next({ since: at('12:59:01'), seconds: 3600, now: at('23:00:00') })).toBe('14:00:00');
  });

  it('follows the one before without a gap while the weight stays', () => {
    expect(next({ sealed: at('12:05:00') })).toBe('12:05:00');
  });
});
