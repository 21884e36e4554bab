import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditPrinter } from '../../cli/audit-format.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import type { AuditRow } from '../../src/store/audit.ts';
import { lateArrivals, policy, scores } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

const rights = `  early:
    task: binary
    target: late
    id: id
    data: { train: data/early.csv, holdout: data/holdout.csv }
    model: early.csv
    metrics: { roc-auc: { not-worse-by: 0.01 } }
access:
  train: [maintain, code-owners]
  override-gate: [team:ml-leads]
# Nothing here is about what a stranger's code does, so that no runner takes it.
forks: { runner: [nobody] }
`;
const owners = '* @acme/platform\n/data/ @bob\n/train.sh @bob\n/scores.csv @bob\n/early.csv @ada\n';

let scenario: Scenario;
let repository: Repository;
let pull: PullIssue;
let stranger: PullIssue;
beforeAll(async () => {
  scenario = await openScenario();
  const { github } = scenario.world;
  for (const login of ['lin', 'bob', 'otto', 'mallory', 'rita', 'olga']) github.createUser({ login });
  github.addMembers({ organization: 'acme', logins: ['lin', 'bob', 'rita'], visibility: 'private' });
  github.addOwners({ organization: 'acme', logins: ['olga'] });
  github.createTeam({ organization: 'acme', name: 'ML Leads' });
  github.createTeam({ organization: 'acme', name: 'Night shift', parent: 'ml-leads', members: ['lin'] });
  repository = await scenario.adopt('rights', {
    ...lateArrivals,
    '.github/siskin.yml': policy() + rights,
    '.github/CODEOWNERS': owners,
    'data/early.csv': 'id,hour,late\n',
    'early.csv': scores('good'),
  });
  // Otto was asked in from outside; the others belong to the organisation.
  for (const login of ['lin', 'bob', 'otto']) github.grantRole({ repository, login, role: 'write' });
  github.grantRole({ repository, login: 'rita', role: 'admin' });
  pull = await scenario.propose(repository, { branch: 'change', files: { 'scores.csv': scores('bad') } });
  const fork = await github.fork(repository, 'mallory');
  const theirs = {
    repository: fork,
    branch: 'better',
    author: 'mallory',
    message: 'Learn',
    files: { 'train.sh': 'true\n' },
  };
  await github.commitFiles(theirs);
  stranger = await github.openPullRequest({
    repository,
    headRepository: fork,
    author: 'mallory',
    title: 'Learn better',
    head: 'better',
  });
  await scenario.rest();
});
afterAll(() => scenario[Symbol.asyncDispose]());

/** Says something, and what came of it. */
async function answerTo(of: PullIssue, author: string, body: string) {
  const replies = scenario.outcome(of).comments.length;
  const runs = scenario.world.github.actions.runsOf(repository).length;
  const comment = scenario.say(of, body, author);
  await scenario.rest();
  return {
    reactions: comment.reactions.map(({ content }) => content).toSorted(),
    reply: scenario.outcome(of).comments.slice(replies).join('\n'),
    runs: scenario.world.github.actions.runsOf(repository).length - runs,
  };
}

const override = '/override-gate roc-auc -m late --reason "known label shift"';

describe('a gate that was missed', () => {
  it('is not overridden by somebody who may only write', async () => {
    const { reactions, reply } = await answerTo(pull, 'bob', override);

    expect(scenario.check(pull, 'siskin: late').conclusion).toBe('failure');
    expect(reactions).toEqual(['-1', 'eyes']);
    expect(reply).toContain('**`not-permitted`** — it is given to `team:ml-leads`, not to bob');
  });

  it('is not overridden while GitHub does not tell who is in the team, and is when it does', async () => {
    const { faults } = scenario.world.github;
    faults.fail({ kind: 502, times: 3, only: /\/teams\/ml-leads\/memberships\/lin$/ });
    const doubted = await answerTo(pull, 'lin', override);
    const told = await answerTo(pull, 'lin', override);

    expect(doubted.reactions).toEqual(['-1', 'eyes']);
    expect(doubted.reply).toContain(
      '**`unverified`** — GitHub did not tell whether lin is in the team ml-leads (GitHub did not answer)',
    );
    expect(told.reactions).not.toContain('-1');
    expect(scenario.check(pull, 'siskin: late').conclusion).not.toBe('failure');
  });
});

describe('a code owner', () => {
  it('trains their own model, and no other', async () => {
    const other = await answerTo(pull, 'bob', '/train -m early');
    const all = await answerTo(pull, 'bob', '/train');
    const own = await answerTo(pull, 'bob', '/train -m late');

    expect([other.reactions, all.reactions]).toEqual([
      ['-1', 'eyes'],
      ['-1', 'eyes'],
    ]);
    expect(other.reply).toContain('it is given to `maintain`, `code-owners`, not to bob; bob has the role write');
    expect(all.reply).toContain('bob does not own every model, so one must be named with `-m`');
    expect({ reactions: own.reactions, runs: own.runs }).toEqual({ reactions: ['eyes', 'rocket'], runs: 1 });
  });

  it('is nobody who merely writes', async () => {
    expect(await answerTo(pull, 'grace', '/train -m late')).toMatchObject({ reactions: ['-1', 'eyes'], runs: 0 });
  });
});

describe('what binds every repository of an organisation', () => {
  const freeze = '/freeze runs --for 1h --reason "audit" --organisation';

  it('is for its owners, not for who administers one of them', async () => {
    const administers = await answerTo(pull, 'rita', freeze);
    const owns = await answerTo(pull, 'olga', freeze);
    await answerTo(pull, 'olga', '/unfreeze runs --organisation');

    expect(administers.reactions).toEqual(['-1', 'eyes']);
    expect(administers.reply).toContain('what binds every repository of acme needs an owner of acme');
    expect(owns.reactions).not.toContain('-1');
    expect(owns.reply).toContain('is frozen in every repository of acme');
  });
});

describe('the code of a stranger', () => {
  const approve = () => `/approve-run @${stranger.pull.head.sha.slice(0, 7)}`;

  it('is not let run by an outside collaborator, whatever role they have', async () => {
    const { reactions, reply, runs } = await answerTo(stranger, 'otto', approve());

    expect({ reactions, runs }).toEqual({ reactions: ['-1', 'eyes'], runs: 0 });
    expect(reply).toContain('otto is an outside collaborator, who gets it only by `user:` or `team:`');
  });

  it('is let run by a member who keeps that private', async () => {
    expect((await answerTo(stranger, 'bob', approve())).reactions).not.toContain('-1');
  });
});

describe('the audit log', () => {
  const rows = async (who: string | null = null): Promise<readonly AuditRow[]> => {
    const all: AuditRow[] = [];
    const filter = { since: null, until: null, repository: 'acme/rights', who };
    for await (const row of scenario.world.app.store.readAudit(filter)) all.push(row);
    return all;
  };

  it('shows who was given what by which right, and who was refused', async () => {
    const told = (await rows()).filter(({ line }) => line !== null);

    expect(
      told.map(({ who, verb, permission, outcome, code }) => [who.login, verb, permission, code ?? outcome]),
    ).toEqual([
      ['bob', 'override-gate', null, 'not-permitted'],
      ['lin', 'override-gate', null, 'unverified'],
      ['lin', 'override-gate', 'team ml-leads', 'done'],
      ['bob', 'train', null, 'not-permitted'],
      ['bob', 'train', null, 'not-permitted'],
      ['bob', 'train', 'code owner of late', 'started'],
      ['grace', 'train', null, 'not-permitted'],
      ['rita', 'freeze', null, 'not-permitted'],
      ['olga', 'freeze', 'owner of acme', 'done'],
      ['olga', 'unfreeze', 'owner of acme', 'done'],
      ['otto', 'approve-run', null, 'not-permitted'],
      ['bob', 'approve-run', 'role write', 'started'],
    ]);
    expect(told[0]).toMatchObject({
      who: { login: 'bob', kind: 'person', association: 'COLLABORATOR', ofOrganisation: true },
      head: pull.pull.head.sha,
      pullRequest: pull.number,
    });
  });

  it('names whoever started each run there was', async () => {
    const claims = (await rows()).flatMap(({ started }) => started);
    const names = scenario.world.github.actions.runsOf(repository).map(({ name }) => name ?? '');

    expect(names.filter((name) => !claims.some((claim) => name.includes(claim)))).toEqual([]);
    expect(claims.length).toBe(names.length);
  });

  it('goes into a spreadsheet', async () => {
    const { head, row } = auditPrinter('csv');
    const [, line = ''] =
      (await rows('otto'))
        .map((one, at) => row(one, at === 0 ? 'first' : 'later'))
        .join('')
        .match(/^(.*)\r\n$/) ?? [];

    expect(head.split(',').length).toBe(line.split(',').length);
    expect(line).toContain(',otto,');
  });
});

it('asks GitHub for nothing that it does not document', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
