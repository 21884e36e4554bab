import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/error.ts';
import { localGithub, repository } from './local-github.ts';

const app = { id: 7, slug: 'siskin', permissions: { checks: 'write', members: 'read' }, events: ['push'] };
const installation = {
  id: 5,
  permissions: { checks: 'read', metadata: 'read' },
  events: ['push', 'issue_comment'],
  html_url: 'https://github.test/organizations/acme/settings/installations/5',
  suspended_at: null,
  target_type: 'Organization',
};

describe('the installation', () => {
  it('is read as the App: what is asked for, and what was accepted', async () => {
    await using github = await localGithub({
      'GET /app': { status: 200, json: app },
      'GET /app/installations/5': { status: 200, json: installation },
    });

    expect(await github.reader.readInstallation(repository)).toEqual({
      app: { id: 7, slug: 'siskin' },
      asked: { checks: 'write', members: 'read' },
      granted: { checks: 'read', metadata: 'read' },
      events: ['push', 'issue_comment'],
      url: 'https://github.test/organizations/acme/settings/installations/5',
      isSuspended: false,
      ofOrganisation: true,
    });
  });

  it('shows the deliveries of its own repository and of no other', async () => {
    const delivery = {
      delivered_at: '2026-03-01T12:00:00Z',
      status_code: 202,
      event: 'issue_comment',
      action: 'created',
    };
    await using github = await localGithub({
      'GET /app/hook/deliveries': {
        status: 200,
        json: [
          { ...delivery, id: 3, repository_id: 1, status_code: 0 },
          { ...delivery, id: 2, repository_id: 99 },
          { ...delivery, id: 1, repository_id: null, event: 'ping', action: null },
          { ...delivery, id: 0, repository_id: 1, event: 'push', action: null },
        ],
      },
    });

    expect(await github.reader.listDeliveries(repository)).toEqual([
      { event: 'issue_comment.created', at: '2026-03-01T12:00:00Z', status: 0, isTaken: false },
      { event: 'push', at: '2026-03-01T12:00:00Z', status: 202, isTaken: true },
    ]);
  });
});

describe('the workflow', () => {
  it('has a state, or is not there', async () => {
    await using github = await localGithub({
      'GET actions/workflows/siskin.yml': [
        { status: 200, json: { id: 1, state: 'disabled_manually' } },
        { status: 404, json: { message: 'Not Found' } },
      ],
    });

    expect(await github.reader.readWorkflowState(repository, 'siskin.yml')).toBe('disabled_manually');
    expect(await github.reader.readWorkflowState(repository, 'siskin.yml')).toBeNull();
  });
});

describe('what a branch requires', () => {
  const branch = (checks: unknown) => ({
    status: 200,
    json: { name: 'main', protected: true, protection: { required_status_checks: checks } },
  });

  it('is read from rulesets and from branch protection, with the App that must say it', async () => {
    const rules = [
      { type: 'deletion' },
      {
        type: 'required_status_checks',
        parameters: { required_status_checks: [{ context: 'siskin: late', integration_id: 7 }, { context: 'ci' }] },
      },
    ];
    const checks = {
      contexts: ['a', 'b'],
      checks: [
        { context: 'a', app_id: null },
        { context: 'b', app_id: -1 },
        { context: 'c', app_id: 8 },
      ],
    };
    await using github = await localGithub({
      'GET rules/branches/main': { status: 200, json: rules },
      'GET branches/main': branch(checks),
    });

    expect(await github.reader.listRequiredChecks(repository, 'main')).toEqual([
      { name: 'siskin: late', appId: 7 },
      { name: 'ci', appId: null },
      { name: 'a', appId: null },
      { name: 'b', appId: null },
      { name: 'c', appId: 8 },
    ]);
  });

  it('is read from an older server, and a refusal is not an answer', async () => {
    await using github = await localGithub({
      'GET rules/branches/main': [
        { status: 404, json: { message: 'Not Found' } },
        { status: 403, json: { message: 'Resource not accessible by integration' } },
      ],
      'GET branches/main': branch({ contexts: ['old'] }),
    });

    expect(await github.reader.listRequiredChecks(repository, 'main')).toEqual([{ name: 'old', appId: null }]);
    await expect(github.reader.listRequiredChecks(repository, 'main')).rejects.toThrow(AppError);
  });
});
