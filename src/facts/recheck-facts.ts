import type { Intent } from '../intent.ts';
import type { StoreReader } from '../ports.ts';
import type { ViewRecord } from '../store/run-record.ts';

/** Where a commit whose check is asked for again is shown. */
export interface RecheckFacts {
  /** The pull requests that stood at it at some time; whether they still do is looked at when each is checked. */
  readonly pulls: readonly { readonly number: number; readonly shown: ViewRecord | null }[];
  /** What is shown for it as a push to the default branch. */
  readonly pushed: ViewRecord | null;
  readonly now: string;
}

/** Reads our own records only. */
export async function gatherRecheck(
  { repository, head }: Extract<Intent, { readonly kind: 'recheck' }>,
  now: string,
  { store }: { readonly store: StoreReader },
): Promise<RecheckFacts> {
  const numbers = await store.listPullsAt(repository.id, head);
  const [pushed, ...shown] = await Promise.all(
    [null, ...numbers].map((number) => store.readView(repository.id, number, head)),
  );
  return { pulls: numbers.map((number, at) => ({ number, shown: shown[at] ?? null })), pushed: pushed ?? null, now };
}
