import { describe, expect, it } from 'vitest';
import { sightingsIn } from '../../app/sightings.ts';

const sha = (digit: string) => digit.repeat(40);
const payload = (changes: object = {}, pull: object = {}) => ({
  action: 'opened',
  repository: { id: 1 },
  pull_request: { number: 5, head: { sha: sha('b') }, updated_at: '2026-03-01T12:00:05Z', ...pull },
  ...changes,
});
const seen = (digit: string, at: string, isFirst = false) => ({
  repositoryId: 1,
  number: 5,
  head: sha(digit),
  at,
  isFirst,
});

describe('a webhook of a pull request', () => {
  it('that opens it shows its first head', () => {
    expect(sightingsIn('pull_request', payload())).toEqual([seen('b', '2026-03-01T12:00:05.000Z', true)]);
  });

  it('of a push shows the head before it too, of which nobody may have told', () => {
    expect(sightingsIn('pull_request', payload({ action: 'synchronize', before: sha('a') }))).toEqual([
      seen('a', '2026-03-01T12:00:04.999Z'),
      seen('b', '2026-03-01T12:00:05.000Z'),
    ]);
  });

  it('is dated by the push when the pull request says an older time', () => {
    const head = { sha: sha('b'), repo: { pushed_at: '2026-03-01T14:00:09+02:00' } };

    expect(sightingsIn('pull_request', payload({ action: 'synchronize' }, { head }))).toEqual([
      seen('b', '2026-03-01T12:00:09.000Z'),
    ]);
  });

  it('is never dated by its commit, which its author dates', () => {
    const head = { sha: sha('b'), repo: null, committed_date: '1999-01-01T00:00:00Z' };

    expect(sightingsIn('pull_request', payload({}, { head }))).toEqual([seen('b', '2026-03-01T12:00:05.000Z', true)]);
  });

  it.each<readonly [string, string, unknown]>([
    ['another event', 'push', payload()],
    ['an action that changes no head', 'pull_request', payload({ action: 'labeled' })],
    ['no object', 'pull_request', 'x'],
    ['no head', 'pull_request', payload({}, { head: null })],
    ['a short commit', 'pull_request', payload({}, { head: { sha: 'abc' } })],
    ['no time', 'pull_request', payload({}, { updated_at: 'yesterday' })],
    ['a number too large for the database', 'pull_request', payload({}, { number: 2 ** 31 })],
  ])('with %s shows none', (_, event, body) => {
    expect(sightingsIn(event, body)).toEqual([]);
  });
});
