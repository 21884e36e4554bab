import type { Command, Verb } from '../command/command.ts';
import { grammar, verbs } from '../command/grammar.ts';
import type { Actor, Repository } from '../intent.ts';
import { type AccessRules, granteesOf } from '../policy/access-policy.ts';
import type { Grantee } from '../policy/grantee.ts';
import type { Policy } from '../policy/policy.ts';
import type { GithubReader, RoleHeld } from '../ports.ts';
import { type Answered, answered, known, unknown } from './answered.ts';
import { type ModelOwners, readOwners } from './owner-facts.ts';
import { isSteering } from './steered-facts.ts';

/** What the default branch says of rights: nothing, something that cannot be read, or a policy. */
export type Rules =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable' }
  /** `commit` is where the policy stands. */
  | { readonly kind: 'valid'; readonly policy: Policy; readonly commit: string };

/** What is known of somebody's rights. What no asked verb needs is not looked up, and unknown. */
export interface AccessFacts {
  readonly rules: Rules;
  readonly role: Answered<RoleHeld>;
  /** Whether they collaborate from outside of the organisation that owns the repository. */
  readonly outside: Answered<boolean>;
  /** Whether they own the account that the repository belongs to, and with it all its repositories. */
  readonly accountOwner: Answered<boolean>;
  /** By slug: whether they are in this team of the organisation, or in one below it. */
  readonly teams: ReadonlyMap<string, Answered<boolean>>;
  readonly owners: Answered<ModelOwners>;
}

/** A verb, and the environment that it is about. */
export interface Asked {
  readonly verb: Verb;
  readonly environment: string | null;
}

/** The environment that a command is about; null where it is about none, or about several. */
export function environmentOf(command: Command): string | null {
  if ('environment' in command) return command.environment;
  if (command.verb !== 'freeze' && command.verb !== 'unfreeze') return null;
  return command.target === 'runs' || command.target === 'all' ? null : command.target;
}

/** The rules of a policy, for the functions that take them; null stands for the defaults. */
export function rulesOf(rules: Rules): AccessRules | null {
  return rules.kind === 'valid' ? rules.policy : null;
}

/**
 * Looks up what the rights to some commands hang on, all at once: of role, teams, membership and code owners only what
 * the policy names for them. What GitHub fails to tell is kept as a doubt. Nothing outlives the answer.
 */
export async function gatherAccess(
  repository: Repository,
  asked: { readonly actor: Actor; readonly commands: readonly Command[]; readonly rules: Rules },
  github: GithubReader,
): Promise<AccessFacts> {
  const { actor, rules } = asked;
  const { login } = actor;
  const wanted = wantedBy(asked.commands, rules);
  const has = (...kinds: readonly Grantee['kind'][]) => wanted.grantees.some(({ kind }) => kinds.includes(kind));
  const owns = has('code-owners');
  const owners = owns && rules.kind === 'valid' ? ownersAt(repository, rules, github) : Promise.resolve(notAsked);
  const slugs = Promise.resolve(owners).then((told) => teamsIn(repository, wanted.grantees, told));
  const [role, outside, accountOwner, teams] = await Promise.all([
    has('role', 'custom-role', 'code-owners') || wanted.role
      ? answered(() => github.readRole(repository, login), {
          refused: 'the App may not read it',
          missing: 'GitHub knows nobody of this name',
        })
      : notAsked,
    wanted.trust && mayBeOutside(actor)
      ? answered(() => github.isOutsideCollaborator(repository, login), {
          refused: 'the App may not read the collaborators',
          missing: 'GitHub does not list the collaborators',
        })
      : known(false),
    wanted.accountOwner
      ? answered(() => github.ownsAccount(repository, login), {
          refused: 'the App lacks the permission `members: read`',
          missing: 'GitHub knows nobody of this name there',
        })
      : notAsked,
    slugs.then((list) => Promise.all(list.map(async (slug) => [slug, await membership(slug)] as const))),
  ]);
  return { rules, role, outside, accountOwner, teams: new Map(teams), owners: await owners };

  function membership(slug: string): Promise<Answered<boolean>> {
    return answered(() => github.isTeamMember(repository, slug, login), {
      refused: 'the App lacks the permission `members: read`',
      missing: 'the App sees no such team',
    });
  }
}

/** All that the rights to these commands can hang on; `/help` speaks of every verb in every environment. */
function wantedBy(commands: readonly Command[], rules: Rules) {
  const given = rulesOf(rules);
  const asked = commands.flatMap((command): readonly Asked[] => {
    if (command.verb === 'unknown') return [];
    // An environment that is left out is found later, among the rollouts.
    const isOpen = isSteering(command) && environmentOf(command) === null;
    if (command.verb !== 'help' && !isOpen) return [{ verb: command.verb, environment: environmentOf(command) }];
    const environments = [null, ...Object.keys(given?.environments ?? {})];
    const asking = isOpen ? [command.verb] : verbs;
    return asking.flatMap((verb) => environments.map((environment) => ({ verb, environment })));
  });
  return {
    grantees: asked.flatMap((one) => granteesOf(one, given)),
    trust: asked.some(({ verb }) => grammar[verb].trust),
    // Where a policy cannot be read the role decides.
    role: asked.some(({ verb }) => rules.kind === 'unusable' && grammar[verb].changes),
    accountOwner: commands.some((command) => 'scope' in command && command.scope === 'organisation'),
  };
}

const notAsked = unknown('it was not looked up');

/** Whether it must be looked up that somebody is no outside collaborator: the event proved membership, or there is none. */
function mayBeOutside({ association, ofOrganisation }: Actor): boolean {
  return ofOrganisation !== false && association !== 'MEMBER' && association !== 'OWNER';
}

async function ownersAt(
  repository: Repository,
  rules: Extract<Rules, { readonly kind: 'valid' }>,
  github: GithubReader,
): Promise<Answered<ModelOwners>> {
  const read = await answered(() => readOwners(repository, rules, github), {
    refused: 'the App may not read the code owners',
    missing: 'the default branch is gone',
  });
  return read.kind === 'known' ? read.value : read;
}

/** A file with more owners than this would cost more calls than an answer is worth. */
const mostTeams = 20;

function teamsIn(
  repository: Repository,
  grantees: readonly Grantee[],
  owners: Answered<ModelOwners>,
): readonly string[] {
  const named = grantees.flatMap((grantee) => (grantee.kind === 'team' ? [grantee.slug] : []));
  const sets = owners.kind === 'known' ? [...owners.value.values()].flat() : [];
  const owning = sets.flat().flatMap((owner) =>
    // Only teams of the organisation itself own files of its repositories.
    owner.kind === 'team' && owner.organisation.toLowerCase() === repository.owner.toLowerCase() ? [owner.slug] : [],
  );
  return [...new Set([...named, ...owning])].slice(0, mostTeams);
}
