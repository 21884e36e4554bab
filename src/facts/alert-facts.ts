import type { Intent } from '../intent.ts';
import type { StoreReader } from '../ports.ts';
import { isEnded, type RolloutRecord } from '../rollout/rollout-record.ts';

/** The rollouts that an alert can be about. */
export interface AlertFacts {
  readonly rollouts: readonly RolloutRecord[];
  readonly now: string;
}

/** Reads our own database alone: what has to stop now waits for nobody. */
export async function gatherAlert(
  { repository, alert }: Extract<Intent, { readonly kind: 'heed-alert' }>,
  now: string,
  { store }: { readonly store: StoreReader },
): Promise<AlertFacts> {
  const { environment, model } = alert;
  const of = { environment, open: true, ...(model === null ? {} : { model }) } as const;
  const open = await store.listRollouts(repository.id, of);
  return { rollouts: open.filter(({ state }) => !isEnded(state)), now };
}
