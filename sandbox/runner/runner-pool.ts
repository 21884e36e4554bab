import type { ActionsBackend } from '../github/actions-backend.ts';
import { createConcurrencyGroups } from './concurrency.ts';
import { executeRun, type RunMemory } from './execute-run.ts';
import type { JobOrder, JobOutcome } from './job-order.ts';

/** A machine as the pool sees it. */
export interface PoolMember {
  readonly labels: readonly string[];
  isIdle(): boolean;
  /** Does a job; the machine is busy until it resolves. */
  take(order: JobOrder): Promise<JobOutcome>;
}

/** The machines that serve one GitHub. What GitHub's own servers do with a workflow (needs, matrix, labels) is done here. */
export interface RunnerPool {
  join(member: PoolMember): void;
  leave(member: PoolMember): void;
  /** Resolves when no run is under way. A run that waits for a runner nobody started is under way. */
  idle(): Promise<void>;
}

const pools = new WeakMap<ActionsBackend, RunnerPool>();

/** The one pool of a GitHub. */
export function poolOf(backend: ActionsBackend): RunnerPool {
  const pool = pools.get(backend) ?? createPool(backend);
  pools.set(backend, pool);
  return pool;
}

interface Waiting {
  readonly order: JobOrder;
  readonly settle: (outcome: Promise<JobOutcome> | JobOutcome) => void;
}

function createPool(backend: ActionsBackend): RunnerPool {
  const members = new Set<PoolMember>();
  const running = new Set<Promise<void>>();
  const concurrency = createConcurrencyGroups();
  const memory: RunMemory = new Map();
  let waiting: Waiting[] = [];
  let unsubscribe: (() => void) | null = null;

  const assign = () => {
    waiting = waiting.filter(({ order, settle }) => {
      if (order.signal.aborted) {
        settle({ conclusion: 'cancelled', outputs: {} });
        return false;
      }
      const member = [...members].find((candidate) => candidate.isIdle() && hasLabels(candidate, order.labels));
      if (member === undefined) {
        return true;
      }
      const outcome = member.take(order);
      outcome.finally(assign).catch(() => {});
      settle(outcome);
      return false;
    });
  };
  const place = (order: JobOrder) =>
    new Promise<JobOutcome>((settle) => {
      waiting.push({ order, settle });
      order.signal.addEventListener('abort', assign);
      assign();
    }).finally(() => order.signal.removeEventListener('abort', assign));

  return {
    join: (member) => {
      members.add(member);
      unsubscribe ??= backend.onRun((run) => {
        const work = executeRun(run, { backend, place, concurrency, memory }).finally(() => running.delete(work));
        running.add(work);
      });
      assign();
    },
    leave: (member) => {
      members.delete(member);
      if (members.size === 0) {
        unsubscribe?.();
        unsubscribe = null;
      }
    },
    idle: async () => {
      while (running.size > 0) {
        await Promise.allSettled(running);
      }
    },
  };
}

function hasLabels(member: PoolMember, labels: readonly string[]): boolean {
  const held = member.labels.map((label) => label.toLowerCase());
  return labels.every((label) => held.includes(label.toLowerCase()));
}
