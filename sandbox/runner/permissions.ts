import type { Json } from './expression.ts';
import { recordAt, WorkflowProblem } from './workflow-problem.ts';

/** The levels that a `permissions:` key gives. */
export type PermissionLevels = Readonly<Record<string, 'read' | 'write' | 'none'>>;

/** The scopes that GITHUB_TOKEN knows. */
const permissionScopes = [
  'actions',
  'artifact-metadata',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'id-token',
  'issues',
  'models',
  'packages',
  'pages',
  'pull-requests',
  'security-events',
  'statuses',
] as const;

/** Reads a `permissions:` key; null when there is none. Throws WorkflowProblem. */
export function parsePermissions(value: Json | undefined): PermissionLevels | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (value === 'read-all' || value === 'write-all') {
    const level = value === 'read-all' ? 'read' : 'write';
    return Object.fromEntries(
      permissionScopes.map((scope) => [scope, scope === 'id-token' && level === 'read' ? 'none' : level]),
    );
  }
  const levels: Record<string, 'read' | 'write' | 'none'> = {};
  for (const [scope, level] of Object.entries(recordAt(value, '`permissions`'))) {
    if (!permissionScopes.some((known) => known === scope)) {
      throw new WorkflowProblem(`\`permissions\` names \`${scope}\`, which is no permission of GITHUB_TOKEN`);
    }
    if (level !== 'read' && level !== 'write' && level !== 'none') {
      throw new WorkflowProblem(
        `expected \`permissions.${scope}\` to be read, write or none, found ${JSON.stringify(level)}`,
      );
    }
    levels[scope] = level;
  }
  return levels;
}
