import { describe, expect, it } from 'vitest';
import { runningOf, servedBefore, servingOf, versionServed } from '../../../src/decide/rollout/history.ts';
import type { RolloutRecord, RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aModel, aRollout } from '../../rollout/rollout-builder.ts';
import { minute } from './shown.ts';

const service = { model: 'late', environment: 'production' };
const cause = { kind: 'harm', sentence: 'errors.', by: null } as const;
const states = {
  ok: { kind: 'succeeded', at: minute(1) },
  back: { kind: 'rolled-back', cause, at: minute(1) },
  on: { kind: 'preparing' },
} as const satisfies Readonly<Record<string, RolloutState>>;

/** Rollouts as the store lists them, newest first, from how they happened: `2 ok`, `3 back`, `<1 ok` for a return. */
function happened(...steps: readonly string[]): readonly RolloutRecord[] {
  let serving = aModel('0');
  return steps
    .map((step) => {
      const [, isReturn, version = '', word = 'ok'] = /^(<?)(\d) (ok|back|on)$/.exec(step) ?? [];
      const release = aModel(version);
      const rollout = aRollout({ release, previous: serving, ...(isReturn === '<' ? { atOnce: true } : {}) });
      const state = states[word === 'back' ? 'back' : word === 'on' ? 'on' : 'ok'];
      if (word === 'ok') serving = release;
      return { ...rollout, state };
    })
    .toReversed();
}

describe('what served before', () => {
  it.each<[readonly string[], string | null]>([
    [['1 ok'], '0'],
    [['1 ok', '2 ok'], '1'],
    [['1 ok', '2 ok', '<1 ok'], '0'],
    [['1 ok', '2 ok', '<1 ok', '3 ok'], '1'],
    [['1 ok', '2 back', '3 ok'], '1'],
    [['1 ok', '2 ok', '3 ok', '<1 ok', '4 ok'], '1'],
    [['1 ok', '2 ok', '1 ok'], '2'],
    [[], null],
  ])('after %j is %s', (steps, version) => {
    expect(servedBefore(happened(...steps), service)?.version ?? null).toBe(version);
  });

  it('is not looked for in another service', () => {
    expect(servedBefore(happened('1 ok', '2 ok'), { ...service, environment: 'staging' })).toBeNull();
  });
});

describe('a service', () => {
  it('has what the newest success brought, and beside it what goes on', () => {
    const rollouts = happened('1 ok', '2 back', '3 on');

    expect(servingOf(rollouts, service)?.release.version).toBe('1');
    expect(runningOf(rollouts, service)?.release.version).toBe('3');
    expect(runningOf(rollouts.slice(1), service)).toBeNull();
  });

  it.each<[string, readonly string[], string, boolean | null]>([
    ['served', ['1 ok', '2 ok', '3 ok'], '1', false],
    ['was there first', ['1 ok'], '0', false],
    ['never came all the way', ['1 ok', '2 back'], '2', null],
    ['was left by a return', ['1 ok', '2 ok', '<1 ok'], '2', true],
    ['served again since', ['1 ok', '2 ok', '<1 ok', '2 ok', '3 ok'], '2', false],
    ['nobody knows', ['1 ok'], '9', null],
  ])('knows of a version that %s whether it may be gone back to', (_, steps, version, isRejected) => {
    expect(versionServed(happened(...steps), service, version)?.isRejected ?? null).toBe(isRejected);
  });
});
