import type { Intent } from '../intent.ts';
import type { StoreReader } from '../ports.ts';
import type { RunRecord, ViewRecord } from '../store/run-record.ts';

/** What is still going on for a pull request that was closed. */
export interface CloseFacts {
  readonly runs: readonly RunRecord[];
  readonly shown: ViewRecord | null;
  readonly now: string;
}

/** Reads our own records only. */
export async function gatherClose(
  intent: Extract<Intent, { readonly kind: 'close-pull-request' }>,
  now: string,
  { store }: { readonly store: StoreReader },
): Promise<CloseFacts> {
  const { repository, number } = intent;
  const record = await store.readPull(repository.id, number);
  const [runs, shown] = await Promise.all([
    store.listRuns(repository.id, number),
    store.readView(repository.id, number, record?.head ?? intent.head),
  ]);
  return { runs, shown, now };
}
