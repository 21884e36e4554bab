import { describe, expect, it } from 'vitest';
import { checkQueue } from '../../../src/decide/release/check.ts';
import type { Plan } from '../../../src/effect.ts';
import type { ReleaseCheckFacts } from '../../../src/facts/release-check-facts.ts';
import { outline, repository } from '../../world.ts';
import { aSubject } from './release-builder.ts';

const head = 'd'.repeat(40);
const nothing: ReleaseCheckFacts = {
  ...{ head, pull: null, approvedBy: null, changed: [], subjects: [], isWanted: true, policy: 'valid' },
  ...{ holds: { locks: [], freezes: [] }, now: '2026-05-02T10:00:00.000Z' },
};

function queued(facts: Partial<ReleaseCheckFacts>): Plan {
  const intent = { kind: 'check-queue', repository, branch: 'main', base: 'b'.repeat(40), head } as const;
  return checkQueue(intent, { ...nothing, ...facts });
}

const titles = (facts: Partial<ReleaseCheckFacts>) =>
  queued(facts).effects.map((effect) => (effect.kind === 'publish-check' ? effect.check.title : ''));

describe('the one check of releases', () => {
  it('comes also where nothing is released, if anything could be', () => {
    expect(outline(queued({}))).toEqual(['check siskin / releases: success']);
    expect(titles({})).toEqual(['Nothing is released here']);
    expect(outline(queued({ isWanted: false }))).toEqual([]);
    expect(outline(queued({ policy: 'absent' }))).toEqual([]);
  });

  it('says what it releases, and of several the worst', () => {
    const late = aSubject();
    const unknown = aSubject({ model: 'early' });

    expect(titles({ subjects: [late], changed: ['late'] })).toEqual(['Ready: 1.4.0 to staging']);
    expect(queued({ subjects: [late, unknown], changed: ['late', 'early'] }).effects).toMatchObject([
      { check: { conclusion: 'failure', title: 'Not to be merged: 1 problem' } },
    ]);
  });

  it('fails where no policy can judge a release', () => {
    expect(outline(queued({ policy: 'invalid', changed: ['late'] }))).toEqual(['check siskin / releases: failure']);
    expect(outline(queued({ policy: 'invalid' }))).toEqual(['check siskin / releases: success']);
  });
});
