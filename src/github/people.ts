import type { Repository } from '../intent.ts';
import { type Github, routeOf } from './connection.ts';
import { askingFor } from './failure.ts';

/**
 * The role of a person in a repository: admin, maintain, write, triage, read or none. A custom role counts as the
 * standard role that it extends.
 */
export async function readRole(github: Github, repository: Repository, login: string): Promise<string> {
  const answer = await askingFor(`read the role of ${login}`, () =>
    github.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
      ...routeOf(repository),
      username: login,
    }),
  );
  if (answer === null) return 'none';
  // `permission` alone folds maintain into write and triage into read:
  // https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
  const { role_name: role, permission } = answer.data;
  return standardRoles.has(role) ? role : permission;
}

const standardRoles = new Set(['admin', 'maintain', 'write', 'triage', 'read', 'none']);
