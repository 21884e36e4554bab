import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Owner } from '../../src/change/code-owners.ts';
import type { Verb } from '../../src/command/command.ts';
import { type Demand, rightTo } from '../../src/decide/access.ts';
import type { AccessFacts } from '../../src/facts/access-facts.ts';
import { known, unknown } from '../../src/facts/answered.ts';
import { ada, nothing, roles, rulesWith } from './access-fixture.ts';

describe('whatever a policy and GitHub say', () => {
  const grantee = fc.constantFrom<string>(
    'triage',
    'write',
    'maintain',
    'admin',
    'role:Chief',
    'team:ml',
    'team:ops',
    'user:ada',
    'code-owners',
  );
  const answered = <T>(value: fc.Arbitrary<T>) =>
    fc.option(value.map(known), { nil: unknown('GitHub did not answer') });
  const owner = fc.constantFrom<Owner>(
    { kind: 'user', login: 'ada' },
    { kind: 'user', login: 'eve' },
    { kind: 'team', organisation: 'octo', slug: 'ml' },
    { kind: 'email', address: 'a@b.c' },
  );
  const facts = fc.record({
    role: answered(fc.record({ role: fc.constantFrom(...roles), custom: fc.option(fc.constantFrom('Chief', 'x')) })),
    outside: answered(fc.boolean()),
    accountOwner: answered(fc.boolean()),
    teams: fc
      .record({ ml: answered(fc.boolean()), ops: answered(fc.boolean()) })
      .map((all) => new Map(Object.entries(all))),
    owners: answered(fc.array(fc.array(owner, { minLength: 1 })).map((sets) => new Map([['late', sets]]))),
  });
  const demand = fc.record({
    verb: fc.constantFrom<Verb>('train', 'override-gate', 'approve-run', 'freeze'),
    model: fc.option(fc.constantFrom('late', 'none-such')),
    reach: fc.constantFrom<Demand['reach']>('repository', 'organisation'),
    author: fc.option(fc.constantFrom({ login: 'ada', id: 7 }, { login: 'eve', id: 9 })),
  });
  const listed = (verb: Verb, grantees: readonly string[]): AccessFacts['rules'] => {
    const rules = rulesWith('');
    if (rules.kind !== 'valid') return rules;
    return { ...rules, policy: { ...rules.policy, access: { [verb]: [...grantees] } } };
  };
  const right = (
    asked: Partial<Demand> & { readonly verb: Verb },
    told: Partial<AccessFacts>,
    grantees: readonly string[],
  ) => rightTo({ ...ada, ...asked }, { ...nothing, ...told, rules: listed(asked.verb, grantees) });

  test('one more grantee takes no right away', () => {
    fc.assert(
      fc.property(demand, facts, fc.array(grantee), grantee, (asked, told, grantees, more) => {
        fc.pre(right(asked, told, grantees).kind === 'granted');

        expect(right(asked, told, [...grantees, more]).kind).toBe('granted');
        expect(right(asked, told, [more, ...grantees]).kind).toBe('granted');
      }),
    );
  });

  test('a doubt grants nothing, and denies nothing for certain', () => {
    const what = fc.constantFrom('role', 'outside', 'accountOwner', 'owners', 'teams');
    fc.assert(
      fc.property(demand, facts, fc.array(grantee, { minLength: 1 }), what, (asked, told, grantees, doubted) => {
        const before = right(asked, told, grantees);
        const gone = doubted === 'teams' ? new Map() : unknown('GitHub did not answer');
        const after = right(asked, { ...told, [doubted]: gone }, grantees);

        if (before.kind === 'refused') expect(after.kind).toBe('refused');
        if (before.kind === 'granted')
          expect(['granted', 'unverified']).toContain(after.kind === 'granted' ? 'granted' : after.code);
      }),
    );
  });

  test('who is granted something has it by something certain', () => {
    fc.assert(
      fc.property(demand, facts, fc.array(grantee), (asked, told, grantees) => {
        const found = right(asked, told, grantees);
        fc.pre(found.kind === 'granted');
        const role = told.role.kind === 'known' ? told.role.value.role : 'none';
        const isIn = (slug: string) => {
          const team = told.teams.get(slug);
          return team?.kind === 'known' && team.value && grantees.includes(`team:${slug}`);
        };
        const byName = grantees.includes('user:ada') || isIn('ml') || isIn('ops');

        expect(byName || role !== 'none').toBe(true);
        if (asked.reach === 'organisation') expect(told.accountOwner).toEqual(known(true));
        if (asked.verb !== 'train' && !byName) expect(told.outside).toEqual(known(false));
      }),
    );
  });
});
