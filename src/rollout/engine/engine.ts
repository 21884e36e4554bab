import { AppError, messageOf } from '../../error.ts';
import type { MetricSource } from '../../ports/metric-source.ts';
import type { Lease, RolloutLog, Surroundings } from '../../ports/rollout-log.ts';
import type { ServingPlatform } from '../../ports/serving.ts';
import { type ErrandPorts, errandPorts } from '../errands/errand-ports.ts';
import { isEnded, type RolloutRecord } from '../rollout-record.ts';
import { later } from '../states/grid.ts';
import { nextTodo } from '../states/next.ts';
import type { Progress } from '../states/progress.ts';
import { type Act, isUnderWay, lookAct, type Reached, readBackAct, sealAct, validateAct } from './acts.ts';
import { append, type Done } from './append.ts';
import { openVerdicts } from './verdicts.ts';

/** What the engine reaches the world with. */
export interface EnginePorts {
  readonly log: RolloutLog;
  /** The platform of a rollout; AppError when the operator gave no connection to it. */
  readonly openServing: (record: RolloutRecord, repository: Surroundings['repository']) => ServingPlatform;
  readonly openSource: (
    record: RolloutRecord,
    repository: Surroundings['repository'],
    connection: string,
  ) => MetricSource;
  readonly clock: () => Date;
  /** Tells this life of this process from every other. */
  readonly holder: string;
  /** How long a lease lasts without being renewed. */
  readonly leaseSeconds: number;
  /** Hears of each thing right after it was done. It must not throw. */
  readonly onAct?: (act: Act, id: string) => void;
}

/** How one turn of a rollout ended. */
export type Turn =
  | { readonly kind: 'asleep'; readonly until: string }
  | { readonly kind: 'over'; readonly record: RolloutRecord }
  /** Another process drives it, or got in between; it is looked at again in its time. */
  | { readonly kind: 'left'; readonly reason: string };

/** Drives rollouts. One turn does all that can be done now about one rollout; nothing that matters is only in memory. */
export interface Engine {
  turn(id: string): Promise<Turn>;
  /** No turn goes on after what it has in hand. */
  stop(): void;
}

/** So much is done in one turn before others have theirs. */
const mostActs = 60;

/** An answer wakes its rollout; this is for those that are lost. */
const awaitMilliseconds = 5000;

/** What was read of locks, freezes and other rollouts is good for so long. */
const surroundingsMilliseconds = 500;

/** Makes an engine. */
export function openEngine(ports: EnginePorts): Engine {
  const { log } = ports;
  const verdicts = openVerdicts((id) => log.readEvidence(id));
  const looks = new Map<string, string>();
  const leases = new Map<string, { readonly lease: Lease; readonly at: number }>();
  let stopping = false;
  const now = () => ports.clock().toISOString();

  async function turn(id: string): Promise<Turn> {
    let progress = await log.read(id);
    if (progress === null) return { kind: 'left', reason: 'there is no such rollout' };
    let lease = await leased(progress);
    if (lease === null) return { kind: 'left', reason: 'another process drives it' };
    let surroundings: Surroundings | null = null;
    let readAt = 0;
    for (let acts = 0; acts < mostActs && !stopping; acts += 1) {
      if (surroundings === null || performance.now() - readAt > surroundingsMilliseconds) {
        surroundings = await log.readSurroundings(progress);
        readAt = performance.now();
      }
      if (surroundings === null) return await asleep(progress, later(now(), 60_000));
      const todo = nextTodo(progress, {
        now: now(),
        fence: lease.fence,
        surroundings,
        lookedAt: looks.get(id) ?? null,
      });
      if (todo.kind === 'rest') return over(progress);
      if (todo.kind === 'stop') throw new AppError('fenced', 'expected to be the newest writer, found a higher fence');
      if (todo.kind === 'wait') return await asleep(progress, todo.until);
      const { repository } = surroundings;
      const errands = await errandsOf(progress);
      const reached: Reached = {
        progress,
        surroundings,
        lease,
        log,
        verdicts,
        now,
        platform: () => errands?.platform ?? ports.openServing(reached.progress.record, repository),
        source: (connection) =>
          errands?.source(connection) ?? ports.openSource(reached.progress.record, repository, connection),
        told: (act) => ports.onAct?.(act, id),
        looked: () => looks.set(id, now()),
      };
      if (todo.kind === 'write' && (errands?.astray ?? 0) >= todo.write.traffic.fence) {
        // A job that comes late must not set again what it was told.
        lease = await raised(reached, errands?.astray ?? 0);
        continue;
      }
      const done = await act(todo, reached).catch((error: unknown): Done => {
        if (!isUnderWay(error)) throw error;
        return { kind: 'later', until: later(now(), awaitMilliseconds) };
      });
      if (errands !== null && errands.wanted.length > 0) {
        await log.askErrands(progress, { lease, wishes: errands.wanted });
      }
      if (done.kind === 'later') return await asleep(progress, done.until);
      progress = done.progress;
      lease = done.lease ?? lease;
      if (isEnded(progress.record.state) && !progress.isOpen) return over(progress);
    }
    return await asleep(progress, now());
  }

  /** What a runner did of what this rollout wants; null where this process reaches the platform itself. */
  async function errandsOf({ record }: Progress): Promise<ErrandPorts | null> {
    if (record.policy.executor !== 'runner') return null;
    return errandPorts(record, { known: await log.readErrands(record.id), now: now() });
  }

  /** A lease that was taken or renewed a moment ago cannot be anybody else's yet. */
  async function leased(progress: Progress): Promise<Lease | null> {
    const { repositoryId, environment, model } = progress.record;
    const service = `${repositoryId}/${environment}/${model}`;
    const known = leases.get(service);
    const age = performance.now() - (known?.at ?? Number.NEGATIVE_INFINITY);
    if (known !== undefined && age < (ports.leaseSeconds * 1000) / 4) return known.lease;
    const lease = await log.lease(progress, { holder: ports.holder, seconds: ports.leaseSeconds });
    if (lease === null) leases.delete(service);
    else leases.set(service, { lease, at: performance.now() });
    return lease;
  }

  async function act(
    todo: Exclude<ReturnType<typeof nextTodo>, { readonly kind: 'rest' | 'stop' | 'wait' }>,
    reached: Reached,
  ): Promise<Done> {
    switch (todo.kind) {
      case 'append':
        return { kind: 'done', progress: await append(reached, todo.decided) };
      case 'validate':
        return await validateAct(reached);
      case 'write':
        return await readBackAct(reached, todo.write, (above) => raised(reached, above));
      case 'look':
        return await lookAct(reached);
      case 'seal':
        return await sealAct(reached, todo);
      default:
        return todo satisfies never;
    }
  }

  /** A fence above one that was seen, or above ours when a write of ours may still be on its way. */
  async function raised({ progress }: Reached, above: number): Promise<Lease> {
    leases.clear();
    const lease = await log.lease(progress, { holder: ports.holder, seconds: ports.leaseSeconds, above });
    if (lease !== null) return lease;
    throw new AppError('fenced', `expected the lease on the service of ${progress.record.id}, found that it is gone`);
  }

  async function asleep({ record, isOpen }: Progress, until: string): Promise<Turn> {
    if (!isOpen) return { kind: 'over', record };
    await log.sleep(record.id, { sequence: record.sequence, until });
    return { kind: 'asleep', until };
  }

  function over({ record }: Progress): Turn {
    looks.delete(record.id);
    verdicts.forget(record.id);
    return { kind: 'over', record };
  }

  return {
    async turn(id) {
      try {
        return await turn(id);
      } catch (error) {
        // What was judged may not have been kept.
        verdicts.forget(id);
        leases.clear();
        if (error instanceof AppError && (error.code === 'conflict' || error.code === 'fenced')) {
          return { kind: 'left', reason: messageOf(error) };
        }
        throw error;
      }
    },
    stop() {
      stopping = true;
    },
  };
}
