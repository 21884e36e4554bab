import { nearest } from './nearest.ts';

/** The roles that GitHub gives in a repository, weakest first: https://docs.github.com/organizations/managing-user-access-to-your-organizations-repositories */
export const repositoryRoles = ['read', 'triage', 'write', 'maintain', 'admin'] as const;

/** One of them. */
export type RepositoryRole = (typeof repositoryRoles)[number];

/** To whom a policy gives a verb. */
export type Grantee =
  /** Who has this role in the repository, or a higher one. */
  | { readonly kind: 'role'; readonly role: RepositoryRole }
  /** Who has exactly this custom role of the organisation, by its `role_name`. */
  | { readonly kind: 'custom-role'; readonly name: string }
  /** Who is in this team of the repository's organisation, by its slug; never by its name, which anybody may copy. */
  | { readonly kind: 'team'; readonly slug: string }
  | { readonly kind: 'user'; readonly login: string }
  /** Who owns every owned file of the model, by CODEOWNERS of the default branch. */
  | { readonly kind: 'code-owners' }
  | { readonly kind: 'everybody' };

/** The forms of a grantee, as a policy and an answer name them. */
export const granteeForms = [
  ...repositoryRoles,
  'role:<name>',
  'team:<slug>',
  'user:<login>',
  'code-owners',
  'everybody',
];

const slug = /^[a-z0-9_](?:[a-z0-9_.-]{0,98}[a-z0-9_])?$/;
// Accounts that an identity provider manages have an underscore and a short code at their end.
const login = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,38})(?:_[a-zA-Z0-9]{1,20})?$/;
const customRole = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_. -]{0,98}[\p{L}\p{N}_])?$/u;

/** Every grantee, for editors that check a policy while it is written. */
export const granteePattern = `^(?:${repositoryRoles.join('|')}|code-owners|everybody|role:.+|team:[a-z0-9._-]+|user:[a-zA-Z0-9_-]+)$`;

/** The grantee that a text names, or null when it names none. */
export function granteeOf(text: string): Grantee | null {
  const role = repositoryRoles.find((known) => known === text);
  if (role !== undefined) return { kind: 'role', role };
  if (text === 'code-owners' || text === 'everybody') return { kind: text };
  const [kind, value] = halves(text);
  // Whoever writes `role:write` means more than those whose role has exactly this name.
  if (kind === 'role' && isStandard(value)) return null;
  if (kind === 'role' && customRole.test(value)) return { kind: 'custom-role', name: value };
  if (kind === 'team' && slug.test(value)) return { kind: 'team', slug: value };
  if (kind === 'user' && login.test(value)) return { kind: 'user', login: value };
  return null;
}

/** A grantee as a policy writes it. */
export function granteeText(grantee: Grantee): string {
  switch (grantee.kind) {
    case 'role':
      return grantee.role;
    case 'custom-role':
      return `role:${grantee.name}`;
    case 'team':
      return `team:${grantee.slug}`;
    case 'user':
      return `user:${grantee.login}`;
    case 'code-owners':
    case 'everybody':
      return grantee.kind;
    default:
      return grantee satisfies never;
  }
}

/** What is wrong with a text that names no grantee, as "expected; fix". */
export function granteeProblem(text: string): string {
  const [kind, value] = halves(text);
  if (kind === 'team') return `the slug of a team; ${rewritten('team', slugOf(value))}`;
  if (kind === 'user') return `a login of GitHub after \`user:\`; ${rewritten('user', value.replace(/^@/, ''))}`;
  if (kind === 'role' && isStandard(value)) {
    return `a custom role after \`role:\`; write \`${value.toLowerCase()}\` for the role of GitHub`;
  }
  if (kind === 'role') return 'the name of a custom role after `role:`; name it as GitHub does';
  const known = [...repositoryRoles, 'code-owners', 'everybody'];
  const meant = text.startsWith('@') ? atName(text) : nearest(kind, [...known, 'role:', 'team:', 'user:']);
  return `one of ${granteeForms.join(', ')}; ${meant === null ? 'write one of them' : `did you mean \`${meant}\`?`}`;
}

function isStandard(name: string): boolean {
  return repositoryRoles.some((role) => role === name.toLowerCase());
}

function halves(text: string): readonly [kind: string, value: string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

function rewritten(kind: 'team' | 'user', value: string): string {
  const text = `${kind}:${value}`;
  return granteeOf(text) === null
    ? `write \`${kind}:\` and its ${kind === 'team' ? 'slug' : 'login'}`
    : `write \`${text}\``;
}

/** GitHub makes slugs of names so. */
function slugOf(name: string): string {
  return name
    .slice(name.lastIndexOf('/') + 1)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

function atName(text: string): string | null {
  const name = text.slice(1);
  const meant = name.includes('/') ? `team:${slugOf(name)}` : `user:${name}`;
  return granteeOf(meant) === null ? null : meant;
}
