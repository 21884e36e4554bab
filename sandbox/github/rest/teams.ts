import { membershipIn, type Organization, type Team } from '../domain/roles.ts';
import { holds } from '../identity.ts';
import { notFound } from '../refusal.ts';
import { type Answer, type Call, type Route, route } from '../routes.ts';
import { notAccessible } from '../server/authorize.ts';
import { accountShape, nodeId, organizationShape } from '../shape/account.ts';
import { type Account, findAccount, type JsonObject } from '../state.ts';

const team = '/orgs/{org}/teams/{team_slug}' as const;

const membership = '/orgs/{org}/memberships/{username}' as const;

export const teamRoutes: readonly Route[] = [
  route(`GET ${team}`, { access: 'anyone', handle: getTeam }),
  route(`GET ${team}/memberships/{username}`, { access: 'anyone', handle: getMembership }),
  route(`GET ${membership}`, { access: 'anyone', handle: getOrganizationMembership }),
];

interface Place {
  readonly account: Account;
  readonly organization: Organization;
}

/** Members of an organization see its people and teams, and Apps that may read its members; everybody else is told of none. */
function organizationOf(call: Call): Place {
  const { identity } = call;
  const account = findAccount(call.world, call.params['org'] ?? '');
  const organization = account?.organization ?? null;
  if (account === undefined || organization === null || identity.kind === 'anonymous') throw notFound();
  if (identity.kind === 'installation') {
    if (identity.installation.account !== account) throw notFound();
    if (!holds(identity.permissions, 'members:read')) throw notAccessible(['members:read']);
  } else if (identity.kind !== 'user' || !organization.members.has(identity.account.id)) {
    throw notFound();
  }
  return { account, organization };
}

function teamOf(call: Call): Place & { readonly team: Team } {
  const place = organizationOf(call);
  const found = place.organization.teams.get(call.params['team_slug'] ?? '');
  if (found === undefined) throw notFound();
  return { ...place, team: found };
}

function getTeam(call: Call): Answer {
  const { world } = call;
  const { account, organization, team: found } = teamOf(call);
  const repositories = [...world.repositories.values()].filter(({ owner }) => owner === account);
  const json = {
    ...teamShape(call, account, found),
    created_at: account.createdAt.toISOString(),
    updated_at: account.createdAt.toISOString(),
    members_count: found.members.size,
    repos_count: found.roles.size,
    organization: {
      ...organizationShape(world, account),
      html_url: `${world.url}/${account.login}`,
      has_organization_projects: true,
      has_repository_projects: true,
      public_repos: repositories.filter((repository) => !repository.private).length,
      public_gists: 0,
      followers: 0,
      following: 0,
      type: 'Organization',
      members_count: organization.members.size,
      created_at: account.createdAt.toISOString(),
      updated_at: account.createdAt.toISOString(),
      archived_at: null,
    },
  };
  return { status: 200, json };
}

function teamShape(call: Call, account: Account, found: Team): JsonObject {
  const url = `${call.world.apiUrl}/organizations/${account.id}/team/${found.id}`;
  return {
    id: found.id,
    node_id: nodeId('Team', found.id),
    url,
    html_url: `${call.world.url}/orgs/${account.login}/teams/${found.slug}`,
    name: found.name,
    slug: found.slug,
    description: '',
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    organization_id: account.id,
    ...(found.parent === null ? { parent: null } : { parent: teamShape(call, account, found.parent) }),
  };
}

function getMembership(call: Call): Answer {
  const { account, team: found } = teamOf(call);
  const person = findAccount(call.world, call.params['username'] ?? '');
  const state = person === undefined ? undefined : membershipIn(found, person);
  if (person === undefined || state === undefined) throw notFound();
  const { login } = accountShape(call.world, person);
  const url = `${call.world.apiUrl}/organizations/${account.id}/team/${found.id}/memberships/${String(login)}`;
  return { status: 200, json: { url, role: 'member', state } };
}

function getOrganizationMembership(call: Call): Answer {
  const { world } = call;
  const { account, organization } = organizationOf(call);
  const person = findAccount(world, call.params['username'] ?? '');
  if (person === undefined || !organization.members.has(person.id)) throw notFound();
  const user = accountShape(world, person);
  const json = {
    url: `${world.apiUrl}/orgs/${account.login}/memberships/${String(user.login)}`,
    state: 'active',
    role: organization.owners.has(person.id) ? 'admin' : 'member',
    organization_url: `${world.apiUrl}/orgs/${account.login}`,
    direct_membership: true,
    organization: organizationShape(world, account),
    user,
  };
  return { status: 200, json };
}
