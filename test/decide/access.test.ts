import { describe, expect, it } from 'vitest';
import type { Owner } from '../../src/change/code-owners.ts';
import type { Verb } from '../../src/command/command.ts';
import { verbs } from '../../src/command/grammar.ts';
import { type Demand, rightTo } from '../../src/decide/access.ts';
import type { AccessFacts } from '../../src/facts/access-facts.ts';
import { known, unknown } from '../../src/facts/answered.ts';
import { ada, held, nothing, of, roles, rulesWith } from './access-fixture.ts';

describe('without a policy', () => {
  // What each role may at least; the columns are the roles from none to admin.
  const table: Readonly<Record<Verb, string>> = {
    help: 'yyyyyy',
    status: 'yyyyyy',
    explain: 'yyyyyy',
    locks: 'yyyyyy',
    config: '-yyyyy',
    doctor: '---yyy',
    evaluate: '---yyy',
    train: '---yyy',
    drift: '---yyy',
    compare: '---yyy',
    retry: '---yyy',
    cancel: '---yyy',
    release: '---yyy',
    lock: '---yyy',
    promote: '----yy',
    canary: '---yyy',
    rollback: '---yyy',
    unlock: '----yy',
    'approve-run': '---yyy',
    'approve-budget': '----yy',
    freeze: '----yy',
    unfreeze: '----yy',
    'override-gate': '----yy',
  };
  const trusting = ['approve-run', 'approve-budget', 'freeze', 'unfreeze', 'override-gate', 'promote', 'canary'];

  it.each(verbs)('/%s is given to whom the table says', (verb) => {
    const row = (demand: Partial<Demand>, facts: Partial<AccessFacts>): string =>
      roles
        .map((role) =>
          rightTo({ ...ada, verb, ...demand }, { ...nothing, ...held(role), ...facts }).kind === 'granted' ? 'y' : '-',
        )
        .join('');

    const outsiders = trusting.includes(verb) ? '------' : table[verb];
    const own = ['approve-run', 'approve-budget', 'override-gate'].includes(verb) ? '------' : table[verb];
    expect(row({}, {})).toBe(table[verb]);
    expect(row({}, { outside: known(true) })).toBe(outsiders);
    expect(row({ author: { login: 'Ada', id: 7 } }, {})).toBe(own);
    expect(row({ author: { login: 'before-she-was-renamed', id: 7 } }, {})).toBe(own);
    expect(row({ actor: { login: 'renovate[bot]', kind: 'bot' } }, {})).toBe('------');
    expect(row({ actor: { login: 'siskin[bot]', kind: 'siskin' } }, {})).toBe('------');
  });
});

describe('a policy', () => {
  const rules = rulesWith(`
access:
  train: [team:ml, user:Ada]
  cancel: []
  evaluate: [everybody]
  drift: ['role:Data Steward', admin]
  override-gate: [maintain, team:leads]
  lock: [write]
environments:
  production: { access: { lock: [maintain] } }
  staging: {}
`);
  const team = (slug: string, member: boolean) => ({ teams: new Map([[slug, known(member)]]) });

  it.each([
    ['a user in any spelling of case', { verb: 'train' }, {}, 'user Ada'],
    ['a team', { verb: 'train', actor: { login: 'eve', kind: 'person' } }, team('ml', true), 'team ml'],
    ['nobody', { verb: 'cancel' }, held('admin'), 'not-permitted'],
    ['everybody', { verb: 'evaluate' }, {}, 'everybody'],
    ['a custom role', { verb: 'drift' }, held('triage', 'Data Steward'), 'role Data Steward'],
    ['no other custom role', { verb: 'drift' }, held('write', 'data steward'), 'not-permitted'],
    ['what a custom role extends', { verb: 'lock' }, held('maintain', 'Chief'), 'role Chief, which extends maintain'],
    [
      'the role that an environment wants',
      { verb: 'lock', environment: 'production' },
      held('maintain'),
      'role maintain',
    ],
    ['no lesser one there', { verb: 'lock', environment: 'production' }, held('write'), 'not-permitted'],
    [
      'the repository’s where the environment says nothing',
      { verb: 'lock', environment: 'staging' },
      held('write'),
      'role write',
    ],
    [
      'the repository’s for an unknown environment',
      { verb: 'lock', environment: 'constructor' },
      held('write'),
      'role write',
    ],
    [
      'a team to an outside collaborator',
      { verb: 'override-gate' },
      { ...team('leads', true), outside: known(true) },
      'team leads',
    ],
    [
      'no role to one',
      { verb: 'override-gate' },
      { ...held('admin'), ...team('leads', false), outside: known(true) },
      'not-permitted',
    ],
  ] as const)('gives a verb to %s', (_, demand, facts, expected) => {
    expect(of(demand, { rules, ...facts })).toBe(expected);
  });

  it('that cannot be read leaves what changes anything to administrators', () => {
    const unusable = { rules: { kind: 'unusable' } } as const;

    expect(of({ verb: 'cancel' }, { ...unusable, ...held('maintain') })).toBe('no-policy');
    expect(of({ verb: 'cancel' }, { ...unusable, ...held('admin') })).toBe('role admin');
    expect(of({ verb: 'status' }, unusable)).toBe('everybody');
    expect(of({ verb: 'cancel' }, { ...unusable, role: unknown('GitHub did not answer') })).toBe('unverified');
  });

  it('gives what binds other repositories to who owns them all, and has the verb here', () => {
    const demand = { verb: 'freeze', reach: 'organisation' } as const;
    const owner = { accountOwner: known(true) };

    expect(of(demand, held('admin'))).toBe('not-permitted');
    expect(of(demand, { ...held('admin'), ...owner })).toBe('owner of octo');
    expect(of(demand, { ...held('admin'), accountOwner: unknown('GitHub did not answer') })).toBe('unverified');
    expect(of(demand, { ...held('read'), ...owner })).toBe('not-permitted');
    expect(of(demand, { ...held('admin'), ...owner, rules: { kind: 'unusable' } })).toBe('owner of octo');
    expect(of(demand, { ...held('admin'), rules: { kind: 'unusable' } })).toBe('not-permitted');
    expect(of(demand, { ...held('admin'), ...owner, outside: known(true) })).toBe('not-permitted');
  });

  it('lets authors approve only where it says so', () => {
    const own = { verb: 'override-gate', author: { login: 'ada', id: 7 } } as const;
    const lenient = rulesWith('author-may-approve: true\nenvironments: { production: {} }\n');

    expect(of(own, { ...held('admin') })).toBe('own-approval');
    expect(of(own, { rules: lenient, ...held('admin') })).toBe('role admin');
    expect(of({ ...own, environment: 'production' }, { rules: lenient, ...held('admin') })).toBe('own-approval');
    expect(of({ ...own, author: null }, held('admin'))).toBe('role admin');
  });
});

describe('code owners', () => {
  const two = `  other:
    task: binary
    target: is_late
    data: { train: b.csv, holdout: h.csv }
    model: b.onnx
    metrics: { roc-auc: { not-worse-by: 0.005 } }
access: { train: [code-owners], override-gate: [code-owners] }
`;
  const rules = rulesWith(two);
  const user = (login: string): Owner => ({ kind: 'user', login });
  const owners = (late: readonly (readonly Owner[])[], other: readonly (readonly Owner[])[] = []) => ({
    rules,
    owners: known(
      new Map([
        ['late', late],
        ['other', other],
      ]),
    ),
  });
  const late = { verb: 'train', model: 'late' } as const;

  it.each([
    ['owns every file that has owners', [[user('Ada')], [user('eve'), user('ada')]], 'code owner of late'],
    ['owns some of its files', [[user('ada')], [user('eve')]], 'not-permitted'],
    ['owns none', [[user('eve')]], 'not-permitted'],
    ['sees no owned file', [], 'not-permitted'],
  ])('may when somebody %s', (_, sets, expected) => {
    expect(of(late, { ...owners(sets), ...held('write') })).toBe(expected);
  });

  it('need write access, as GitHub wants it', () => {
    expect(of(late, { ...owners([[user('ada')]]), ...held('triage') })).toBe('not-permitted');
    expect(of(late, { ...owners([[user('ada')]]), role: unknown('GitHub did not answer') })).toBe('unverified');
  });

  it('may about their own model, and about all only when all are theirs', () => {
    const one = { ...owners([[user('ada')]], [[user('eve')]]), ...held('write') };
    const all = rightTo({ ...ada, verb: 'train' }, { ...nothing, ...one });

    expect(of({ verb: 'train', model: 'other' }, one)).toBe('not-permitted');
    expect(all).toMatchObject({ code: 'not-permitted', reason: expect.stringContaining('must be named with `-m`') });
    expect(of({ verb: 'train' }, { ...owners([[user('ada')]], [[user('ada')]]), ...held('write') })).toBe(
      'code owner of late, other',
    );
    expect(of({ verb: 'train', model: 'constructor' }, one)).toBe('not-permitted');
  });

  it('in a team count when the team is of the organisation', () => {
    const ml = (organisation: string): Owner => ({ kind: 'team', organisation, slug: 'ml' });
    const teams = new Map([['ml', known(true)]]);

    expect(of(late, { ...owners([[ml('Octo')]]), ...held('write'), teams })).toBe('code owner of late');
    expect(of(late, { ...owners([[ml('evil')]]), ...held('write'), teams })).toBe('not-permitted');
    expect(of(late, { ...owners([[ml('octo')]]), ...held('write') })).toBe('unverified');
  });

  it('by e-mail are a doubt', () => {
    const owner: Owner = { kind: 'email', address: 'ada@octo.test' };

    expect(of(late, { ...owners([[owner]]), ...held('write') })).toBe('unverified');
    expect(of(late, { ...owners([[owner, user('ada')]]), ...held('write') })).toBe('code owner of late');
  });

  it('from outside of the organisation do not get what trusts', () => {
    const facts = { ...owners([[user('ada')]]), ...held('write'), outside: known(true) };

    expect(of({ ...late, verb: 'override-gate' }, facts)).toBe('not-permitted');
    expect(of(late, facts)).toBe('code owner of late');
  });
});

describe('a doubt', () => {
  const rules = rulesWith('access: { train: [write, team:ml], override-gate: [maintain, team:ml] }\n');
  const away = unknown('GitHub did not answer');

  it('names what GitHub did not tell', () => {
    const teams = new Map([['ml', unknown('the App lacks the permission `members: read`')]]);

    expect(rightTo(ada, { ...nothing, rules, role: away, teams })).toEqual({
      kind: 'refused',
      code: 'unverified',
      reason:
        'GitHub did not tell the role of ada (GitHub did not answer), nor whether ada is in the team ml (the App lacks the permission `members: read`), and it is given to `write`, `team:ml`',
      fix: 'Type it again in a minute; if it stays so, `/doctor` looks for the cause.',
    });
  });

  it('about one thing does not weaken another that is certain', () => {
    expect(of({}, { rules, role: away, teams: new Map([['ml', known(true)]]) })).toBe('team ml');
    expect(of({}, { rules, ...held('write'), teams: new Map([['ml', away]]) })).toBe('role write');
  });

  it('whether somebody is from outside is one only where they would else have it', () => {
    const facts = { rules, outside: away, teams: new Map([['ml', known(false)]]) };

    expect(of({ verb: 'override-gate' }, { ...facts, ...held('maintain') })).toBe('unverified');
    expect(of({ verb: 'override-gate' }, { ...facts, ...held('write') })).toBe('not-permitted');
    expect(of({}, { ...facts, ...held('write') })).toBe('role write');
  });

  it('is what was not looked up', () => {
    expect(of({}, { rules })).toBe('unverified');
  });
});
