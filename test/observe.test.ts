import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AppError } from '../src/error.ts';
import { observe, observedEvents } from '../src/observe.ts';

const app = { id: 29310, slug: 'siskin' };
const sha = 'b'.repeat(40);
const origin = {
  installation: { id: 3 },
  repository: { id: 1, name: 'flights', owner: { login: 'octo' }, default_branch: 'main' },
  sender: { login: 'ada', type: 'User' },
};
const repository = { installation: 3, id: 1, owner: 'octo', name: 'flights' };
const ada = { login: 'ada', kind: 'person' };

function intents(name: string, payload: object) {
  return observe({ name, id: 'delivery-1', payload: { ...origin, ...payload } }, app);
}

describe('a pull request event', () => {
  it.each([
    ['opened', 'opened'],
    ['synchronize', 'pushed'],
    ['reopened', 'reopened'],
    ['ready_for_review', 'ready'],
  ])('%s asks for a check of the head that it shows', (action, cause) => {
    const found = intents('pull_request', { action, pull_request: { number: 5, head: { sha } } });

    expect(found).toEqual([{ kind: 'check-pull-request', repository, number: 5, head: sha, actor: ada, cause }]);
  });

  it('closed tells whether it was merged', () => {
    const found = intents('pull_request', {
      action: 'closed',
      pull_request: { number: 5, merged: true, head: { sha } },
    });

    expect(found).toEqual([{ kind: 'close-pull-request', repository, number: 5, head: sha, merged: true, actor: ada }]);
  });

  it('edited asks for a check only when another base branch is to judge', () => {
    const edited = (changes: object) =>
      intents('pull_request', { action: 'edited', changes, pull_request: { number: 5, head: { sha } } });

    expect(edited({ title: { from: 'x' } })).toEqual([]);
    expect(edited({ base: { ref: { from: 'old' } } })).toMatchObject([{ cause: 'retargeted' }]);
  });

  it.each(['labeled', 'constructor', ''])('%s asks for nothing', (action) => {
    expect(intents('pull_request', { action, pull_request: { number: 5, head: { sha } } })).toEqual([]);
  });
});

describe('a re-request', () => {
  const asked = { kind: 'recheck', repository, head: sha, actor: ada };

  it('of one check asks for that check, whatever pull requests GitHub lists', () => {
    const pull_requests = [{ number: 6, head: { sha: 'c'.repeat(40) } }];
    const check_run = { id: 31, name: 'siskin: late', head_sha: sha, app: { id: app.id }, pull_requests };

    expect(intents('check_run', { action: 'rerequested', check_run })).toEqual([{ ...asked, check: 'siskin: late' }]);
  });

  it('of all checks asks for all of them, and of another App for nothing', () => {
    const suite = (id: number) => ({ action: 'rerequested', check_suite: { head_sha: sha, app: { id } } });

    expect(intents('check_suite', suite(app.id))).toEqual([{ ...asked, check: null }]);
    expect(intents('check_suite', suite(1))).toEqual([]);
    const check_run = { id: 31, name: 'x', head_sha: sha, app: null };
    expect(intents('check_run', { action: 'rerequested', check_run })).toEqual([]);
  });
});

describe('a button', () => {
  const check_run = { id: 31, name: 'siskin: late', head_sha: sha, app: { id: app.id }, pull_requests: [] };
  const requested_action = { identifier: 'cancel' };

  it('on one of our checks is pressed, once for each delivery', () => {
    const press = { kind: 'press', repository, head: sha, check: 'siskin: late', checkId: 31, button: 'cancel' };

    expect(intents('check_run', { action: 'requested_action', check_run, requested_action })).toEqual([
      { ...press, id: 'delivery-1', actor: ada },
    ]);
  });

  it('of another App, or without a name, is left alone', () => {
    const others = { ...check_run, app: { id: 1 } };

    expect(intents('check_run', { action: 'requested_action', check_run: others, requested_action })).toEqual([]);
    expect(intents('check_run', { action: 'requested_action', check_run })).toEqual([]);
  });
});

describe('a comment', () => {
  const comment = {
    id: 9,
    body: '/train -m late',
    created_at: '2026-05-01T10:00:00Z',
    user: { login: 'ada', type: 'User' },
  };
  const issue = { number: 5, state: 'open', pull_request: {} };
  const bot = (login: string) => {
    const user = { login, type: 'Bot' };
    return { sender: user, comment: { ...comment, user } };
  };

  it('on a pull request with a command is obeyed', () => {
    expect(intents('issue_comment', { action: 'created', issue, comment })).toEqual([
      {
        kind: 'obey',
        repository,
        number: 5,
        source: { kind: 'comment', commentId: 9, at: '2026-05-01T10:00:00Z' },
        commands: [{ line: '/train -m late', sha: null, dryRun: false, verb: 'train', model: 'late', seed: null }],
        actor: ada,
      },
    ]);
  });

  it.each([
    ['of a bot', { sender: { login: 'dependabot[bot]', type: 'Bot' } }],
    ['of ours', { sender: { login: 'siskin[bot]', type: 'Bot' } }],
    ['that a bot wrote', bot('dependabot[bot]')],
    ['that the bot of GitHub Actions wrote', bot('github-actions[bot]')],
    [
      'that this App wrote',
      { ...bot('siskin[bot]'), comment: { ...bot('siskin[bot]').comment, performed_via_github_app: app } },
    ],
    ['of an organisation', { sender: { login: 'ada', type: 'Organization' } }],
    ['of nobody that GitHub says what they are', { sender: { login: 'ada' } }],
    ['whose writer is gone', { comment: { ...comment, user: null } }],
    ['that somebody else sent', { sender: { login: 'mallory', type: 'User' } }],
    ['that an App wrote in a person’s name', { comment: { ...comment, performed_via_github_app: { id: 1 } } }],
    ['that was edited', { action: 'edited' }],
    ['that was deleted', { action: 'deleted' }],
    ['on an issue', { issue: { number: 5, state: 'open' } }],
    ['without a command', { comment: { ...comment, body: 'I like it' } }],
  ])('%s gives no orders', (_, changes) => {
    expect(intents('issue_comment', { action: 'created', issue, comment, ...changes })).toEqual([]);
  });
});

describe('who acts is told', () => {
  const organisation = { ...origin.repository, owner: { login: 'octo', type: 'Organization' } };
  const comment = { id: 9, body: '/help', created_at: '2026-05-01T10:00:00Z', user: { login: 'ada' } };
  const issue = { number: 5, state: 'open', pull_request: {} };
  const said = (association: string) =>
    intents('issue_comment', {
      action: 'created',
      repository: organisation,
      sender: { login: 'ada', id: 7, type: 'User' },
      issue,
      comment: { ...comment, author_association: association },
    });

  it.each(['MEMBER', 'COLLABORATOR', 'FIRST_TIME_CONTRIBUTOR', 'NONE'])('with the association %s', (association) => {
    expect(said(association)).toMatchObject([{ actor: { ...ada, id: 7, association, ofOrganisation: true } }]);
  });

  it('without an association that we do not know', () => {
    expect(said('FRIEND')).toMatchObject([{ actor: { ...ada, id: 7, ofOrganisation: true } }]);
    expect(JSON.stringify(said('FRIEND'))).not.toContain('FRIEND');
  });

  it.each([
    ['dependabot[bot]', 'bot'],
    ['siskin[bot]', 'siskin'],
  ])('as %s, which is %s', (login, kind) => {
    const head = { number: 5, head: { sha } };
    const found = intents('pull_request', { action: 'opened', sender: { login, type: 'Bot' }, pull_request: head });

    expect(found).toMatchObject([{ actor: { login, kind } }]);
  });

  it('with what is said of the author only when it is the author', () => {
    const pull_request = { number: 5, head: { sha }, user: { login: 'eve' }, author_association: 'OWNER' };

    expect(intents('pull_request', { action: 'synchronize', pull_request })).toMatchObject([{ actor: ada }]);
    expect(JSON.stringify(intents('pull_request', { action: 'synchronize', pull_request }))).not.toContain('OWNER');
  });
});

describe('an installation', () => {
  const given = [{ id: 1, full_name: 'octo/flights' }];

  it('asks to onboard every repository that it gives', () => {
    const onboard = [{ kind: 'onboard', repository, actor: ada }];

    expect(intents('installation', { action: 'created', repositories: given })).toEqual(onboard);
    expect(intents('installation_repositories', { action: 'added', repositories_added: given })).toEqual(onboard);
    expect(intents('installation', { action: 'deleted', repositories: given })).toEqual([]);
  });
});

describe('a delivery', () => {
  it('of an unknown event asks for nothing, whatever it holds', () => {
    for (const name of ['star', 'constructor', '__proto__', '']) {
      expect(observe({ name, id: '1', payload: null }, app)).toEqual([]);
    }
  });

  it('that is not as GitHub documents it says what is wrong', () => {
    const broken = () => intents('pull_request', { action: 'opened', pull_request: { number: '5', head: { sha } } });

    expect(broken).toThrow(AppError);
    expect(broken).toThrow(/expected a pull_request payload .* delivery delivery-1 \(pull_request.number: /);
    expect(() => observe({ name: 'push', id: '1', payload: 'x' }, app)).toThrow(AppError);
  });

  it('of every example that GitHub publishes is read or passed over', () => {
    const path = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
    const examples: readonly { readonly name: string; readonly examples: readonly object[] }[] = JSON.parse(
      readFileSync(path, 'utf8'),
    );
    const kinds = new Set<string>();
    for (const { name, examples: payloads } of examples) {
      // The published examples come from a hook of a repository, which names no installation.
      for (const payload of payloads) {
        const complete = { installation: { id: 1 }, ...payload };
        for (const intent of observe({ name, id: '1', payload: complete }, app)) kinds.add(intent.kind);
      }
    }

    expect([...kinds].sort()).toEqual([
      'check-pull-request',
      'check-push',
      'check-queue',
      'close-pull-request',
      'observe-releases',
      'onboard',
      'recheck',
    ]);
  });
});

it('is asked about every event that app.yml subscribes to, and about no other', () => {
  const { default_events: events } = parse(readFileSync(join(import.meta.dirname, '../app.yml'), 'utf8'));
  // GitHub sends these to every App, subscribed or not.
  const unasked = ['installation', 'installation_repositories'];

  expect(new Set(observedEvents.map((name) => name.split('.')[0]))).toEqual(new Set([...events, ...unasked]));
});
