import { describe, expect, it } from 'vitest';
import { localGithub, repository } from './local-github.ts';

describe('a role', () => {
  it.each([
    ['maintain', 'write', { role: 'maintain', custom: null }],
    ['triage', 'read', { role: 'triage', custom: null }],
    ['data-steward', 'read', { role: 'read', custom: 'data-steward' }],
    ['Chief of models', 'admin', { role: 'admin', custom: 'Chief of models' }],
    ['none', 'none', { role: 'none', custom: null }],
    ['constructor', 'no such', { role: 'none', custom: 'constructor' }],
  ])('%s over %s is told', async (role_name, permission, expected) => {
    await using github = await localGithub({
      'GET collaborators/ada/permission': { status: 200, json: { role_name, permission } },
    });

    expect(await github.reader.readRole(repository, 'ada')).toEqual(expected);
  });

  it('of somebody whom GitHub does not know is no answer', async () => {
    await using github = await localGithub({ 'GET collaborators/eve/permission': { status: 404, json: {} } });

    await expect(github.reader.readRole(repository, 'eve')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a membership of a team', () => {
  const membership = 'GET /orgs/acme/teams/ml/memberships/ada';
  const team = 'GET /orgs/acme/teams/ml';

  it.each([
    ['that is active counts', { status: 200, json: { state: 'active', role: 'member' } }, true],
    ['that is only offered does not', { status: 200, json: { state: 'pending', role: 'member' } }, false],
  ])('%s', async (_, reply, expected) => {
    await using github = await localGithub({ [membership]: reply });

    expect(await github.reader.isTeamMember(repository, 'ml', 'ada')).toBe(expected);
  });

  it('is denied only for a team that GitHub shows us', async () => {
    const absent = { status: 404, json: { message: 'Not Found' } };
    await using shown = await localGithub({ [membership]: absent, [team]: { status: 200, json: { slug: 'ml' } } });
    await using hidden = await localGithub({ [membership]: absent, [team]: absent });

    expect(await shown.reader.isTeamMember(repository, 'ml', 'ada')).toBe(false);
    await expect(hidden.reader.isTeamMember(repository, 'ml', 'ada')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that we may not read says which permission is missing', async () => {
    await using github = await localGithub({
      [membership]: { status: 403, headers: { 'x-accepted-github-permissions': 'members=read' }, json: {} },
    });

    await expect(github.reader.isTeamMember(repository, 'ml', 'ada')).rejects.toThrow(/permission members=read/);
  });
});

describe('the account of a repository', () => {
  const membership = 'GET /orgs/acme/memberships/ada';

  it.each([
    ['is an owner’s', { status: 200, json: { state: 'active', role: 'admin' } }, true],
    ['is not a member’s', { status: 200, json: { state: 'active', role: 'member' } }, false],
    ['is not theirs who have not accepted', { status: 200, json: { state: 'pending', role: 'admin' } }, false],
    ['is no stranger’s', { status: 404, json: { message: 'Not Found' } }, false],
  ])('%s', async (_, reply, expected) => {
    await using github = await localGithub({ [membership]: reply });

    expect(await github.reader.ownsAccount(repository, 'ada')).toBe(expected);
  });

  it('is the person’s whose name it has, which nobody need be asked', async () => {
    await using github = await localGithub({});

    expect(await github.reader.ownsAccount(repository, 'ACME')).toBe(true);
  });

  it('whose people we may not read says which permission is missing', async () => {
    await using github = await localGithub({
      [membership]: { status: 403, headers: { 'x-accepted-github-permissions': 'members=read' }, json: {} },
    });

    await expect(github.reader.ownsAccount(repository, 'ada')).rejects.toThrow(/permission members=read/);
  });
});

describe('the outside collaborators', () => {
  it('are asked for as such, page by page, and found in any spelling of case', async () => {
    await using github = await localGithub({
      'GET collaborators': (request, response) => {
        const second = request.path.includes('page=2');
        const link = `<http://${request.headers.host}/repos/acme/flights/collaborators?page=2>; rel="next"`;
        response.writeHead(200, { 'content-type': 'application/json', ...(second ? {} : { link }) });
        response.end(JSON.stringify([{ login: second ? 'Ada' : 'eve' }]));
      },
    });

    expect(await github.reader.isOutsideCollaborator(repository, 'ada')).toBe(true);
    expect(await github.reader.isOutsideCollaborator(repository, 'linus')).toBe(false);
    expect(github.seen[0]?.path).toContain('affiliation=outside');
  });
});
