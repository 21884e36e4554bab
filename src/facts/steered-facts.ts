import type { Command, Verb } from '../command/command.ts';
import type { Intent } from '../intent.ts';
import type { GithubReader, StoreReader } from '../ports.ts';
import { isEnded, type RolloutRecord } from '../rollout/rollout-record.ts';
import { gatherRollout, type RolloutFacts } from './rollout-facts.ts';

/** The rollouts that commands can be about. */
export interface SteeredFacts {
  /** All that go on, those of this pull request, and the history of each environment that a command names; newest first. */
  readonly rollouts: readonly RolloutRecord[];
  /** By id: those that go on as they are shown, where somebody asks for that. */
  readonly shown: ReadonlyMap<string, RolloutFacts>;
}

const steering: readonly Verb[] = ['promote', 'canary', 'rollback'];

/** Whether a command is about rollouts. */
export function isSteering(command: Command): boolean {
  return command.verb !== 'unknown' && steering.includes(command.verb);
}

/** Reads our own database alone, so that a rollback needs nobody else; null where no command is about rollouts. */
export async function gatherSteered(
  { repository, number, commands }: Extract<Intent, { readonly kind: 'obey' }>,
  now: string,
  ports: { readonly github: GithubReader; readonly store: StoreReader },
): Promise<SteeredFacts | null> {
  const meant = commands.filter(isSteering);
  if (meant.length === 0) return null;
  const { id } = repository;
  const { store } = ports;
  const named = new Set(meant.flatMap((one) => ('environment' in one ? (one.environment ?? []) : [])));
  const [open, here, ...histories] = await Promise.all([
    store.listRollouts(id, { open: true }),
    store.listRollouts(id, { number }),
    ...[...named].map((environment) => store.listRollouts(id, { environment })),
  ]);
  const ofHere = new Set(here.map(({ environment }) => environment).filter((one) => !named.has(one)));
  const more = await Promise.all([...ofHere].map((environment) => store.listRollouts(id, { environment })));
  const all = new Map([...open, ...here, ...histories.flat(), ...more.flat()].map((one) => [one.id, one]));
  const rollouts = [...all.values()].sort((a, b) =>
    a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0,
  );
  const isAsked = meant.some((one) => one.verb === 'canary' && (one.action ?? 'status') === 'status');
  const active = isAsked ? rollouts.filter(({ state }) => !isEnded(state)).slice(0, mostShown) : [];
  const views = await Promise.all(active.map((one) => gatherRollout({ repository, rollout: one.id }, now, ports)));
  const shown = new Map(views.flatMap((one) => (one === null ? [] : [[one.rollout.id, one] as const])));
  return { rollouts, shown };
}

/** A status longer than this is no status. */
const mostShown = 10;
