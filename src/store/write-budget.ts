import type { Effect } from '../effect.ts';

/** How many requests an effect makes that change something, and whether they create content that people read. */
export interface WriteCost {
  readonly requests: number;
  /** `content` is what GitHub allows least of; `decisive` is what a training waits for and is never held back by us. */
  readonly kind: 'content' | 'other' | 'decisive';
}

/**
 * GitHub lets an installation create content 80 times a minute and 500 times an hour, and make requests worth 900
 * points a minute, of which one that changes something costs five and one that reads one:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
export const githubWriteLimits = {
  contentPerMinute: 80,
  contentPerHour: 500,
  /** 600 of the 900 points; the others are for reading. */
  requestsPerMinute: 120,
} as const satisfies WriteLimits;

/** The most that is written in any minute, and in any hour. */
export interface WriteLimits {
  readonly contentPerMinute: number;
  readonly contentPerHour: number;
  readonly requestsPerMinute: number;
}

/** What is known of the writes of an installation. Instants are milliseconds since 1970, oldest first, one for each request. */
export interface WriteLog {
  /** Requests of the last `hour` that created content. */
  readonly content: readonly number[];
  /** All requests of the last `minute` that changed something. */
  readonly requests: readonly number[];
  /** Requests, of content and of all, of effects that have waited longer than this one. */
  readonly ahead: { readonly content: number; readonly requests: number };
}

/** What an effect costs at most. */
export function costOf(effect: Effect): WriteCost {
  switch (effect.kind) {
    case 'dispatch-run':
    case 'cancel-run':
    case 'force-cancel-run':
    case 'rerun-failed-jobs':
    case 'dispatch-gate':
    case 'dispatch-errands':
    case 'cancel-errands':
      return { requests: 1, kind: 'decisive' };
    case 'publish-check':
      // 50 annotations fit into a request.
      return { requests: Math.max(1, Math.ceil(effect.check.annotations.length / 50)), kind: 'other' };
    case 'react':
      return { requests: 1, kind: 'other' };
    case 'publish-deployment':
      // The deployment and its status.
      return { requests: 2, kind: 'other' };
    case 'tag-release':
    case 'save-evidence':
      // Two tags of two requests each; a tree, a commit and a branch.
      return { requests: 4, kind: 'other' };
    case 'publish-comment':
    case 'publish-rollout-comment':
    case 'open-issue':
    case 'reply':
      return { requests: 1, kind: 'content' };
    case 'store-artifact':
    case 'register-release':
      // A release and its asset; a tag and its object, and the release made public.
      return { requests: 3, kind: 'other' };
    case 'propose-release':
    case 'open-pull-request':
      // A tree, a commit, a branch and the pull request.
      return { requests: 4, kind: 'content' };
    case 'open-revert':
      // These, and merging it.
      return { requests: 6, kind: 'content' };
    default:
      return effect satisfies never;
  }
}

/**
 * The milliseconds after which these writes have room, 0 for now: first come, first served, and never more in any
 * minute or hour than the limits. A wait may turn out too short when others did not take their turn as expected; it is
 * asked again then.
 */
export function waitForRoom(
  cost: WriteCost,
  { log, limits, now }: { readonly log: WriteLog; readonly limits: WriteLimits; readonly now: number },
): number {
  if (cost.kind === 'decisive') return 0;
  const inMinute = { times: log.requests, ahead: log.ahead.requests, most: limits.requestsPerMinute, length: minute };
  const ofContent = { times: log.content, ahead: log.ahead.content };
  const windows = [
    inMinute,
    ...(cost.kind === 'content'
      ? [
          { ...ofContent, most: limits.contentPerMinute, length: minute },
          { ...ofContent, most: limits.contentPerHour, length: hour },
        ]
      : []),
  ];
  return Math.max(0, ...windows.map((window) => waitIn(window, { requests: cost.requests, now })));
}

function waitIn(
  window: { readonly times: readonly number[]; readonly ahead: number; readonly most: number; readonly length: number },
  { requests, now }: { readonly requests: number; readonly now: number },
): number {
  const recent = window.times.filter((at) => at > now - window.length);
  // More than a whole window can hold goes when the window is empty.
  const excess = recent.length + window.ahead + Math.min(requests, window.most) - window.most;
  if (excess <= 0) return 0;
  // So many must leave the window first; those that wait before this one will leave it a whole window after they came.
  const laps = Math.floor((excess - 1) / window.most);
  const last = recent[excess - 1 - laps * window.most] ?? now;
  return last + (laps + 1) * window.length - now;
}

/** A request may reach GitHub some seconds after it was let go, and the next ones faster. */
const slack = 5000;
/** The window of a minute, in milliseconds. */
export const minute = 60_000 + slack;
/** The window of an hour, in milliseconds. */
export const hour = 3_600_000 + slack;
