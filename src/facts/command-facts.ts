import { AppError } from '../error.ts';
import type { Intent } from '../intent.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import { gatherHolds, type Holds } from './hold-facts.ts';
import { gatherPull, type PullFacts } from './pull-facts.ts';

/** What obeying needs to know: nothing at all before the first reaction, then who asks and where the pull request stands. */
export type CommandFacts =
  | { readonly kind: 'unacknowledged' }
  | {
      readonly kind: 'known';
      /** The role in the repository; `unverified` when GitHub did not tell. */
      readonly role: string;
      /** Null when the pull request is closed or gone. */
      readonly pull: PullFacts | null;
      readonly holds: Holds;
      readonly now: string;
    };

/** Reads the asker's role and the pull request, once the comment has its first reaction. */
export async function gatherCommand(
  intent: Extract<Intent, { readonly kind: 'obey' }>,
  now: string,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<CommandFacts> {
  if (intent.acknowledged !== true) return { kind: 'unacknowledged' };
  const { repository, number, actor } = intent;
  const [role, pull, holds] = await Promise.all([
    ports.github.readRole(repository, actor.login).catch(unverified),
    gatherPull(repository, { number, head: null, actor, now }, ports),
    gatherHolds(repository, ports.store),
  ]);
  return { kind: 'known', role, pull, holds, now };
}

/** A doubt about somebody's rights is not a right, and not the same as having none. */
function unverified(error: unknown): string {
  if (error instanceof AppError) return 'unverified';
  throw error;
}
