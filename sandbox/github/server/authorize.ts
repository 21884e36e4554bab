import { covers, isAtLeast, roleOf } from '../domain/roles.ts';
import { holds, type Identity } from '../identity.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Access, Method } from '../routes.ts';
import { findRepository, type Repository, type Role, type World } from '../state.ts';

/** The repository that these parameters name, or null when they name none. Throws 404 for one that is not there. */
export function namedRepository(world: World, params: Readonly<Record<string, string>>): Repository | null {
  if (params['owner'] === undefined || params['repo'] === undefined) {
    return null;
  }
  const repository = findRepository(world, params['owner'], params['repo'].replace(/\.git$/, ''));
  if (repository === undefined) {
    throw notFound();
  }
  return repository;
}

/** Throws 401, 403 or 404, as GitHub would, unless the identity may make this call. */
export function authorize(
  identity: Identity,
  options: { readonly access: Access; readonly repository: Repository | null; readonly method: Method },
): void {
  const { access, repository } = options;
  switch (access.kind) {
    case 'anyone':
      if (repository !== null && !canSee(identity, repository)) {
        throw notFound();
      }
      return;
    case 'app':
      if (identity.kind !== 'app') {
        throw new Refusal(401, 'A JSON web token could not be decoded');
      }
      return;
    case 'installation':
      if (identity.kind !== 'installation') {
        throw identity.kind === 'anonymous' ? unauthenticated() : notAccessible([]);
      }
      return;
    case 'person':
      if (identity.kind !== 'user') {
        throw identity.kind === 'anonymous' ? unauthenticated() : notAccessible([]);
      }
      return;
    case 'repository':
      if (repository === null) {
        throw notFound();
      }
      authorizeRepository(identity, { ...access, repository, method: options.method });
  }
}

/** Whether this identity may know that the repository exists. */
export function canSee(identity: Identity, repository: Repository): boolean {
  if (!repository.private) {
    return true;
  }
  switch (identity.kind) {
    case 'user':
      return isAtLeast(roleOf(repository, identity.account), 'read');
    case 'installation':
      return reaches(identity, repository);
    case 'job':
      return identity.repository === repository;
    default:
      return false;
  }
}

/** Whether the identity holds this permission here: by token for Apps and jobs, by role for people. */
export function may(
  identity: Identity,
  options: { readonly repository: Repository; readonly permission: string; readonly role: Role },
): boolean {
  const { repository } = options;
  switch (identity.kind) {
    case 'user':
      return isAtLeast(roleOf(repository, identity.account), options.role);
    case 'installation':
      return reaches(identity, repository) && holds(identity.permissions, options.permission);
    case 'job':
      return identity.repository === repository && holds(identity.permissions, options.permission);
    default:
      return false;
  }
}

/** 403 for Apps and jobs whose token lacks a permission; the header tells which would do. */
export function notAccessible(permissions: readonly string[]): Refusal {
  const accepted = permissions.map((permission) => permission.replace(':', '=')).join('; ');
  return new Refusal(403, 'Resource not accessible by integration', {
    headers: accepted === '' ? {} : { 'x-accepted-github-permissions': accepted },
  });
}

function reaches(identity: Extract<Identity, { kind: 'installation' }>, repository: Repository): boolean {
  return covers(identity.installation, repository) && (identity.repositories?.has(repository) ?? true);
}

function authorizeRepository(
  identity: Identity,
  options: {
    readonly permissions: readonly string[];
    readonly role: Role;
    readonly repository: Repository;
    readonly method: Method;
  },
): void {
  const { repository, permissions } = options;
  if (!canSee(identity, repository)) {
    throw notFound();
  }
  switch (identity.kind) {
    case 'anonymous':
      if (options.method !== 'GET' || options.role !== 'read') {
        throw unauthenticated();
      }
      return;
    case 'user':
      if (!isAtLeast(roleOf(repository, identity.account), options.role)) {
        throw new Refusal(
          403,
          `Must have ${options.role === 'admin' ? 'admin rights' : `${options.role} access`} to Repository.`,
        );
      }
      return;
    case 'app':
      throw notAccessible(permissions);
    case 'installation':
    case 'job': {
      const here = identity.kind === 'job' ? identity.repository === repository : reaches(identity, repository);
      const readsPublicly = !here && options.method === 'GET' && options.role === 'read';
      if (!readsPublicly && !(here && permissions.some((permission) => holds(identity.permissions, permission)))) {
        throw notAccessible(permissions);
      }
    }
  }
}

function unauthenticated(): Refusal {
  return new Refusal(401, 'Requires authentication');
}
