import { PgBoss } from 'pg-boss';
import type { Database, Queryable } from './database.ts';

/** The queue of lanes on pg-boss: which lanes have work, and who works on them. The work itself is in our own tables. */
export interface Queue extends AsyncDisposable {
  /** Queues lanes inside a transaction. A lane that waits already is not queued twice; one that is worked on is queued once more. */
  wake(tx: Queryable, lanes: readonly string[]): Promise<void>;
  /** Works on lanes, at most `concurrency` at once in this process and never twice on one lane in any process. */
  work(options: { readonly concurrency: number; readonly handle: (lane: string) => Promise<void> }): Promise<void>;
}

/** Starts pg-boss in its own schema `pgboss` of the same database. `onError` hears of what it does in the background. */
export async function startQueue(database: Database, onError: (error: Error) => void): Promise<Queue> {
  const boss = new PgBoss({
    ...database.boss,
    max: 5,
    schedule: false,
    registerInstance: false,
    useListenNotify: true,
    // A lane whose process was killed is given on after 10 s without a heartbeat, found by a look every 5 s.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', onError);
  await boss.start();
  // `stately` with the lane as key: at most one waiting and one active job per lane, enforced by a unique index.
  await boss.createQueue(lanes, {
    policy: 'stately',
    notify: true,
    heartbeatSeconds: 10,
    expireInSeconds: 900,
    retryLimit: 0,
    deleteAfterSeconds: 60,
  });
  // Our tables say what is still to be done, so what a dead process left active here can simply go.
  if (database.exclusive) await boss.deleteAllJobs(lanes);
  return {
    async wake(tx, names) {
      if (names.length === 0) return;
      const db = {
        executeSql: async (text: string, values?: unknown[]) => ({ rows: [...(await tx.query(text, values))] }),
      };
      await boss.insert(
        lanes,
        [...new Set(names)].map((lane) => ({ data: { lane }, singletonKey: lane })),
        { db },
      );
    },
    async work({ concurrency, handle }) {
      await boss.work<{ lane: string }>(
        lanes,
        { localConcurrency: concurrency, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1 },
        async (jobs) => {
          for (const job of jobs) await handle(job.data.lane);
        },
      );
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: true, timeout: 20_000, close: true }),
  };
}

const lanes = 'lanes';
