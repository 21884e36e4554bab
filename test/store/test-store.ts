import type { Repository } from '../../src/intent.ts';
import type { Database } from '../../src/store/database.ts';
import { openPglite } from '../../src/store/pglite.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { startQueue } from '../../src/store/queue.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import type { WriteLimits } from '../../src/store/write-budget.ts';
import { emptyDatabase } from '../database.ts';

/** A store on an empty database with a clock that the test moves. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  readonly database: Database;
  readonly clock: { now: Date };
  /** Empties all tables. */
  clear(): Promise<void>;
}

/** A store on an empty database: PGlite in memory, or PostgreSQL where the environment names a server. */
export async function openTestStore(options: { readonly writeLimits?: WriteLimits } = {}): Promise<TestStore> {
  const place = emptyDatabase();
  const database = place.kind === 'postgres' ? await openPostgres(place.url) : await openPglite(null);
  const queue = await startQueue(database, (error) => {
    throw error;
  });
  const clock = { now: new Date('2026-03-01T12:00:00Z') };
  const store = await openStore({ database, queue, clock: () => clock.now, ...options });
  return {
    store,
    database,
    clock,
    async clear() {
      clock.now = new Date('2026-03-01T12:00:00Z');
      await database.query(
        `truncate siskin.deliveries, siskin.runs, siskin.results, siskin.pulls, siskin.pull_heads, siskin.comments,
           siskin.checks, siskin.views, siskin.champions, siskin.approvals, siskin.ledger, siskin.locks, siskin.freezes, siskin.rates, siskin.writes, siskin.rollout_events, siskin.rollout_evidence, siskin.rollouts, siskin.rollout_traces, siskin.rollout_edits, siskin.service_leases, siskin.errand_jobs, siskin.outbox, siskin.repositories cascade`,
        [],
      );
    },
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const repository: Repository = { installation: 5, id: 1, owner: 'acme', name: 'flights' };

export const sha = (digit: string) => digit.repeat(40);
