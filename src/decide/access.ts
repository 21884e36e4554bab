import type { Owner } from '../change/code-owners.ts';
import type { Verb } from '../command/command.ts';
import { grammar } from '../command/grammar.ts';
import type { RefusalCode } from '../command/reasons.ts';
import { type AccessFacts, rulesOf } from '../facts/access-facts.ts';
import type { Actor } from '../intent.ts';
import { granteesOf, mayAuthorApprove } from '../policy/access-policy.ts';
import { type Grantee, granteeText, repositoryRoles } from '../policy/grantee.ts';
import { text } from '../render/escape.ts';

/** Who asks for what: all that a right hangs on. */
export interface Demand {
  readonly verb: Verb;
  readonly environment: string | null;
  /** Null for all models of the policy. */
  readonly model: string | null;
  /** Whether it binds the other repositories of the owner as well. */
  readonly reach: 'repository' | 'organisation';
  readonly actor: Actor;
  readonly owner: string;
  /** The author of the pull request; null where there is none any more. */
  readonly author: { readonly login: string; readonly id: number | null } | null;
}

/** Whether somebody may, and by which permission; or why not, in a clause that names who may. */
export type Right =
  | { readonly kind: 'granted'; readonly permission: string }
  | {
      readonly kind: 'refused';
      readonly code: Extract<RefusalCode, 'not-permitted' | 'unverified' | 'own-approval' | 'no-policy'>;
      readonly reason: string;
      readonly fix: string;
    };

/** Verbs that approve what somebody else did. */
const approvals: readonly Verb[] = ['approve-run', 'approve-budget', 'override-gate'];

/**
 * Decides whether somebody may use a verb. What nobody is given, nobody has; what GitHub did not tell is a doubt and not
 * a right; and a grant that is certain is not weakened by a doubt about another.
 */
export function rightTo(demand: Demand, facts: AccessFacts): Right {
  const { actor, verb, environment } = demand;
  if (actor.kind !== 'person') {
    return refused('not-permitted', 'it takes no orders from bots', 'Let a person type it.');
  }
  const here =
    facts.rules.kind === 'unusable' && grammar[verb].changes ? byAdmin(demand, facts) : byRules(demand, facts);
  const found = here.kind === 'granted' && demand.reach === 'organisation' ? byOwner(demand, facts) : here;
  if (found.kind === 'refused') return found;
  const { author } = demand;
  const isOwn = author !== null && isSame(actor, author) && approvals.includes(verb);
  if (!isOwn || mayAuthorApprove(environment, rulesOf(facts.rules))) return found;
  const reason = `${actor.login} is the author of the pull request, and nobody approves their own change here`;
  return refused('own-approval', reason, 'Ask somebody else who may.');
}

function byRules(demand: Demand, facts: AccessFacts): Right {
  const { verb, environment, actor } = demand;
  const grantees = granteesOf({ verb, environment }, rulesOf(facts.rules));
  const holds = grantees.map((grantee) => holdOf(grantee, demand, facts));
  const granted = holds.find((hold) => hold.kind === 'yes');
  if (granted !== undefined) return { kind: 'granted', permission: granted.permission };
  const doubts = holds.flatMap((hold) => (hold.kind === 'doubt' ? [hold.about] : []));
  if (doubts.length > 0) {
    const reason = `GitHub did not tell ${[...new Set(doubts)].join(', nor ')}, and ${givenTo(grantees)}`;
    return refused('unverified', reason, 'Type it again in a minute; if it stays so, `/doctor` looks for the cause.');
  }
  const whys = new Set(holds.flatMap((hold) => (hold.kind === 'no' && hold.why !== null ? [hold.why] : [])));
  const why = whys.size === 0 ? '' : `; ${[...whys].join(', ')}`;
  const fix = grantees.length === 0 ? 'Change `access` in the policy to give it to somebody.' : 'Ask somebody who may.';
  return refused('not-permitted', `${givenTo(grantees)}, not to ${actor.login}${why}`, fix);
}

/** Where nothing says who may, only who administers the repository may. */
function byAdmin(demand: Demand, facts: AccessFacts): Right {
  const why = 'while the policy of the default branch cannot be read it needs the role `admin`';
  const hold = holdOf({ kind: 'role', role: 'admin' }, demand, facts);
  if (hold.kind === 'yes') return { kind: 'granted', permission: hold.permission };
  if (hold.kind === 'doubt') return refused('unverified', `GitHub did not tell ${hold.about}, and ${why}`, again);
  return refused('no-policy', why, 'Mend `.github/siskin.yml` there first.');
}

/** What binds other repositories too is for who owns them all: an administrator of one is nobody in the next. */
function byOwner({ actor, owner }: Demand, { accountOwner }: AccessFacts): Right {
  const who = text(owner);
  const why = `what binds every repository of ${who} needs an owner of ${who}`;
  if (accountOwner.kind === 'unknown') {
    const about = `whether ${actor.login} is an owner of ${who} (${accountOwner.why})`;
    return refused('unverified', `GitHub did not tell ${about}, and ${why}`, again);
  }
  if (accountOwner.value) return { kind: 'granted', permission: `owner of ${owner}` };
  return refused('not-permitted', why, 'Ask one, or freeze this repository alone.');
}

const again = 'Type it again in a minute.';

/** Whether somebody has what a policy gives a right to. */
type Hold =
  | { readonly kind: 'yes'; readonly permission: string }
  | { readonly kind: 'no'; readonly why: string | null }
  /** `about` completes "GitHub did not tell …". */
  | { readonly kind: 'doubt'; readonly about: string };

const no: Hold = { kind: 'no', why: null };

function holdOf(grantee: Grantee, demand: Demand, facts: AccessFacts): Hold {
  const { login } = demand.actor;
  switch (grantee.kind) {
    case 'everybody':
      return grammar[demand.verb].trust ? no : { kind: 'yes', permission: 'everybody' };
    case 'user':
      return isLogin(login, grantee.login) ? { kind: 'yes', permission: `user ${grantee.login}` } : no;
    case 'team':
      return teamHold(grantee.slug, login, facts);
    case 'role': {
      if (grantee.role === 'read' && grammar[demand.verb].trust) return no;
      return insiders(roleHold(grantee.role, login, facts), demand, facts);
    }
    case 'custom-role': {
      const { role } = facts;
      if (role.kind === 'unknown') return { kind: 'doubt', about: `the role of ${login} (${role.why})` };
      const holds = role.value.custom === grantee.name && role.value.role !== 'none';
      return holds ? insiders({ kind: 'yes', permission: `role ${grantee.name}` }, demand, facts) : no;
    }
    case 'code-owners':
      return insiders(ownerHold(demand, facts), demand, facts);
    default:
      return grantee satisfies never;
  }
}

function roleHold(wanted: (typeof repositoryRoles)[number], login: string, { role }: AccessFacts): Hold {
  if (role.kind === 'unknown') return { kind: 'doubt', about: `the role of ${login} (${role.why})` };
  const { role: held, custom } = role.value;
  if (held !== 'none' && repositoryRoles.indexOf(held) >= repositoryRoles.indexOf(wanted)) {
    return { kind: 'yes', permission: custom === null ? `role ${held}` : `role ${custom}, which extends ${held}` };
  }
  return { kind: 'no', why: `${login} has the role ${custom === null ? held : text(custom)}` };
}

function teamHold(slug: string, login: string, { teams }: AccessFacts): Hold {
  const member = teams.get(slug) ?? { kind: 'unknown', why: 'it was not looked up' };
  if (member.kind === 'unknown')
    return { kind: 'doubt', about: `whether ${login} is in the team ${slug} (${member.why})` };
  return member.value ? { kind: 'yes', permission: `team ${slug}` } : no;
}

/** Strangers to the organisation get what trusts only by name or team, whatever role they were given. */
function insiders(hold: Hold, { verb, actor }: Demand, { outside }: AccessFacts): Hold {
  if (!grammar[verb].trust || hold.kind === 'no') return hold;
  if (outside.kind === 'unknown') {
    const about = `whether ${actor.login} is an outside collaborator (${outside.why})`;
    return hold.kind === 'doubt' ? hold : { kind: 'doubt', about };
  }
  if (!outside.value) return hold;
  return { kind: 'no', why: `${actor.login} is an outside collaborator, who gets it only by \`user:\` or \`team:\`` };
}

/** Somebody owns a model when each of its files that has owners has them among these; and with it, as GitHub wants, write access. */
function ownerHold(demand: Demand, facts: AccessFacts): Hold {
  const { owners, rules } = facts;
  const { login } = demand.actor;
  if (rules.kind !== 'valid') return no;
  if (owners.kind === 'unknown') return { kind: 'doubt', about: `who owns the files of the model (${owners.why})` };
  const models = demand.model === null ? Object.keys(rules.policy.models) : [demand.model];
  const holds = models.map((model) => {
    const sets = owners.value.get(model) ?? [];
    return sets.length === 0 ? no : worst(sets.map((set) => best(set.map((owner) => isOwner(owner, demand, facts)))));
  });
  const hold = worst(holds);
  if (hold.kind === 'no' && demand.model === null && holds.some(({ kind }) => kind !== 'no')) {
    return { kind: 'no', why: `${login} does not own every model, so one must be named with \`-m\`` };
  }
  if (hold.kind === 'no') return hold;
  const writes = roleHold('write', login, facts);
  return writes.kind !== 'yes' ? writes : hold.kind === 'yes' ? { ...hold, permission: ownerWords(models) } : hold;
}

function ownerWords(models: readonly string[]): string {
  return `code owner of ${models.length > 5 ? `${models.length} models` : models.join(', ')}`;
}

function isOwner(owner: Owner, { actor, owner: organisation }: Demand, facts: AccessFacts): Hold {
  const yes: Hold = { kind: 'yes', permission: 'code owner' };
  switch (owner.kind) {
    case 'user':
      return isLogin(actor.login, owner.login) ? yes : no;
    case 'team':
      return isLogin(owner.organisation, organisation) ? teamHold(owner.slug, actor.login, facts) : no;
    case 'email':
      return { kind: 'doubt', about: 'whose the e-mail addresses in CODEOWNERS are' };
    default:
      return owner satisfies never;
  }
}

function best(holds: readonly Hold[]): Hold {
  return holds.find(({ kind }) => kind === 'yes') ?? holds.find(({ kind }) => kind === 'doubt') ?? no;
}

function worst(holds: readonly Hold[]): Hold {
  const [first = no] = holds;
  return holds.find(({ kind }) => kind === 'no') ?? holds.find(({ kind }) => kind === 'doubt') ?? first;
}

function givenTo(grantees: readonly Grantee[]): string {
  if (grantees.length === 0) return 'the policy gives it to nobody';
  return `it is given to ${grantees.map((grantee) => `\`${granteeText(grantee)}\``).join(', ')}`;
}

function isSame(actor: Actor, author: NonNullable<Demand['author']>): boolean {
  return isLogin(actor.login, author.login) || (actor.id !== undefined && actor.id === author.id);
}

/** Logins are the same in any spelling of case. */
function isLogin(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function refused(code: Extract<Right, { readonly kind: 'refused' }>['code'], reason: string, fix: string): Right {
  return { kind: 'refused', code, reason, fix };
}
