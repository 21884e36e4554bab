import { type Account, findAccount, type Repository, type Role, type World } from '../state.ts';
import type { Team } from './roles.ts';

/** What owners of an organization decide about its people. Throws when the organization or a person is not there. */
export interface OrganizationPeople {
  /** Makes people members; `private` hides it from the world, as GitHub does by default. */
  addMembers(options: {
    readonly organization: string;
    readonly logins: readonly string[];
    readonly visibility?: 'public' | 'private';
  }): void;
  /** Makes people owners, who administer every repository of the organization. */
  addOwners(options: { readonly organization: string; readonly logins: readonly string[] }): void;
  /** Makes a team, below another one when `parent` names it, whose active members become members of the organization. */
  createTeam(options: {
    readonly organization: string;
    readonly name: string;
    readonly parent?: string;
    readonly members?: readonly string[];
    /** People who were asked and have not yet accepted. */
    readonly invited?: readonly string[];
    readonly roles?: readonly { readonly repository: Repository; readonly role: Role }[];
  }): Team;
  /** Gives a person a custom role in a repository, which extends a standard one. */
  grantCustomRole(options: {
    readonly repository: Repository;
    readonly login: string;
    readonly name: string;
    readonly extends: Role;
  }): void;
}

export function createOrganizationPeople(world: World): OrganizationPeople {
  const addMembers: OrganizationPeople['addMembers'] = ({ organization, logins, visibility = 'public' }) => {
    const { members } = organizationOf(world, organization);
    for (const login of logins) members.set(accountOf(world, login).id, visibility);
  };
  return {
    addMembers,
    addOwners({ organization, logins }) {
      addMembers({ organization, logins });
      for (const login of logins) organizationOf(world, organization).owners.add(accountOf(world, login).id);
    },
    createTeam: ({ organization, name, parent, members = [], invited = [], roles = [] }) => {
      const { teams, members: known } = organizationOf(world, organization);
      const above = parent === undefined ? null : teams.get(parent);
      if (above === undefined) throw new Error(`expected the team ${parent}, found none; create it first`);
      const team: Team = {
        id: world.newId(),
        // GitHub makes the slug from the name, and it is the slug that is unique.
        slug: name
          .toLowerCase()
          .replaceAll(/[^a-z0-9_-]+/g, '-')
          .replaceAll(/^-+|-+$/g, ''),
        name,
        parent: above,
        children: [],
        members: new Map(),
        roles: new Map(roles.map(({ repository, role }) => [repository.id, role])),
      };
      for (const login of members) team.members.set(accountOf(world, login).id, 'active');
      for (const login of invited) team.members.set(accountOf(world, login).id, 'pending');
      addMembers({
        organization,
        logins: members.filter((login) => !known.has(accountOf(world, login).id)),
        visibility: 'private',
      });
      above?.children.push(team);
      teams.set(team.slug, team);
      return team;
    },
    grantCustomRole: ({ repository, login, name, extends: role }) => {
      const { id } = accountOf(world, login);
      repository.roles.set(id, role);
      repository.customRoles.set(id, name);
    },
  };
}

function organizationOf(world: World, login: string): NonNullable<Account['organization']> {
  const { organization } = accountOf(world, login);
  if (organization === null) throw new Error(`expected an organization ${login}, found a person; create it as one`);
  return organization;
}

function accountOf(world: World, login: string): Account {
  const account = findAccount(world, login);
  if (account === undefined) throw new Error(`expected an account ${login}, found none; create it with createUser`);
  return account;
}
