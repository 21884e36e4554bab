import { decide } from './decide/decide.ts';
import type { Plan } from './effect.ts';
import { AppError } from './error.ts';
import { gather } from './facts.ts';
import type { Intent } from './intent.ts';
import type { ReleaseReader } from './ports/release-reader.ts';
import type { Cause, GithubReader, StoreReader, StoreWriter, TokenReader } from './ports.ts';

/** What every door hands in: readers of the world, the store, and the instant (ISO 8601) that counts as now. */
export interface RunPorts {
  readonly github: GithubReader;
  readonly tokens: TokenReader;
  readonly releases: ReleaseReader;
  readonly store: StoreReader & StoreWriter;
  readonly now: string;
  /** What asked for the intent; null where it is not a delivery that may be worked on again. */
  readonly cause?: Cause | null;
}

/** Each try loses only to somebody who has won, so that so many lanes at once are no reason to wait. */
const mostTries = 25;

/**
 * Carries out one intent: gathers facts, decides, and records the plan, whose effects are applied from the outbox. When
 * another lane has written meanwhile what the plan was decided on, all is decided again on what stands now; GitHub is not
 * asked again for that. Intents about the same pull request must be run one after the other; AppError when the facts
 * cannot be had.
 */
export async function run(intent: Intent, ports: RunPorts): Promise<Plan> {
  const github = remembering(ports.github);
  for (let tries = 1; ; tries += 1) {
    const plan = decide(await gather(intent, { ...ports, github }));
    try {
      await ports.store.record(intent.repository, plan, ports.cause ?? undefined);
      return plan;
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'conflict' || tries === mostTries) throw thrown;
    }
  }
}

/** The same reader, which asks GitHub each thing once. What it refused is asked again. */
function remembering(github: GithubReader): GithubReader {
  const answers = new Map<string, Promise<unknown>>();
  const remembered = Object.entries(github).map(([name, read]) => {
    const once = (...asked: readonly unknown[]) => {
      const key = JSON.stringify([name, asked]);
      const known = answers.get(key);
      if (known !== undefined) return known;
      const answer: Promise<unknown> = read(...asked);
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
      return answer;
    };
    return [name, once];
  });
  // Every method of the reader is an entry, and each new one takes and gives what the old one does.
  return Object.fromEntries(remembered) as GithubReader;
}
