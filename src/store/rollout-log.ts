import { z } from 'zod';
import { AppError } from '../error.ts';
import type { RolloutLog, Surroundings } from '../ports/rollout-log.ts';
import type { Progress } from '../rollout/states/progress.ts';
import { Id, Instant } from './column.ts';
import type { Database, Queryable } from './database.ts';
import { listFreezes } from './freezes.ts';
import { listLocks } from './locks.ts';
import { askErrands, readErrands } from './rollout-errands.ts';
import { keepEvidence, readEvidence, readUnsealed } from './rollout-evidence.ts';
import { appendEvent, progressIn, readProgress } from './rollouts.ts';
import { giveBackLeases, holdsLease, renewLeases, type Service, takeLease } from './service-leases.ts';

/** The engine's side of what is kept about rollouts. `writing` runs a transaction and wakes the lanes that it returns. */
export function rolloutLog(options: {
  readonly db: Database;
  readonly clock: () => Date;
  readonly writing: <T>(
    work: (tx: Queryable) => Promise<{ readonly value: T; readonly lanes: readonly string[] }>,
  ) => Promise<T>;
}): RolloutLog {
  const { db, clock, writing } = options;
  const now = () => clock().toISOString();
  const end = (seconds: number) => new Date(clock().getTime() + seconds * 1000).toISOString();
  return {
    async listDue({ holder, most }) {
      const rows = await db.query(
        // Nothing sleeps for longer than a minute: what seems to was put to sleep before the clock was set back.
        `select r.id, r.sequence, r.wake_at from siskin.rollouts r
         left join siskin.service_leases l on l.repository_id = r.repository_id and l.environment = r.environment and l.model = r.model
         where r.is_open and (r.wake_at <= $1::timestamptz or r.wake_at > $1::timestamptz + interval '2 minutes')
           and (l.holder is null or l.holder = $2 or l.expires_at <= $1::timestamptz
             or l.expires_at > $1::timestamptz + interval '10 minutes')
         order by r.wake_at limit $3`,
        [now(), holder, most],
      );
      return rows.map((row) => {
        const { id, sequence, wake_at } = DueRow.parse(row);
        return { id, sequence, wakeAt: wake_at };
      });
    },
    read: (id) => readProgress(db, id),
    readSurroundings: (progress) => readSurroundings(db, progress),
    readEvidence: (id) => readEvidence(db, id),
    readUnsealed: (id, interval) => readUnsealed(db, id, interval),
    append: (before, decided, { lease, evidence = [] }) =>
      writing(async (tx) => {
        const { id } = before.record;
        if (!(await holdsLease(tx, serviceOf(before), lease))) {
          throw new AppError('fenced', `expected the lease ${lease.fence} on the service of ${id}, found a newer one`);
        }
        const at = now();
        const { progress, lanes } = await appendEvent(tx, { before, decided, at, fence: lease.fence, wakeAt: at });
        await keepEvidence(tx, id, evidence);
        return { value: progress, lanes };
      }),
    keepUnsealed: (id, evidence) => keepEvidence(db, id, [{ ...evidence, sealed: false }]),
    async sleep(id, { sequence, until }) {
      await db.query('update siskin.rollouts set wake_at = $3 where id = $1 and sequence = $2', [id, sequence, until]);
    },
    async lease(progress, { holder, seconds, above }) {
      const wish = { holder, now: now(), until: end(seconds), ...(above === undefined ? {} : { above }) };
      const fence = await takeLease(db, serviceOf(progress), wish);
      return fence === null ? null : { holder, fence };
    },
    renew: ({ holder, seconds }) => renewLeases(db, { holder, now: now(), until: end(seconds) }),
    giveBack: (holder) => giveBackLeases(db, holder),
    readErrands: (id) => readErrands(db, id),
    askErrands: (progress, { lease, wishes }) =>
      writing(async (tx) => {
        if (!(await holdsLease(tx, serviceOf(progress), lease))) {
          const { id } = progress.record;
          throw new AppError('fenced', `expected the lease ${lease.fence} on the service of ${id}, found a newer one`);
        }
        return { value: undefined, lanes: await askErrands(tx, { record: progress.record, wishes, at: now() }) };
      }),
    async countByState() {
      const rows = await db.query(
        `select state, count(*)::integer as rollouts from siskin.rollouts where is_open group by state`,
        [],
      );
      return Object.fromEntries(rows.map((row) => [String(row['state']), Number(row['rollouts'])]));
    },
  };
}

const Known = z.object({ installation: Id, owner: z.string(), name: z.string() });
const DueRow = z.object({ id: z.string(), sequence: Id, wake_at: Instant });

function serviceOf({ record }: Progress): Service {
  return { repositoryId: record.repositoryId, environment: record.environment, model: record.model };
}

async function readSurroundings(db: Queryable, progress: Progress): Promise<Surroundings | null> {
  const { id, repositoryId, environment, model, release } = progress.record;
  const rows = await db.query(
    `with mine as (select position from siskin.rollouts where id = $1),
       service as (select r.position, r.is_open, r.state, r.digest, r.progress from siskin.rollouts r
         where r.repository_id = $2 and r.environment = $3 and r.model = $4 and r.id <> $1)
     (select 'earlier' as role, progress from service where is_open and position < (select position from mine) order by position limit 1)
     union all
     (select 'newer', progress from service where is_open and position > (select position from mine) order by position desc limit 1)
     union all
     (select 'ended', progress from service where not is_open and state in ('succeeded', 'rolled-back', 'superseded')
        -- One that never came to its service knows only what git said.
        and (progress::jsonb) -> 'capability' <> 'null'::jsonb
       order by position desc limit 1)
     union all
     (select 'rejected', progress from service where not is_open and state = 'rolled-back' and digest = $5
        and (progress::jsonb) -> 'record' -> 'state' -> 'cause' ->> 'kind' in ('harm', 'alert')
       order by position desc limit 1)
     union all
     select 'repository', json_build_object('installation', installation, 'owner', owner, 'name', name)::text
       from siskin.repositories where id = $2
     union all
     -- Most repositories have neither, and then nothing more is asked.
     select 'holds', '' where exists (select 1 from siskin.locks where repository_id = $2)
       or exists (select 1 from siskin.freezes)`,
    [id, repositoryId, environment, model, release.digest],
  );
  const written = rows.find((row) => row['role'] === 'repository');
  if (written === undefined) return null;
  const repository = { id: repositoryId, ...Known.parse(JSON.parse(String(written['progress']))) };
  const hasHolds = rows.some((row) => row['role'] === 'holds');
  const others = rows.filter((row) => !['repository', 'holds'].includes(String(row['role'])));
  const found = new Map(others.map((row) => [String(row['role']), progressIn(row)]));
  const ended = found.get('ended');
  return {
    repository,
    locks: hasHolds ? await listLocks(db, repositoryId) : [],
    freezes: hasHolds ? await listFreezes(db, repository) : [],
    earlier: found.get('earlier')?.record ?? null,
    newer: found.get('newer')?.record ?? null,
    served: ended === undefined ? undefined : leftServing(ended),
    rejected: rejection(found.get('rejected')),
  };
}

/** What stood at the end of a rollout; of one that never touched a platform what was there before. */
function leftServing({ record }: Progress): Surroundings['served'] {
  return record.state.kind === 'succeeded' ? record.release : record.previous;
}

function rejection(progress: Progress | undefined): string | null {
  const state = progress?.record.state;
  if (state?.kind !== 'rolled-back') return null;
  return `it was rolled back at ${state.at}, because ${state.cause.sentence}`;
}
