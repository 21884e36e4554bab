import type { Verb } from '../command/command.ts';
import { grammar, verbs } from '../command/grammar.ts';
import { type AccessRules, granteesOf } from './access-policy.ts';
import { type Grantee, granteeText, repositoryRoles } from './grantee.ts';

/** What an edit of the policy changes about rights, one sentence each; who may more than before is told as loosened. */
export function accessChanges(before: AccessRules, after: AccessRules): readonly string[] {
  const names = new Set([...Object.keys(before.environments), ...Object.keys(after.environments)]);
  return [
    ...verbChanges(null, before, after),
    ...approvalChange('author-may-approve', before['author-may-approve'], after['author-may-approve']),
    ...[...names].flatMap((name) => {
      const old = Object.hasOwn(before.environments, name) ? before.environments[name] : undefined;
      const now = Object.hasOwn(after.environments, name) ? after.environments[name] : undefined;
      return [
        ...(old === undefined ? [`adds the environment \`${name}\`.`] : []),
        ...(now === undefined ? [`removes the environment \`${name}\`.`] : []),
        ...verbChanges(name, before, after),
        ...approvalChange(
          `environments.${name}.author-may-approve`,
          (old ?? before)['author-may-approve'],
          (now ?? after)['author-may-approve'],
        ),
      ];
    }),
  ];
}

/** Only what this place itself lists, before or after: what an environment takes over is told once, of the repository. */
function verbChanges(environment: string | null, before: AccessRules, after: AccessRules): readonly string[] {
  return verbs.flatMap((verb) => {
    const listed = [before, after].map((rules) => isListed(verb, environment, rules));
    const old = granteesOf({ verb, environment }, before);
    const now = granteesOf({ verb, environment }, after);
    if (!listed.includes(true) || words(old) === words(now)) return [];
    const path = environment === null ? `access.${verb}` : `environments.${environment}.access.${verb}`;
    const judgement = now.every((grantee) => isCovered(grantee, verb, old)) ? '' : ' (loosened)';
    return [`changes \`${path}\` from ${words(old)} to ${words(now)}${judgement}.`];
  });
}

function isListed(verb: Verb, environment: string | null, rules: AccessRules): boolean {
  if (environment === null) return rules.access[verb] !== undefined;
  if (!Object.hasOwn(rules.environments, environment)) return false;
  const access: Readonly<Partial<Record<string, unknown>>> = rules.environments[environment]?.access ?? {};
  return access[verb] !== undefined;
}

/** Whether everybody who is meant by a grantee had the verb already. */
function isCovered(grantee: Grantee, verb: Verb, before: readonly Grantee[]): boolean {
  if (before.some((known) => known.kind === 'everybody' || granteeText(known) === granteeText(grantee))) return true;
  // Code owners have write access, or they own nothing.
  const least = grantee.kind === 'role' ? grantee.role : grantee.kind === 'code-owners' ? 'write' : null;
  if (least === null || (grantee.kind === 'code-owners' && grammar[verb].trust)) return false;
  const rank = repositoryRoles.indexOf(least);
  return before.some((known) => known.kind === 'role' && repositoryRoles.indexOf(known.role) <= rank);
}

function approvalChange(path: string, before: boolean, after: boolean): readonly string[] {
  if (before === after) return [];
  return [`changes \`${path}\` from ${before} to ${after}${after ? ' (loosened)' : ''}.`];
}

function words(grantees: readonly Grantee[]): string {
  return grantees.length === 0 ? 'nobody' : grantees.map((grantee) => `\`${granteeText(grantee)}\``).join(', ');
}
