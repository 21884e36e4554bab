import { installedRepositories, uninstall } from '../apps.ts';
import { covers } from '../domain/roles.ts';
import { notFound, Refusal } from '../refusal.ts';
import { type Answer, type Call, type Route, route } from '../routes.ts';
import { optionalList, optionalObject } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { appShape, installationShape } from '../shape/account.ts';
import { fullRepositoryShape, repositoryShape } from '../shape/repository.ts';
import { type App, findAccount, type Installation, type Permissions, type Repository } from '../state.ts';

export const appRoutes: readonly Route[] = [
  route('GET /app', { access: 'app', handle: getApp }),
  route('GET /apps/{app_slug}', { access: 'anyone', handle: getAppBySlug }),
  route('GET /app/installations', { access: 'app', handle: listInstallations }),
  route('GET /app/installations/{installation_id}', { access: 'app', handle: getInstallation }),
  route('DELETE /app/installations/{installation_id}', { access: 'app', handle: deleteInstallation }),
  route('POST /app/installations/{installation_id}/access_tokens', { access: 'app', handle: createToken }),
  route('GET /repos/{owner}/{repo}/installation', { access: 'app', handle: installationOfRepository }),
  route('GET /users/{username}/installation', { access: 'app', handle: installationOfAccount }),
  route('GET /orgs/{org}/installation', { access: 'app', handle: installationOfAccount }),
  route('GET /installation/repositories', { access: 'installation', handle: listRepositories }),
  route('DELETE /installation/token', { access: 'installation', handle: revokeToken }),
];

function getApp(call: Call): Answer {
  const app = ownApp(call);
  const installations = [...call.world.installations.values()].filter((item) => item.app === app);
  return { status: 200, json: { ...appShape(call.world, app), installations_count: installations.length } };
}

function getAppBySlug(call: Call): Answer {
  const app = [...call.world.apps.values()].find((candidate) => candidate.slug === call.params['app_slug']);
  if (app === undefined) {
    throw notFound();
  }
  return { status: 200, json: appShape(call.world, app) };
}

function listInstallations(call: Call): Answer {
  const app = ownApp(call);
  const { items, headers } = page(
    call,
    [...call.world.installations.values()].filter((item) => item.app === app),
  );
  return { status: 200, json: items.map((item) => installationShape(call.world, item)), headers };
}

function getInstallation(call: Call): Answer {
  return { status: 200, json: installationShape(call.world, ownInstallation(call)) };
}

function deleteInstallation(call: Call): Answer {
  uninstall(call.world, ownInstallation(call));
  return { status: 204 };
}

/** A token for all that the installation holds, or for less when the body says so. It never grants more. */
function createToken(call: Call): Answer {
  const installation = ownInstallation(call);
  const { app } = installation;
  const granted: Permissions = { metadata: 'read', ...app.permissions };
  const asked = optionalObject(call.body, 'permissions');
  const permissions: Record<string, 'read' | 'write'> = {};
  for (const [name, level] of Object.entries(asked ?? granted)) {
    const held = granted[name];
    if ((level !== 'read' && level !== 'write') || held === undefined || (level === 'write' && held !== 'write')) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
    permissions[name] = level;
  }
  if (asked !== null) {
    permissions['metadata'] = 'read';
  }
  const repositories = narrowed(call, installation);
  const { token, expiresAt } = call.tokens.issueToken({
    kind: 'installation',
    installation,
    repositories,
    permissions,
  });
  return {
    status: 201,
    json: {
      token,
      expires_at: expiresAt.toISOString().replace(/\.\d{3}Z$/, 'Z'),
      permissions,
      repository_selection: repositories === null ? installation.selection : 'selected',
      ...(repositories === null
        ? {}
        : { repositories: [...repositories].map((repository) => repositoryShape(call.world, repository)) }),
    },
  };
}

function narrowed(call: Call, installation: Installation): ReadonlySet<Repository> | null {
  const names = optionalList(call.body, 'repositories');
  const ids = optionalList(call.body, 'repository_ids');
  if (names === null && ids === null) {
    return null;
  }
  const reached = installedRepositories(call.world, installation);
  const wanted = [
    ...(names ?? []).map((name) => reached.find((repository) => repository.name === name)),
    ...(ids ?? []).map((id) => reached.find((repository) => repository.id === id)),
  ];
  if (wanted.some((repository) => repository === undefined)) {
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return new Set(wanted.filter((repository) => repository !== undefined));
}

function installationOfRepository(call: Call): Answer {
  const { repository } = call;
  const app = ownApp(call);
  const found = [...call.world.installations.values()].find(
    (item) => item.app === app && repository !== null && covers(item, repository),
  );
  if (found === undefined) {
    throw notFound();
  }
  return { status: 200, json: installationShape(call.world, found) };
}

function installationOfAccount(call: Call): Answer {
  const account = findAccount(call.world, call.params['username'] ?? call.params['org'] ?? '');
  const app = ownApp(call);
  const found = [...call.world.installations.values()].find((item) => item.app === app && item.account === account);
  if (found === undefined) {
    throw notFound();
  }
  return { status: 200, json: installationShape(call.world, found) };
}

function listRepositories(call: Call): Answer {
  if (call.identity.kind !== 'installation') {
    throw notFound();
  }
  const { installation, repositories } = call.identity;
  const all = installedRepositories(call.world, installation).filter((item) => repositories?.has(item) ?? true);
  const { items, headers } = page(call, all);
  return {
    status: 200,
    headers,
    json: {
      total_count: all.length,
      repository_selection: repositories === null ? installation.selection : 'selected',
      repositories: items.map((item) => fullRepositoryShape(call.world, item, null)),
    },
  };
}

function revokeToken(call: Call): Answer {
  call.tokens.revokeToken((call.headers.authorization ?? '').split(/\s+/)[1] ?? '');
  return { status: 204 };
}

function ownApp(call: Call): App {
  if (call.identity.kind !== 'app') {
    throw notFound();
  }
  return call.identity.app;
}

function ownInstallation(call: Call): Installation {
  const found = call.world.installations.get(Number(call.params['installation_id']));
  if (found === undefined || found.app !== ownApp(call)) {
    throw notFound();
  }
  return found;
}
