import { describe, expect, it } from 'vitest';
import { showRollout } from '../../../src/decide/show-rollout.ts';
import type { Effect } from '../../../src/effect.ts';
import type { RolloutFacts } from '../../../src/facts/rollout-facts.ts';
import type { RollbackCause, RolloutState } from '../../../src/rollout/rollout-record.ts';
import { aRollout } from '../../rollout/rollout-builder.ts';
import { outline } from '../../world.ts';
import { evidence, minute, shown } from './shown.ts';

const observing: RolloutState = { kind: 'step', phase: 'observing', step: 0, attempt: 1, since: minute(0) };
const harm: RollbackCause = { kind: 'harm', sentence: 'errors 5.1 × those of v1.', by: null };
const rolledBack: RolloutState = { kind: 'rolled-back', cause: harm, at: minute(3) };

function effect<Kind extends Effect['kind']>(facts: RolloutFacts, kind: Kind) {
  const found = showRollout(facts).effects.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`expected ${kind}, found ${outline(showRollout(facts)).join('; ')}`);
  // The line above chose by kind.
  return found as Extract<Effect, { readonly kind: Kind }>;
}

describe('a rollout on GitHub', () => {
  it.each<[RolloutState, string]>([
    [{ kind: 'requested' }, 'queued'],
    [{ kind: 'waiting', reason: 'a freeze' }, 'queued'],
    [{ kind: 'validating' }, 'queued'],
    [{ kind: 'preparing' }, 'in_progress'],
    [observing, 'in_progress'],
    [{ kind: 'held', reason: 'manual', step: 0, attempt: 1, since: minute(1) }, 'in_progress'],
    [{ kind: 'baking', since: minute(1) }, 'in_progress'],
    [{ kind: 'rolling-back', cause: harm, since: minute(2) }, 'in_progress'],
    [{ kind: 'succeeded', at: minute(9) }, 'success'],
    [rolledBack, 'failure'],
    [{ kind: 'superseded', by: 'ro-2', at: minute(3) }, 'inactive'],
    [{ kind: 'failed', reason: 'The platform does not answer.', at: minute(3) }, 'error'],
  ])('as %j has the deployment status %s', (state, expected) => {
    const { deployment } = effect(shown(state), 'publish-deployment');

    expect(deployment).toMatchObject({ state: expected, environmentUrl: 'https://shop.example', logPath: 'pull/12' });
    expect(deployment.description.length).toBeLessThanOrEqual(140);
  });

  it('only shows, as long as it goes on', () => {
    expect(outline(showRollout(shown(observing, { evidence: evidence(5, 1) })))).toEqual([
      'deployment production: in_progress',
      'check siskin rollout: late to production: in_progress',
      'comment of the rollout on #12',
    ]);
  });

  it('tags what succeeded, keeps its evidence, and shows the one before it again', () => {
    const facts = {
      earlier: { ...aRollout({ mergeSha: 'd'.repeat(40) }), state: { kind: 'succeeded', at: minute(-99) } },
    } as const;

    const plan = showRollout(shown({ kind: 'succeeded', at: minute(9) }, { evidence: evidence(5, 1), facts }));

    expect(outline(plan)).toEqual([
      'ask show-rollout',
      'deployment production: success',
      'tag late v2 in production',
      'save evidence to late/production/' + aRollout().id,
      'check siskin rollout: late to production: success',
      'comment of the rollout on #12',
    ]);
  });

  it('neither tags nor claims again what a newer rollout has replaced', () => {
    const plan = showRollout(shown({ kind: 'succeeded', at: minute(9) }, { facts: { isPast: true } }));

    expect(outline(plan)).toEqual([
      'deployment production: inactive',
      'check siskin rollout: late to production: success',
      'comment of the rollout on #12',
    ]);
  });

  it('puts git back after harm, rejects the digest, keeps the evidence and tells people', () => {
    const facts = shown(rolledBack, { evidence: evidence(3, 8) });

    expect(outline(showRollout(facts))).toEqual([
      'deployment production: failure',
      expect.stringMatching(/^open revert siskin\/revert-late-production-[0-9a-f]{12}$/),
      `save evidence to late/production/${facts.rollout.id}`,
      'open issue late v2 in production: rolled back after 3:00: errors 5.1 × those of v1',
      'check siskin rollout: late to production: failure',
      'comment of the rollout on #12',
    ]);
    expect(effect(facts, 'open-revert').reversion).toMatchObject({
      from: facts.rollout.release.digest,
      to: facts.rollout.previous,
      rejected: {
        digest: facts.rollout.release.digest,
        reason: 'errors 5.1 × those of v1.',
        rollout: facts.rollout.id,
      },
    });
  });

  it.each<[RollbackCause['kind'], boolean]>([
    ['invalid', false],
    ['command', false],
    ['harm', true],
  ])('that never had traffic and ended by %s has its digest rejected: %s', (kind, isRejected) => {
    const state: RolloutState = { kind: 'rolled-back', cause: { ...harm, kind }, at: minute(3) };

    const { reversion, body } = effect(shown(state), 'open-revert');

    expect(reversion.rejected !== null).toBe(isRejected);
    expect(body).toContain(isRejected ? 'list of rejected ones' : 'did nothing wrong');
  });

  it('opens no issue about what a person did', () => {
    const cause: RollbackCause = { kind: 'command', sentence: 'ada rolled it back.', by: 'ada' };

    const plan = showRollout(shown({ kind: 'rolled-back', cause, at: minute(3) }, { evidence: evidence(2, 1) }));

    expect(outline(plan).filter((line) => line.startsWith('open issue'))).toEqual([]);
  });

  it('lets nobody say in git what serves while nobody knows', () => {
    const failed: RolloutState = { kind: 'failed', reason: 'The platform does not answer.', at: minute(3) };

    const unknown = outline(showRollout(shown(failed, { record: { weight: 25 } })));
    const untouched = outline(showRollout(shown(failed, { record: { weight: 0 } })));

    expect(unknown.some((line) => line.startsWith('open revert'))).toBe(false);
    expect(untouched.some((line) => line.startsWith('open revert'))).toBe(true);
  });

  it('asks the reviewers once, and only before it begins', () => {
    const needs = { record: { needsGo: true }, facts: { branch: 'main' } } as const;
    const asks = (facts: RolloutFacts) => outline(showRollout(facts)).includes('ask the reviewers of production');

    expect(asks(shown({ kind: 'requested' }, needs))).toBe(true);
    expect(asks(shown({ kind: 'requested' }, { ...needs, traces: { gate: 7 } }))).toBe(false);
    expect(asks(shown({ kind: 'requested' }, { ...needs, record: {} }))).toBe(false);
    expect(asks(shown(observing, needs))).toBe(false);
  });

  it('offers buttons that are bound to the step, within the lengths that GitHub takes', () => {
    const late: RolloutState = { ...observing, step: 98, attempt: 9999 };

    for (const state of [
      observing,
      late,
      { kind: 'held', reason: 'manual', step: 1, attempt: 2, since: minute(1) },
    ] as const) {
      const { buttons = [] } = effect(shown(state), 'publish-check').check;
      expect(buttons.length).toBeLessThanOrEqual(3);
      for (const { label, description, identifier } of buttons) {
        expect([label.length <= 20, description.length <= 40, identifier.length <= 20]).toEqual([true, true, true]);
      }
    }
    const names = (effect(shown(observing), 'publish-check').check.buttons ?? []).map(({ identifier }) => identifier);
    expect(names).toEqual(['ro-pause-1-1', 'ro-promote-1-1', 'ro-rollback']);
  });
});
