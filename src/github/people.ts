import type { Repository } from '../intent.ts';
import { repositoryRoles } from '../policy/grantee.ts';
import type { RoleHeld } from '../ports.ts';
import { type Github, routeOf } from './connection.ts';
import { asking, askingFor } from './failure.ts';

/**
 * The role of a person in a repository, the highest of all that they were given. AppError `not-found` when GitHub knows
 * no such person: of strangers it says `read` or `none`.
 */
export async function readRole(github: Github, repository: Repository, login: string): Promise<RoleHeld> {
  const { data } = await asking(`read the role of ${login}`, () =>
    github.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
      ...routeOf(repository),
      username: login,
    }),
  );
  // `permission` alone folds maintain into write and triage into read; of a custom role it says what it extends:
  // https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
  const standard = roleNamed(data.role_name);
  if (standard !== null) return { role: standard, custom: null };
  return { role: roleNamed(data.permission) ?? 'none', custom: data.role_name };
}

function roleNamed(name: string): RoleHeld['role'] | null {
  return (['none', ...repositoryRoles] as const).find((role) => role === name) ?? null;
}

/**
 * Whether a person is in a team of the organisation that owns the repository, or in one below it; an invitation is not
 * enough. GitHub answers 404 for somebody who is not in it, for a team that is not there or not shown to us, and without
 * the permission: only when it shows the team itself, 404 means no. Else AppError `not-found` or `not-permitted`.
 */
export async function isTeamMember(
  github: Github,
  repository: Repository,
  { slug, login }: { readonly slug: string; readonly login: string },
): Promise<boolean> {
  const team = { org: repository.owner, team_slug: slug };
  const membership = await askingFor(`read whether ${login} is in the team ${slug}`, () =>
    github.request('GET /orgs/{org}/teams/{team_slug}/memberships/{username}', { ...team, username: login }),
  );
  if (membership !== null) return membership.data.state === 'active';
  await asking(`read the team ${slug}`, () => github.request('GET /orgs/{org}/teams/{team_slug}', team));
  return false;
}

/**
 * Whether a person owns the account that a repository belongs to: it is theirs, or they are an owner of that
 * organisation and have accepted. Without `members: read` AppError `not-permitted`.
 */
export async function ownsAccount(github: Github, repository: Repository, login: string): Promise<boolean> {
  if (login.toLowerCase() === repository.owner.toLowerCase()) return true;
  const membership = await askingFor(`read whether ${login} is an owner of ${repository.owner}`, () =>
    github.request('GET /orgs/{org}/memberships/{username}', { org: repository.owner, username: login }),
  );
  return membership !== null && membership.data.state === 'active' && membership.data.role === 'admin';
}

/**
 * Whether somebody was given access to a repository of an organisation without being a member. Asked of the list of
 * those, because it needs no permission beyond the repository and tells also of members who keep that private.
 */
export async function isOutsideCollaborator(github: Github, repository: Repository, login: string): Promise<boolean> {
  const outside = await asking('list the outside collaborators', () =>
    github.paginate('GET /repos/{owner}/{repo}/collaborators', {
      ...routeOf(repository),
      affiliation: 'outside',
      per_page: 100,
    }),
  );
  return outside.some((collaborator) => collaborator.login.toLowerCase() === login.toLowerCase());
}
