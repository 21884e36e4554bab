import { isAtLeast, roleOf } from '../domain/roles.ts';
import { invalid, notFound } from '../refusal.ts';
import { type Answer, actorOf, type Call, type RepositoryCall, type Route, repositoryRoute, route } from '../routes.ts';
import { optionalText } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { accountShape } from '../shape/account.ts';
import { permissionFlags } from '../shape/repository.ts';
import { type Account, findAccount, type JsonObject, type Repository, type Role, type World } from '../state.ts';

const collaborators = '/repos/{owner}/{repo}/collaborators' as const;

export const peopleRoutes: readonly Route[] = [
  route('GET /user', { access: 'person', handle: getSelf }),
  route('GET /users/{username}', { access: 'anyone', handle: getUser }),
  repositoryRoute(`GET ${collaborators}`, { permissions: 'metadata:read', role: 'write', handle: list }),
  repositoryRoute(`GET ${collaborators}/{username}`, { permissions: 'metadata:read', role: 'write', handle: check }),
  repositoryRoute(`GET ${collaborators}/{username}/permission`, {
    permissions: 'metadata:read',
    role: 'write',
    handle: getPermission,
  }),
  repositoryRoute(`PUT ${collaborators}/{username}`, {
    permissions: 'administration:write',
    role: 'admin',
    handle: add,
  }),
  repositoryRoute(`DELETE ${collaborators}/{username}`, {
    permissions: 'administration:write',
    role: 'admin',
    handle: remove,
  }),
];

/** The older names in which REST takes and gives permissions; `role_name` tells the role itself. */
const asked: Readonly<Record<string, Role>> = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
};
const legacy: Readonly<Record<Role, string>> = {
  none: 'none',
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
};

function getSelf(call: Call): Answer {
  const owned = [...call.world.repositories.values()].filter((item) => item.owner.id === actorOf(call).id);
  const secret = owned.filter((item) => item.private).length;
  return {
    status: 200,
    json: {
      ...publicShape(call.world, actorOf(call)),
      private_gists: 0,
      total_private_repos: secret,
      owned_private_repos: secret,
      disk_usage: 0,
      collaborators: 0,
      two_factor_authentication: true,
    },
  };
}

function getUser(call: Call): Answer {
  const account = findAccount(call.world, call.params['username'] ?? '');
  if (account === undefined) {
    throw notFound();
  }
  return { status: 200, json: publicShape(call.world, account) };
}

function publicShape(world: World, account: Account): JsonObject {
  const repositories = [...world.repositories.values()].filter((item) => item.owner.id === account.id);
  return {
    ...accountShape(world, account),
    name: account.login,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: repositories.filter((item) => !item.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt.toISOString(),
    updated_at: account.createdAt.toISOString(),
  };
}

function list(call: RepositoryCall): Answer {
  const { world, repository } = call;
  const { organization } = repository.owner;
  const wanted = call.query.get('affiliation') ?? 'all';
  const isMember = (account: Account) => organization?.members.has(account.id) ?? false;
  const all = [...world.accounts.values()].filter((account) => {
    const belongs = account.id === repository.owner.id || repository.roles.has(account.id);
    if (account.type !== 'User' || !belongs) return false;
    return wanted !== 'outside' || (organization !== null && !isMember(account));
  });
  const { items, headers } = page(call, all);
  const json = items.map((account) => {
    const role = roleOf(repository, account);
    const permissions = permissionFlags(role);
    return { ...accountShape(world, account), permissions, role_name: roleName(repository, account) };
  });
  return { status: 200, json, headers };
}

function check(call: RepositoryCall): Answer {
  const account = findAccount(call.world, call.params['username'] ?? '');
  const { repository } = call;
  const belongs = account !== undefined && (account.id === repository.owner.id || repository.roles.has(account.id));
  if (!belongs) {
    throw notFound();
  }
  return { status: 204 };
}

function getPermission(call: RepositoryCall): Answer {
  const account = findAccount(call.world, call.params['username'] ?? '');
  if (account === undefined) {
    throw notFound();
  }
  const role = roleOf(call.repository, account);
  const name = roleName(call.repository, account);
  const user = { ...accountShape(call.world, account), permissions: permissionFlags(role), role_name: name };
  return { status: 200, json: { permission: legacy[role], role_name: name, user } };
}

/** A custom role by its own name, unless a team gives a stronger one. */
function roleName(repository: Repository, account: Account): string {
  const role = roleOf(repository, account);
  const custom = repository.customRoles.get(account.id);
  return custom !== undefined && repository.roles.get(account.id) === role ? custom : role;
}

function add(call: RepositoryCall): Answer {
  const account = findAccount(call.world, call.params['username'] ?? '');
  const role = asked[optionalText(call.body, 'permission') ?? 'push'];
  if (account === undefined) {
    throw notFound();
  }
  if (role === undefined) {
    throw invalid('Repository', 'permission', 'invalid');
  }
  // GitHub invites strangers first; here everybody accepts at once.
  call.repository.roles.set(account.id, role);
  return { status: 204 };
}

function remove(call: RepositoryCall): Answer {
  const account = findAccount(call.world, call.params['username'] ?? '');
  if (account !== undefined && isAtLeast(roleOf(call.repository, account), 'read')) {
    call.repository.roles.delete(account.id);
  }
  return { status: 204 };
}
