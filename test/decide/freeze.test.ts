import { describe, expect, it } from 'vitest';
import { type Freeze, frozen } from '../../src/decide/freeze.ts';

describe('what is frozen', () => {
  const noon = '2026-03-01T12:00:00Z';
  const freeze = (changes: Partial<Freeze>): Freeze => ({
    scope: { kind: 'repository', repositoryId: 1 },
    target: 'runs',
    by: 'ada',
    reason: 'maintenance',
    since: noon,
    until: '2026-03-01T14:00:00Z',
    number: 5,
    ...changes,
  });

  it.each([
    ['runs', [], null],
    ['runs', [freeze({})], 'ada'],
    ['staging', [freeze({})], null],
    ['staging', [freeze({ target: 'all' })], 'ada'],
    ['runs', [freeze({ target: 'all' })], 'ada'],
    ['runs', [freeze({ until: noon })], null],
    ['runs', [freeze({}), freeze({ by: 'mia', until: '2026-03-01T15:00:00Z' })], 'mia'],
    ['runs', [freeze({ by: 'mia', target: 'all', until: '2026-03-01T15:00:00Z' }), freeze({})], 'mia'],
    ['production', [freeze({ target: 'production', scope: { kind: 'owner', login: 'octo' } })], 'ada'],
  ])('%s under %j is by %s', (target, freezes, by) => {
    expect(frozen(target, freezes, noon)?.by ?? null).toBe(by);
  });
});
