import { type Account, type Installation, type Repository, type Role, roles } from '../state.ts';

/** The people of an organization and their teams. */
export interface Organization {
  /** By account id; whoever is private looks to the world like any contributor. */
  readonly members: Map<number, 'public' | 'private'>;
  /** The account ids of those members who own it. */
  readonly owners: Set<number>;
  /** By slug. */
  readonly teams: Map<string, Team>;
}

/** A team of an organization; members of its child teams are members of it too. */
export interface Team {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly parent: Team | null;
  readonly children: Team[];
  /** By account id; a pending one has not yet accepted. */
  readonly members: Map<number, 'active' | 'pending'>;
  /** What it gives its members, by repository id. */
  readonly roles: Map<number, Role>;
}

/** What an account may do in a repository by the teams that it is in. */
function teamRoles(repository: Repository, account: Account): readonly Role[] {
  const teams = [...(repository.owner.organization?.teams.values() ?? [])];
  return teams
    .filter((team) => membershipIn(team, account) === 'active')
    .flatMap((team) => team.roles.get(repository.id) ?? []);
}

/** Whether an account is in a team, itself or by a child team; undefined when it is not even invited. */
export function membershipIn(team: Team, account: Account): 'active' | 'pending' | undefined {
  const own = team.members.get(account.id);
  return own === 'active' || team.children.some((child) => membershipIn(child, account) === 'active') ? 'active' : own;
}

/** What this account may do here, itself or by its teams: the repositories it owns as admin, public ones as reader. */
export function roleOf(repository: Repository, account: Account): Role {
  if (repository.owner.id === account.id || repository.owner.organization?.owners.has(account.id) === true) {
    return 'admin';
  }
  const given = [repository.roles.get(account.id), ...teamRoles(repository, account)];
  const least: Role = repository.private ? 'none' : 'read';
  return given.reduce<Role>((best, role) => (role !== undefined && isAtLeast(role, best) ? role : best), least);
}

/** Whether one role includes all that the other may do. */
export function isAtLeast(role: Role, wanted: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(wanted);
}

/** Whether this installation reaches this repository. */
export function covers(installation: Installation, repository: Repository): boolean {
  return installation.selection === 'all'
    ? installation.account.id === repository.owner.id
    : installation.repositories.has(repository);
}
