import type { Verb } from '../command/command.ts';
import type { Intent, Repository } from '../intent.ts';
import { parsePolicy } from '../policy/parse.ts';
import { policyPath } from '../policy/policy.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import { type AccessFacts, gatherAccess, type Rules } from './access-facts.ts';
import { type DoctorFacts, gatherDoctor } from './doctor-facts.ts';
import { gatherHolds, type Holds } from './hold-facts.ts';
import { gatherPull, type PullFacts } from './pull-facts.ts';
import { gatherOffers, type ReleaseOffer } from './release-offer-facts.ts';
import { gatherRivals, type RivalFacts } from './rival-facts.ts';
import { gatherSteered, type SteeredFacts } from './steered-facts.ts';

/** What obeying needs to know: nothing at all before the first reaction, then who asks and where the pull request stands. */
export type CommandFacts =
  | { readonly kind: 'unacknowledged' }
  | {
      readonly kind: 'known';
      readonly access: AccessFacts;
      /** Null when the pull request is closed or gone. */
      readonly pull: PullFacts | null;
      /** Git tree of the present head; null where no command needs it. */
      readonly tree: string | null;
      /** Where candidates are kept; null where no command compares any. */
      readonly rivals: RivalFacts | null;
      /** What the set-up looks like; null where no command asks. */
      readonly doctor: DoctorFacts | null;
      /** The rollouts that are meant or may be; null where no command is about any. */
      readonly steered: SteeredFacts | null;
      /** What could be released; null where no command asks, or without a policy. */
      readonly release: readonly ReleaseOffer[] | null;
      readonly holds: Holds;
      readonly now: string;
    };

/** Reads the pull request and what the asker's rights hang on, once the comment has its first reaction. */
export async function gatherCommand(
  intent: Extract<Intent, { readonly kind: 'obey' }>,
  now: string,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<CommandFacts> {
  if (intent.acknowledged !== true) return { kind: 'unacknowledged' };
  const { repository, number, actor, commands } = intent;
  const [pull, holds] = await Promise.all([
    gatherPull(repository, { number, head: null, actor, now }, ports),
    gatherHolds(repository, ports.store),
  ]);
  const rules = await rulesFor(repository, pull, ports.github);
  const access = await gatherAccess(repository, { actor, commands, rules }, ports.github);
  const needsTree = pull !== null && commands.some(({ verb }) => approving.includes(verb));
  const tree = needsTree ? await ports.github.readTreeId(repository, pull.pull.head.sha) : null;
  const comparing = commands.filter(({ verb }) => verb === 'compare');
  const named = comparing.flatMap(({ sha }) => sha ?? []);
  const rivals =
    pull === null || comparing.length === 0 ? null : await gatherRivals(repository, pull, { ...ports, named });
  const isExamined = commands.some(({ verb }) => verb === 'doctor');
  const releasing = commands.filter(({ verb }) => verb === 'release');
  const release = releasing.length === 0 ? null : await gatherOffers(repository, rules, ports);
  const steered = await gatherSteered(intent, now, ports);
  const doctor = isExamined ? await gatherDoctor({ repository, number }, now, ports) : null;
  return { kind: 'known', access, pull, tree, rivals, doctor, steered, release, holds, now };
}

const approving: readonly string[] = ['approve-run', 'approve-budget', 'override-gate'] satisfies readonly Verb[];

/**
 * Rights are the repository's: they are read from the default branch. Another base branch judges models, but whoever may
 * write can make one, with any policy in it.
 */
async function rulesFor(repository: Repository, facts: PullFacts | null, github: GithubReader): Promise<Rules> {
  if (facts !== null && facts.pull.base.ref === facts.pull.defaultBranch) {
    const { judged, base } = facts;
    if (judged.kind === 'valid') return { kind: 'valid', policy: judged.range.policy, commit: base.sha };
    return { kind: judged.kind === 'absent' ? 'absent' : 'unusable' };
  }
  const { sha: commit } = await github.readDefaultBranch(repository);
  const text = await github.readFile(repository, policyPath, commit);
  if (text === null) return { kind: 'absent' };
  const parsed = parsePolicy({ text, file: policyPath });
  return parsed.kind === 'valid' ? { kind: 'valid', policy: parsed.policy, commit } : { kind: 'unusable' };
}
