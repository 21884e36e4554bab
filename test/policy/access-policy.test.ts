import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { problemText } from '../../src/error.ts';
import { type AccessRules, granteesOf, mayAuthorApprove } from '../../src/policy/access-policy.ts';
import { policyChanges } from '../../src/policy/compare.ts';
import { granteeOf, granteePattern, granteeProblem, granteeText } from '../../src/policy/grantee.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

const base = `version: 1
models:
  late:
    task: binary
    target: is_late
    data: { train: a.csv, holdout: h.csv }
    model: a.onnx
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`;

function policy(text: string): Policy {
  const parsed = parsePolicy({ text: base + text });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

function problems(text: string): readonly string[] {
  const parsed = parsePolicy({ text: base + text });
  return parsed.kind === 'invalid' ? parsed.problems.map(problemText) : [];
}

function given(verb: 'lock' | 'train', environment: string | null, rules: AccessRules | null): readonly string[] {
  return granteesOf({ verb, environment }, rules).map(granteeText);
}

describe('a grantee', () => {
  it.each([
    'read',
    'admin',
    'role:Data Steward',
    'team:ml-leads',
    'user:octo-cat',
    'user:mona_corp',
    'code-owners',
    'everybody',
  ])('%s is read', (text) => {
    const grantee = granteeOf(text);

    expect(grantee === null ? null : granteeText(grantee)).toBe(text);
    expect(text).toMatch(new RegExp(granteePattern));
  });

  it.each([
    ['wirte', 'did you mean `write`?'],
    ['Write', 'did you mean `write`?'],
    ['owners', 'did you mean `code-owners`?'],
    ['team:ML Leads', 'write `team:ml-leads`'],
    ['team:acme/ml', 'write `team:ml`'],
    ['team:..', 'write `team:` and its slug'],
    ['user:@ada', 'write `user:ada`'],
    ['user:a/b', 'write `user:` and its login'],
    ['@ada', 'did you mean `user:ada`?'],
    ['@acme/ML Leads', 'did you mean `team:ml-leads`?'],
    ['role:Write', 'write `write` for the role of GitHub'],
    ['role:`x`', 'name it as GitHub does'],
    ['', 'write one of them'],
    ['constructor', 'write one of them'],
  ])('%j is none, and it is said what was meant', (text, fix) => {
    expect(granteeOf(text)).toBeNull();
    expect(granteeProblem(text).split('; ')[1]).toBe(fix);
  });

  test('no text makes it throw, and none leads out of its place in a path', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `team:${text}`),
        ),
        (text) => {
          const grantee = granteeOf(text);
          granteeProblem(text);
          if (grantee?.kind === 'team') expect(encodeURIComponent(grantee.slug)).not.toMatch(/^\.*$|%|\//);
        },
      ),
    );
  });
});

describe('a policy says who may', () => {
  const rules = policy(`
access: { lock: [write, team:ml], train: [] }
environments:
  production: { access: { lock: [maintain] }, author-may-approve: true }
  staging: {}
`);

  it.each([
    ['lock', 'production', ['maintain']],
    ['lock', 'staging', ['write', 'team:ml']],
    ['lock', null, ['write', 'team:ml']],
    ['lock', 'constructor', ['write', 'team:ml']],
    ['train', 'production', []],
  ] as const)('/%s in %s', (verb, environment, expected) => {
    expect(given(verb, environment, rules)).toEqual(expected);
  });

  it('by the default of the verb where it says nothing', () => {
    expect(given('train', null, null)).toEqual(['write']);
    expect(given('train', null, policy(''))).toEqual(['write']);
    expect(given('train', 'production', policy('environments: { production: {} }\n'))).toEqual(['write']);
  });

  it('and whether authors may, per environment and nowhere by default', () => {
    expect(mayAuthorApprove('production', rules)).toBe(true);
    expect(mayAuthorApprove('staging', policy('author-may-approve: true\nenvironments: { staging: {} }\n'))).toBe(
      false,
    );
    expect(mayAuthorApprove(null, policy('author-may-approve: true\n'))).toBe(true);
    expect(mayAuthorApprove(null, rules)).toBe(false);
    expect(mayAuthorApprove(null, null)).toBe(false);
  });
});

test('every mistake about rights is one problem, with what was meant', () => {
  expect(
    problems(`access:
  trian: [write]
  train: [wirte, 3]
  cancel: admin
  approve-run: [everybody, read, write]
environments:
  Production: {}
  all: {}
  staging: { access: { train: [write], freeze: [read], lcok: [] } }
`),
  ).toMatchInlineSnapshot(`
    [
      "\`access.trian\`: expected a verb that is given here, found \`trian\`; did you mean \`train\`?",
      "\`access.train.0\`: expected one of read, triage, write, maintain, admin, role:<name>, team:<slug>, user:<login>, code-owners, everybody, found the text \`wirte\`; did you mean \`write\`?",
      "\`access.train.1\`: expected a text, found the number 3; put it in quotes: \`"3"\`",
      "\`access.cancel\`: expected a list, found the text \`admin\`; change it: A list of those to whom it is given; an empty list gives it to nobody.",
      "\`access.approve-run.0\`: expected people who were chosen, because this verb trusts, found the text \`everybody\`; write \`triage\` or a higher role, a team or users",
      "\`access.approve-run.1\`: expected people who were chosen, because this verb trusts, found the text \`read\`; write \`triage\` or a higher role, a team or users",
      "\`environments.Production\`: expected a name of lower-case letters, digits and hyphens, at most 63, other than \`runs\` and \`all\`, found \`Production\`; write \`production\`",
      "\`environments.all\`: expected a name of lower-case letters, digits and hyphens, at most 63, other than \`runs\` and \`all\`, found \`all\`; choose another name",
      "\`environments.staging.access.train\`: expected a verb that is given here, found \`train\`; move it into \`access\` at the top: it is about no environment",
      "\`environments.staging.access.freeze.0\`: expected people who were chosen, because this verb trusts, found the text \`read\`; write \`triage\` or a higher role, a team or users",
      "\`environments.staging.access.lcok\`: expected a verb that is given here, found \`lcok\`; did you mean \`lock\`?",
    ]
  `);
});

describe('an edit of the policy', () => {
  it.each([
    ['', 'access: { train: [maintain] }', ['Changes `access.train` from `write` to `maintain`.']],
    [
      '',
      'access: { train: [write, team:ml] }',
      ['Changes `access.train` from `write` to `write`, `team:ml` (loosened).'],
    ],
    ['', 'access: { train: [triage] }', ['Changes `access.train` from `write` to `triage` (loosened).']],
    ['', 'access: { train: [] }', ['Changes `access.train` from `write` to nobody.']],
    ['access: { train: [] }', '', ['Changes `access.train` from nobody to `write` (loosened).']],
    ['', 'access: { train: [code-owners] }', ['Changes `access.train` from `write` to `code-owners`.']],
    [
      'access: { override-gate: [write] }',
      'access: { override-gate: [code-owners] }',
      ['Changes `access.override-gate` from `write` to `code-owners` (loosened).'],
    ],
    [
      'access: { train: [everybody] }',
      'access: { train: ["user:ada", admin] }',
      ['Changes `access.train` from `everybody` to `user:ada`, `admin`.'],
    ],
    ['', 'access: { train: [write] }', []],
    ['', 'author-may-approve: true', ['Changes `author-may-approve` from false to true (loosened).']],
    ['', 'environments: { production: {} }', ['Adds the environment `production`.']],
    [
      'environments: { production: { access: { lock: [admin] } } }',
      '',
      [
        'Changes `environments.production.access.lock` from `admin` to `write` (loosened).',
        'Removes the environment `production`.',
      ],
    ],
    [
      'environments: { production: { access: { lock: [admin] } } }',
      'environments: { production: { access: { lock: [maintain] }, author-may-approve: true } }',
      [
        'Changes `environments.production.access.lock` from `admin` to `maintain` (loosened).',
        'Changes `environments.production.author-may-approve` from false to true (loosened).',
      ],
    ],
  ])('from %j to %j is told', (before, after, expected) => {
    expect(policyChanges(policy(before), policy(after))).toEqual(expected);
  });
});
