import { type AppOptions, startApp } from '../../../app/server.ts';
import type { Step } from '../../../app/steps.ts';

/** What the App's process is told in its one argument. */
export interface Orders {
  readonly options: Omit<AppOptions, 'clock' | 'onStep'>;
  /** The process kills itself right after the n-th of these steps in its life; n counts from 1. */
  readonly dies: { readonly step: Step['name']; readonly nth: number } | null;
  /** How far the App's time is ahead of the machine's. */
  readonly aheadSeconds: number;
}

/** What it is told later. */
export type Told = { readonly kind: 'time'; readonly aheadSeconds: number } | { readonly kind: 'ask-backlog' };

/** What it tells. */
export type Tells =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'backlog'; readonly waiting: number; readonly failed: number };

// The test that starts this program writes Orders.
const { options, dies, aheadSeconds } = JSON.parse(process.argv[2] ?? '') as Orders;
let ahead = aheadSeconds;
let taken = 0;
const app = await startApp({
  ...options,
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
