import type { LockRecord } from './decide/lock.ts';
import { type AlertFacts, gatherAlert } from './facts/alert-facts.ts';
import { type CloseFacts, gatherClose } from './facts/close-facts.ts';
import { type CommandFacts, gatherCommand } from './facts/command-facts.ts';
import { type ErrandFacts, gatherErrands } from './facts/errand-facts.ts';
import { type GateFacts, gatherGate } from './facts/gate-facts.ts';
import { gatherMergedReleases, type MergedReleaseFacts } from './facts/merged-release-facts.ts';
import { gatherOnboard, type OnboardFacts } from './facts/onboard-facts.ts';
import { gatherPress, type PressFacts } from './facts/press-facts.ts';
import { gatherProposal, type ProposalFacts } from './facts/proposal-facts.ts';
import { gatherPull, type PullFacts } from './facts/pull-facts.ts';
import { gatherPush, type PushFacts } from './facts/push-facts.ts';
import { gatherRecheck, type RecheckFacts } from './facts/recheck-facts.ts';
import { gatherReconcile, type ReconcileFacts } from './facts/reconcile-facts.ts';
import {
  gatherQueueCheck,
  gatherReleaseCheck,
  gatherReleasePulls,
  type ReleaseCheckFacts,
} from './facts/release-check-facts.ts';
import { gatherOffer } from './facts/release-offer-facts.ts';
import { gatherRollout, type RolloutFacts } from './facts/rollout-facts.ts';
import { gatherRun, gatherShownRun, type RunFacts, type ShownRun } from './facts/run-facts.ts';
import { gatherShownHolds, gatherThaw, type ShownHolds, type ThawFacts } from './facts/settle-facts.ts';
import { gatherRetry, gatherWatch, type RetryFacts, type WatchFacts } from './facts/watch-facts.ts';
import type { Intent } from './intent.ts';
import type { ReleaseReader } from './ports/release-reader.ts';
import type { GithubReader, StoreReader, TokenReader } from './ports.ts';

type Of<Kind extends Intent['kind']> = Extract<Intent, { readonly kind: Kind }>;

/** An intent with all that deciding about it needs to know. Null where what it is about does not matter any more. */
export type Question =
  | { readonly kind: 'check-pull-request'; readonly intent: Of<'check-pull-request'>; readonly facts: PullFacts | null }
  | {
      readonly kind: 'close-pull-request';
      readonly intent: Of<'close-pull-request'>;
      readonly facts: CloseFacts | null;
    }
  | { readonly kind: 'check-push'; readonly intent: Of<'check-push'>; readonly facts: PushFacts }
  | { readonly kind: 'recheck'; readonly intent: Of<'recheck'>; readonly facts: RecheckFacts }
  | { readonly kind: 'press'; readonly intent: Of<'press'>; readonly facts: PressFacts }
  | { readonly kind: 'observe-run'; readonly intent: Of<'observe-run'>; readonly facts: RunFacts | null }
  | { readonly kind: 'show-run'; readonly intent: Of<'show-run'>; readonly facts: ShownRun | null }
  | { readonly kind: 'watch-run'; readonly intent: Of<'watch-run'>; readonly facts: WatchFacts | null }
  | { readonly kind: 'retry-run'; readonly intent: Of<'retry-run'>; readonly facts: RetryFacts | null }
  | { readonly kind: 'obey'; readonly intent: Of<'obey'>; readonly facts: CommandFacts }
  | {
      readonly kind: 'settle-locks';
      readonly intent: Of<'settle-locks'>;
      readonly facts: { readonly locks: readonly LockRecord[]; readonly now: string };
    }
  | {
      readonly kind: 'propose-release';
      readonly intent: Of<'propose-release'>;
      readonly facts: ProposalFacts;
    }
  | {
      readonly kind: 'release-champion';
      readonly intent: Of<'release-champion'>;
      readonly facts: Awaited<ReturnType<typeof gatherOffer>>;
    }
  | { readonly kind: 'check-release'; readonly intent: Of<'check-release'>; readonly facts: ReleaseCheckFacts | null }
  | { readonly kind: 'check-queue'; readonly intent: Of<'check-queue'>; readonly facts: ReleaseCheckFacts }
  | {
      readonly kind: 'observe-releases';
      readonly intent: Of<'observe-releases'>;
      readonly facts: MergedReleaseFacts;
    }
  | {
      readonly kind: 'recheck-releases';
      readonly intent: Of<'recheck-releases'>;
      readonly facts: Awaited<ReturnType<typeof gatherReleasePulls>>;
    }
  | {
      readonly kind: 'show-rollout';
      readonly intent: Of<'show-rollout'>;
      readonly facts: RolloutFacts | null;
    }
  | { readonly kind: 'observe-gate'; readonly intent: Of<'observe-gate'>; readonly facts: GateFacts | null }
  | { readonly kind: 'run-errands'; readonly intent: Of<'run-errands'>; readonly facts: ErrandFacts | null }
  | { readonly kind: 'heed-alert'; readonly intent: Of<'heed-alert'>; readonly facts: AlertFacts }
  | { readonly kind: 'show-holds'; readonly intent: Of<'show-holds'>; readonly facts: ShownHolds }
  | { readonly kind: 'thaw'; readonly intent: Of<'thaw'>; readonly facts: ThawFacts }
  | { readonly kind: 'onboard'; readonly intent: Of<'onboard'>; readonly facts: OnboardFacts }
  | { readonly kind: 'reconcile'; readonly intent: Of<'reconcile'>; readonly facts: ReconcileFacts };

/** Reads what deciding about an intent needs; `now` is ISO 8601 and the only clock. AppError when it cannot be read. */
export async function gather(
  intent: Intent,
  ports: {
    readonly github: GithubReader;
    readonly tokens: TokenReader;
    readonly releases: ReleaseReader;
    readonly store: StoreReader;
    readonly now: string;
  },
): Promise<Question> {
  const { now } = ports;
  const { kind } = intent;
  switch (kind) {
    case 'check-pull-request':
      return { kind, intent, facts: await gatherPull(intent.repository, { ...intent, now }, ports) };
    case 'close-pull-request':
      return { kind, intent, facts: await gatherClose(intent, now, ports) };
    case 'check-push':
      return { kind, intent, facts: await gatherPush(intent, now, ports) };
    case 'recheck':
      return { kind, intent, facts: await gatherRecheck(intent, now, ports) };
    case 'press':
      return { kind, intent, facts: await gatherPress(intent, ports) };
    case 'observe-run':
      return { kind, intent, facts: await gatherRun(intent, now, ports) };
    case 'show-run':
      return { kind, intent, facts: await gatherShownRun(intent, now, ports) };
    case 'watch-run':
      return { kind, intent, facts: await gatherWatch(intent, now, ports) };
    case 'retry-run':
      return { kind, intent, facts: await gatherRetry(intent, now, ports) };
    case 'obey':
      return { kind, intent, facts: await gatherCommand(intent, now, ports) };
    case 'settle-locks':
      return { kind, intent, facts: { locks: await ports.store.listLocks(intent.repository.id), now } };
    case 'observe-gate':
      return { kind, intent, facts: await gatherGate(intent, ports) };
    case 'run-errands':
      return { kind, intent, facts: await gatherErrands(intent, now, ports) };
    case 'heed-alert':
      return { kind, intent, facts: await gatherAlert(intent, now, ports) };
    case 'propose-release':
      return { kind, intent, facts: await gatherProposal(intent, now, ports) };
    case 'release-champion':
      return { kind, intent, facts: await gatherOffer(intent, ports) };
    case 'check-release':
      return { kind, intent, facts: await gatherReleaseCheck(intent, now, ports) };
    case 'check-queue':
      return { kind, intent, facts: await gatherQueueCheck(intent, now, ports) };
    case 'observe-releases':
      return { kind, intent, facts: await gatherMergedReleases(intent, now, ports) };
    case 'recheck-releases':
      return { kind, intent, facts: await gatherReleasePulls(intent, ports) };
    case 'show-rollout':
      return { kind, intent, facts: await gatherRollout(intent, now, ports) };
    case 'show-holds':
      return { kind, intent, facts: await gatherShownHolds(intent, now, ports) };
    case 'thaw':
      return { kind, intent, facts: await gatherThaw(intent, now, ports) };
    case 'onboard':
      return { kind, intent, facts: await gatherOnboard(intent, ports) };
    case 'reconcile':
      return { kind, intent, facts: await gatherReconcile(intent, now, ports) };
    default:
      return kind satisfies never;
  }
}
