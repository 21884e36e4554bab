import { frozen } from '../decide/freeze.ts';
import type { StateChange } from '../effect.ts';
import type { Intent, Repository } from '../intent.ts';
import type { RolloutLog } from '../ports/rollout-log.ts';
import type { Outbox, RateRefusal, StoreReader, StoreWriter, Throttle } from '../ports.ts';
import { listApprovals, listOverrides } from './approvals.ts';
import { type AuditFilter, type AuditRow, appendAudit, readAudit } from './audit.ts';
import { readChampion } from './champions.ts';
import type { Database, Queryable } from './database.ts';
import {
  type Delivery,
  type DeliveryEnd,
  endDelivery,
  insertDeliveries,
  insertIntent,
  listKnownDeliveries,
  markRecorded,
  type NewDelivery,
  takeDelivery,
} from './deliveries.ts';
import { listFreezes, pruneFreezes } from './freezes.ts';
import { listHeads, listPullsAt } from './heads.ts';
import { listPastJobs, readLedger, readSpending } from './ledger.ts';
import { listLocks } from './locks.ts';
import { listLooks } from './looks.ts';
import { migrate } from './migrate.ts';
import { beginEffect, listDue, settleEffect } from './outbox.ts';
import { listEdits, listHoldingViews, readCheck, readComment, readPull, readView } from './pulls.ts';
import type { Queue } from './queue.ts';
import { type InstallationRate, listRates, pruneWrites, readThrottle, reserveWrites, saveThrottle } from './rates.ts';
import { recordPlan } from './record-plan.ts';
import { isErrandJobOpen, listQueuedErrands, pruneErrands, readOpenJob } from './rollout-errands.ts';
import { readEvidence } from './rollout-evidence.ts';
import { rolloutLog } from './rollout-log.ts';
import { readTraces } from './rollout-traces.ts';
import { listRolloutEvents, listRollouts, readRollout } from './rollouts.ts';
import {
  findByTrainingKey,
  hasOpenRun,
  listOpenRuns,
  listRuns,
  listUnsettledRuns,
  readRun,
  readRunById,
} from './runs.ts';
import { endLeases } from './service-leases.ts';
import { type Backlog, dueLanes, listActiveRepositories, listRepositoriesOf, prune, readBacklog } from './upkeep.ts';
import { githubWriteLimits, type WriteLimits } from './write-budget.ts';

/** All that Siskin keeps in SQL. What is written and what it wakes commit together. */
export interface Store extends StoreReader, StoreWriter {
  /** Keeps verified deliveries, each once; says for each whether it was new. */
  accept(deliveries: readonly NewDelivery[]): Promise<readonly boolean[]>;
  /** Queues an intent of our own; of several with one id, also from several processes, only the first. */
  ask(intent: Intent, id: string): Promise<void>;
  takeDelivery(lane: string): Promise<Delivery | null>;
  endDelivery(id: string, end: DeliveryEnd): Promise<void>;
  readonly outbox: Outbox;
  /** What drives rollouts keeps here. */
  readonly rollouts: RolloutLog;
  /** Hears that a rollout was requested, or that somebody asks something of one, after it was written down. Returns how to stop. */
  onRollout(hear: () => void): () => void;
  /** Keeps that GitHub refused an installation for its rate; until when nothing is asked of it. */
  throttle(installation: number, refusal: RateRefusal): Promise<Throttle>;
  /** How the rate of each installation stands. */
  listRates(): Promise<readonly InstallationRate[]>;
  /** Queues every lane that has something due: what a killed process left, and what waited for a later instant. */
  sweep(): Promise<void>;
  /** Which of these deliveries are kept already. */
  listKnownDeliveries(ids: readonly string[]): Promise<readonly string[]>;
  /** What is still to be done, for metrics and for waiting. */
  readBacklog(): Promise<Backlog>;
  /** Repositories with runs that are not at an end, or with pull requests that moved in the last two weeks. */
  listActiveRepositories(): Promise<readonly Repository[]>;
  /** Who caused what, in order. */
  readAudit(filter: AuditFilter): AsyncGenerator<AuditRow>;
  /** Forgets deliveries, effects and freezes that ended so many days ago, and writes that no limit counts any more. */
  prune(days: number): Promise<void>;
}

/** Brings the tables up to date and opens the store. `clock` is the one source of time for all that is written. */
export async function openStore(options: {
  readonly database: Database;
  readonly queue: Queue;
  readonly clock: () => Date;
  /** How much is written to GitHub at most; null, for a GitHub on this machine, sets no bound. Its own limits unless told otherwise. */
  readonly writeLimits?: WriteLimits | null;
}): Promise<Store> {
  const { database: db, queue, clock, writeLimits: limits = githubWriteLimits } = options;
  await migrate(db);
  // Whoever had them is dead: nobody else can open this database.
  if (db.exclusive) await endLeases(db);
  const hearing = new Set<() => void>();
  const now = () => clock().toISOString();
  async function writing<T>(
    work: (tx: Queryable) => Promise<{ value: T; lanes: readonly string[]; last?: () => Promise<void> }>,
  ): Promise<T> {
    const value = await db.transaction(async (tx) => {
      const done = await work(tx);
      await queue.put(tx, done.lanes);
      await done.last?.();
      return done.value;
    });
    queue.nudge();
    return value;
  }
  return {
    readRun: (claim) => readRun(db, claim),
    readRunById: (repositoryId, runId) => readRunById(db, repositoryId, runId),
    listRuns: (repositoryId, number) => listRuns(db, repositoryId, number),
    listOpenRuns: (repositoryId) => listOpenRuns(db, repositoryId),
    findByTrainingKey: (repositoryId, model, trainingKey) =>
      findByTrainingKey(db, { repositoryId, model, trainingKey }),
    readChampion: (repositoryId, model) => readChampion(db, repositoryId, model),
    listLooks: (repositoryId, model) => listLooks(db, repositoryId, model),
    readSpending: (spender, options) => readSpending(db, spender, options),
    listPastJobs: (repositoryId, since) => listPastJobs(db, repositoryId, since),
    readLedger: (claims) => readLedger(db, claims),
    listUnsettledRuns: (repositoryId) => listUnsettledRuns(db, repositoryId),
    readPull: (repositoryId, number) => readPull(db, repositoryId, number),
    listHeads: (repositoryId, number) => listHeads(db, repositoryId, number),
    listApprovals: (repositoryId, number) => listApprovals(db, repositoryId, number),
    listOverrides: (repositoryId, artifact) => listOverrides(db, repositoryId, artifact),
    listPullsAt: (repositoryId, head) => listPullsAt(db, repositoryId, head),
    listLocks: (repositoryId) => listLocks(db, repositoryId),
    listFreezes: (repository) => listFreezes(db, repository),
    listHoldingViews: (repositoryId) => listHoldingViews(db, repositoryId),
    listRepositoriesOf: (owner) => listRepositoriesOf(db, owner),
    readThrottle: (installation) => readThrottle(db, installation),
    readRollout: (id) => readRollout(db, id),
    listRollouts: (repositoryId, filter) => listRollouts(db, repositoryId, filter),
    readEvidence: (id) => readEvidence(db, id),
    readTraces: (rollout) => readTraces(db, rollout),
    listQueuedErrands: (repositoryId, environment) => listQueuedErrands(db, { repositoryId, environment }),
    readOpenJob: (repositoryId, of) => readOpenJob(db, { ...of, repositoryId }),
    listRolloutEvents: (id) => listRolloutEvents(db, id),
    readView: (repositoryId, number, head) => readView(db, { repositoryId, number, head }),

    async record(repository, plan, cause) {
      if (plan.changes.length === 0 && plan.effects.length === 0) return;
      await writing(async (tx) => {
        if (cause !== undefined && !(await markRecorded(tx, cause))) return { value: undefined, lanes: [] };
        const at = now();
        const entries = plan.changes.flatMap((change) => (change.kind === 'audit' ? [change.entry] : []));
        const lanes = await recordPlan(tx, { repository, plan, at });
        // Those who add to the log wait for each other until they commit, and so add at the very end.
        return { value: undefined, lanes, last: () => appendAudit(tx, { repository, entries, at }) };
      });
      const isOfRollout = ({ kind }: StateChange) =>
        kind === 'request-rollout' || kind === 'order-rollout' || kind === 'end-errands';
      if (plan.changes.some(isOfRollout)) for (const hear of hearing) hear();
    },
    rollouts: rolloutLog({ db, clock, writing }),
    onRollout(hear) {
      hearing.add(hear);
      return () => hearing.delete(hear);
    },
    accept: (deliveries) =>
      writing(async (tx) => {
        const { lanes, fresh } = await insertDeliveries(tx, deliveries, now());
        return { value: fresh, lanes };
      }),
    ask: (intent, id) =>
      writing(async (tx) => ({ value: undefined, lanes: await insertIntent(tx, { intent, id, at: now() }) })),
    takeDelivery: (lane) => takeDelivery(db, lane, now()),
    endDelivery: (id, end) => endDelivery(db, { id, end, now: clock() }),

    outbox: {
      now,
      listDue: (lane) => listDue(db, lane, clock()),
      begin: (effectId) => beginEffect(db, effectId, now()),
      async reserve(effect) {
        return (await db.transaction((tx) => reserveWrites(tx, { effect, limits, now: clock() }))) / 1000;
      },
      async readDelay(installation) {
        const until = (await readThrottle(db, installation))?.until ?? null;
        return until !== null && clock().getTime() - Date.parse(until) < shownAsDelayed ? until : null;
      },
      settle: (effect, outcome) =>
        writing(async (tx) => ({ value: undefined, lanes: await settleEffect(tx, { effect, outcome, now: clock() }) })),
      readCheck: (repositoryId, head, name) => readCheck(db, { repositoryId, head, name }),
      readComment: (repositoryId, number) => readComment(db, repositoryId, number),
      readRun: (claim) => readRun(db, claim),
      readTraces: (rollout) => readTraces(db, rollout),
      readEvidence: (rollout) => readEvidence(db, rollout),
      isErrandJobOpen: (claim) => isErrandJobOpen(db, claim),
      readRunsFreeze: async (repository) => frozen('runs', await listFreezes(db, repository), now()),
      async readEdits(repositoryId, number) {
        const at = clock().getTime();
        const edits = await listEdits(db, { repositoryId, number, since: at - 60_000 });
        const running = await hasOpenRun(db, repositoryId, number);
        return { edits: edits.length, oldestSecondsAgo: edits[0] === undefined ? 0 : (at - edits[0]) / 1000, running };
      },
    },

    throttle: (installation, refusal) =>
      db.transaction((tx) => saveThrottle(tx, { installation, refusal, now: clock() })),
    listRates: () => listRates(db, clock()),
    sweep: () => writing(async (tx) => ({ value: undefined, lanes: await dueLanes(tx, now()) })),
    listKnownDeliveries: (ids) => listKnownDeliveries(db, ids),
    readBacklog: () => readBacklog(db, clock()),
    listActiveRepositories: () => listActiveRepositories(db, clock()),
    readAudit: (filter) => readAudit(db, filter),
    async prune(days) {
      const before = new Date(clock().getTime() - days * 86_400_000).toISOString();
      await prune(db, before);
      await pruneErrands(db, before);
      await pruneFreezes(db, before);
      await pruneWrites(db, clock());
    },
  };
}

/** What is written so long after a refusal ended may be late because of it. */
const shownAsDelayed = 600_000;
