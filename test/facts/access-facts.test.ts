import { beforeEach, describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import { gatherAccess, type Rules } from '../../src/facts/access-facts.ts';
import type { Actor } from '../../src/intent.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import { type MemoryGithub, memoryGithub } from '../memory-github.ts';

const repository = { installation: 3, id: 1, owner: 'octo', name: 'flights' };
const ada: Actor = { login: 'ada', kind: 'person' };
const policyText = `version: 1
models:
  late:
    task: binary
    target: is_late
    data: { train: data/late.csv, holdout: data/holdout.csv, schema: late.yml }
    train: { command: python train.py, output: out/late.onnx, inputs: ['src/late/**'], parameters: params.yml }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
  fares:
    task: regression
    target: fare
    data: { train: fares, holdout: data/holdout.csv }
    model: models/fares.onnx
    train: { command: python fares.py, output: out/fares.onnx }
    metrics: { rmse: { not-worse-by: 0.005 } }
`;

let github: MemoryGithub;
beforeEach(() => {
  github = memoryGithub({
    'data/late.csv': 'a',
    'data/holdout.csv': 'b',
    'late.yml': 'c',
    'params.yml': 'd',
    'src/late/a.py': 'e',
    'src/both.py': 'f',
    'fares/2024.csv.dvc': 'g',
    'models/fares.onnx': 'h',
    'docs/CODEOWNERS': '* @nobody',
    CODEOWNERS: '* @root\n/data/ @octo/data\n/late.yml @octo/data @ada\n/models/fares.onnx\n/fares/ @evil/data',
  });
});

async function rules(access: string): Promise<Rules> {
  const parsed = parsePolicy({ text: `${policyText}access: ${access}\n` });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  const { sha } = await github.readDefaultBranch(repository);
  github.calls.length = 0;
  return { kind: 'valid', policy: parsed.policy, commit: sha };
}

async function gathered(text: string, access: string, actor = ada) {
  return await gatherAccess(repository, { actor, commands: commandsIn(text), rules: await rules(access) }, github);
}

describe('of what rights hang on', () => {
  it.each([
    ['nothing for a verb that is everybody’s', '/status', '{}', []],
    ['the role for a verb with a role', '/train', '{}', ['readRole']],
    ['nothing more for one that users have', '/train', '{ train: ["user:ada"] }', []],
    ['nothing for one that nobody has', '/train', '{ train: [] }', []],
    [
      'each team once, of the verbs that were asked',
      '/train\n/train -m late',
      '{ train: [team:a, team:b], cancel: [team:c] }',
      ['isTeamMember', 'isTeamMember'],
    ],
    ['who is from outside for what trusts', '/approve-budget', '{}', ['isOutsideCollaborator', 'readRole']],
    [
      'the tree, and the one file that names owners',
      '/train',
      '{ train: [code-owners] }',
      ['isTeamMember', 'readFile', 'readRole', 'readTree'],
    ],
    [
      'whether somebody owns the organisation for what binds all of it',
      '/freeze runs --organisation --for 1h --reason x\n/freeze runs --for 1h --reason x',
      '{ freeze: ["user:ada"] }',
      ['isOutsideCollaborator', 'ownsAccount'],
    ],
    ['all for help', '/help', '{ train: [team:a] }', ['isOutsideCollaborator', 'isTeamMember', 'readRole']],
  ])('is read %s', async (_, text, access, calls) => {
    await gathered(text, access);

    expect(github.calls.toSorted()).toEqual(calls);
  });

  it.each([
    ['a member', { association: 'MEMBER', ofOrganisation: true }],
    ['an owner', { association: 'OWNER', ofOrganisation: true }],
    ['somebody where a person owns the repository', { association: 'COLLABORATOR', ofOrganisation: false }],
  ] as const)('is not asked whether %s is from outside', async (_, proved) => {
    const { outside } = await gathered('/approve-budget', '{}', { ...ada, ...proved });

    expect(outside).toEqual({ kind: 'known', value: false });
    expect(github.calls).toEqual(['readRole']);
  });

  it('keeps what GitHub does not tell as a doubt of its own', async () => {
    github.roles.set('ada', 'away');
    github.teams.set('a', ['ada']).set('b', 'away').set('c', 'denied');
    github.outside = 'away';
    const access = '{ approve-budget: [admin, team:a, team:b, team:c, team:d] }';

    expect(await gathered('/approve-budget', access)).toMatchObject({
      role: { kind: 'unknown', why: 'GitHub did not answer' },
      outside: { kind: 'unknown', why: 'GitHub did not answer' },
      teams: new Map([
        ['a', { kind: 'known', value: true }],
        ['b', { kind: 'unknown', why: 'GitHub did not answer' }],
        ['c', { kind: 'unknown', why: 'the App lacks the permission `members: read`' }],
        ['d', { kind: 'unknown', why: 'the App sees no such team' }],
      ]),
    });
  });

  it('does not take a mistake of ours for a doubt', async () => {
    github.readRole = () => Promise.reject(new TypeError('x is not a function'));

    await expect(gathered('/train', '{}')).rejects.toThrow(TypeError);
  });
});

describe('code owners', () => {
  it('are those of each file of the model, but for its holdout and what only all inputs hold', async () => {
    const { owners } = await gathered('/train', '{ train: [code-owners] }');
    const data = { kind: 'team', organisation: 'octo', slug: 'data' };

    expect(owners.kind === 'known' ? [...owners.value] : []).toEqual([
      ['late', [[data], [data, { kind: 'user', login: 'ada' }], [{ kind: 'user', login: 'root' }]]],
      ['fares', [[{ kind: 'team', organisation: 'evil', slug: 'data' }]]],
    ]);
  });

  it('are a doubt when GitHub cuts the tree', async () => {
    github.truncates = true;

    expect((await gathered('/train', '{ train: [code-owners] }')).owners).toMatchObject({ kind: 'unknown' });
  });

  it('are a doubt when comparing would hold up everybody else', async () => {
    const files = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`src/late/${at}.py`, '']));
    github = memoryGithub({ ...files, CODEOWNERS: '*.x @ada\n'.repeat(1400) });

    expect((await gathered('/train', '{ train: [code-owners] }')).owners).toEqual({
      kind: 'unknown',
      why: 'there are more files and owners than can be compared',
    });
  });

  it('are none without a file that names them', async () => {
    github = memoryGithub({ 'data/late.csv': 'a' });
    const none = new Map([
      ['late', []],
      ['fares', []],
    ]);

    expect((await gathered('/train', '{ train: [code-owners] }')).owners).toMatchObject({ value: none });
  });

  it('in very many teams are looked up for some, and a doubt for the rest', async () => {
    const teams = Array.from({ length: 30 }, (_, at) => `@octo/t${at}`).join(' ');
    github = memoryGithub({ 'data/late.csv': 'a', CODEOWNERS: `* ${teams}` });
    const { teams: known } = await gathered('/train', '{ train: [code-owners] }');

    expect(known.size).toBe(20);
  });
});
