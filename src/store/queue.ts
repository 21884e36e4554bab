import { setTimeout } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import type { Database, Queryable } from './database.ts';

/** The queue of lanes on pg-boss: which lanes have work, and who works on them. The work itself is in our own tables. */
export interface Queue extends AsyncDisposable {
  /** Queues lanes inside a transaction. A lane that waits already is not queued twice; one that is worked on is queued once more. */
  put(tx: Queryable, lanes: readonly string[]): Promise<void>;
  /** Tells this process that lanes were queued, after the commit; other processes find out within a second. */
  nudge(): void;
  /** Works on lanes, at most `most` at once in this process and never twice on one lane in any process. */
  work(options: LaneWork): void;
  /** Takes no more lanes and waits for those in hand; lanes can still be queued, for others or for later. */
  rest(): Promise<void>;
}

/** How lanes are worked on. */
export interface LaneWork {
  readonly most: number;
  /** Resolves when the queue may use this thread: answering webhooks goes first. */
  readonly turn: () => Promise<void>;
  readonly handle: (lane: string) => Promise<void>;
}

/** Starts pg-boss in its own schema `pgboss` of the same database. `onError` hears of what goes wrong in the background. */
export async function startQueue(database: Database, onError: (error: unknown) => void): Promise<Queue> {
  const boss = new PgBoss({
    ...database.boss,
    max: 5,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', onError);
  await boss.start();
  // `stately` with the lane as key: at most one waiting and one active job per lane, enforced by a unique index.
  // A lane whose process was killed is free again after ten seconds without a heartbeat.
  await boss.createQueue(lanes, {
    policy: 'stately',
    heartbeatSeconds: 10,
    expireInSeconds: 23 * 3600,
    retryLimit: 0,
    deleteAfterSeconds: 60,
  });
  // Our tables say what is still to be done, so what a dead process left active here can simply go.
  if (database.exclusive) await boss.deleteAllJobs(lanes);
  const worker = openLaneWorker(boss, onError);
  return {
    async put(tx, names) {
      if (names.length === 0) return;
      const db = {
        executeSql: async (text: string, values?: unknown[]) => ({ rows: [...(await tx.query(text, values))] }),
      };
      // Each waits for others that queue the same lane; all in one order, nobody waits in a circle.
      const jobs = [...new Set(names)].sort().map((lane) => ({ data: { lane }, singletonKey: lane }));
      await boss.insert(lanes, jobs, { db });
    },
    nudge: worker.nudge,
    work: worker.work,
    rest: worker.stop,
    async [Symbol.asyncDispose]() {
      await worker.stop();
      await boss.stop({ graceful: false, close: true });
    },
  };
}

const lanes = 'lanes';

/**
 * Our own loop over pg-boss' fetch: its workers fetch one job each, so that eight of them ask eight times for one job.
 * One fetch here takes as many lanes as there are places free.
 */
function openLaneWorker(boss: PgBoss, onError: (error: unknown) => void) {
  const active = new Map<string, Promise<void>>();
  const over = new AbortController();
  let wake = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let beat: Promise<void> = Promise.resolve();

  async function take({ most, turn, handle }: LaneWork): Promise<void> {
    while (!over.signal.aborted) {
      await turn();
      wake = new AbortController();
      const free = most - active.size;
      const jobs = free > 0 ? await boss.fetch<{ lane: string }>(lanes, { batchSize: free }).catch(failed) : [];
      for (const job of jobs) active.set(job.id, finish(job.id, handle(job.data.lane)));
      // A full fetch may have left more; otherwise wait for a commit here, a free place, or the next second.
      if (jobs.length < free || free === 0) await pause(1000, [over.signal, wake.signal]);
    }
  }

  async function finish(id: string, work: Promise<void>): Promise<void> {
    await work.catch(onError);
    // Without the job the lane can be taken again; were this to fail, it can after the heartbeat's end.
    await boss.deleteJob(lanes, id).catch(onError);
    active.delete(id);
    wake.abort();
  }

  async function keepAlive(): Promise<void> {
    while (!over.signal.aborted || active.size > 0) {
      await pause(3000, [over.signal]);
      if (active.size > 0) await boss.touch(lanes, [...active.keys()]).catch(onError);
      // What is in hand at the end stays ours until it is done: nobody else may begin with it meanwhile.
      if (over.signal.aborted) await Promise.race([Promise.all(active.values()), setTimeout(3000)]);
    }
  }

  function failed(error: unknown): [] {
    onError(error);
    return [];
  }

  return {
    nudge: () => wake.abort(),
    work(options: LaneWork) {
      loop = take(options);
      beat = keepAlive();
    },
    async stop() {
      over.abort();
      await Promise.all([loop, beat]);
      await Promise.all(active.values());
    },
  };
}

/** Waits so long, or until one of the signals. */
async function pause(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  // Being woken rejects the wait.
  await setTimeout(milliseconds, undefined, { signal: AbortSignal.any([...signals]) }).catch(() => {});
}
