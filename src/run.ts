import { decide } from './decide/decide.ts';
import type { Plan } from './effect.ts';
import { gather } from './facts.ts';
import type { Intent } from './intent.ts';
import type { Cause, GithubReader, StoreReader, StoreWriter, TokenReader } from './ports.ts';

/** What every door hands in: readers of the world, the store, and the instant (ISO 8601) that counts as now. */
export interface RunPorts {
  readonly github: GithubReader;
  readonly tokens: TokenReader;
  readonly store: StoreReader & StoreWriter;
  readonly now: string;
  /** What asked for the intent; null where it is not a delivery that may be worked on again. */
  readonly cause?: Cause | null;
}

/**
 * Carries out one intent: gathers facts, decides, and records the plan, whose effects are applied from the outbox.
 * Intents about the same pull request must be run one after the other; AppError when the facts cannot be had.
 */
export async function run(intent: Intent, ports: RunPorts): Promise<Plan> {
  const plan = decide(await gather(intent, ports));
  await ports.store.record(intent.repository, plan, ports.cause ?? undefined);
  return plan;
}
