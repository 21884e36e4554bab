import { type AppOptions, startApp } from '../../../app/server.ts';
import type { Step } from '../../../app/steps.ts';
import type { Repository } from '../../../src/intent.ts';
import { readConnections } from '../../../src/rollout/connections.ts';
import type { RolloutRecord } from '../../../src/rollout/rollout-record.ts';
import type { RolloutEvent } from '../../../src/rollout/states/event.ts';

/** What the App's process is told in its one argument. */
export interface Orders {
  readonly options: Omit<AppOptions, 'clock' | 'onStep'>;
  /** The process kills itself right after the n-th of these steps in its life; n counts from 1. */
  readonly dies: { readonly step: Step['name']; readonly nth: number } | null;
  /** What the operator lets rollouts reach: the text of the file; nothing unless told. */
  readonly connections?: string;
  /** How far the App's time is ahead of the machine's. */
  readonly aheadSeconds: number;
}

/** What it is told later. */
export type Told =
  | { readonly kind: 'time'; readonly aheadSeconds: number }
  | { readonly kind: 'ask-backlog' }
  | { readonly kind: 'request'; readonly rollout: RolloutRecord; readonly repository: Repository }
  | { readonly kind: 'ask-rollout'; readonly id: string };

/** What it tells. */
export type Tells =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'backlog'; readonly waiting: number; readonly failed: number }
  | {
      readonly kind: 'rollout';
      readonly record: RolloutRecord | null;
      readonly events: readonly RolloutEvent[];
      readonly evidence: readonly string[];
    };

// The test that starts this program writes Orders.
const { options, dies, aheadSeconds, connections } = JSON.parse(process.argv[2] ?? '') as Orders;
let ahead = aheadSeconds;
let taken = 0;
const read = readConnections({ text: connections ?? 'connections: {}', file: 'connections.yml', env: process.env });
if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
const app = await startApp({
  ...options,
  connections: read.connections,
  clock: () => new Date(Date.now() + ahead * 1000),
  onStep({ name }) {
    if (name !== dies?.step) return;
    taken += 1;
    if (taken === dies.nth) process.kill(process.pid, 'SIGKILL');
  },
});
process.on('message', async (told: Told) => {
  switch (told.kind) {
    case 'time':
      ahead = told.aheadSeconds;
      break;
    case 'ask-backlog': {
      const backlog = await app.store.readBacklog();
      const waiting = backlog.waitingDeliveries + backlog.waitingEffects;
      tell({ kind: 'backlog', waiting, failed: backlog.failedDeliveries + backlog.failedEffects });
      break;
    }
    case 'request': {
      const changes = [{ kind: 'request-rollout', rollout: told.rollout } as const];
      await app.store.record(told.repository, { changes, effects: [] });
      break;
    }
    case 'ask-rollout':
      tell({
        kind: 'rollout',
        record: await app.store.readRollout(told.id),
        events: await app.store.listRolloutEvents(told.id),
        evidence: await app.store.readEvidence(told.id),
      });
      break;
    default:
      told satisfies never;
  }
});
// A test that ended otherwise must not leave it running.
process.on('disconnect', () => process.exit());
tell({ kind: 'listening', url: app.url });

function tell(tells: Tells): void {
  process.send?.(tells);
}
