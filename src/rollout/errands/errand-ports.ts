import { canonicalJson, digestOf } from '../../digest.ts';
import { AppError } from '../../error.ts';
import type { MetricSource } from '../../ports/metric-source.ts';
import type { Observed, ServingPlatform } from '../../ports/serving.ts';
import type { RolloutRecord } from '../rollout-record.ts';
import { elapsed } from '../states/grid.ts';
import type { Errand, ErrandAnswer, ErrandWish, KnownErrand } from './errand.ts';

/** The two ports of a rollout whose work is done on a runner, and what they could not answer from what is known. */
export interface ErrandPorts {
  readonly platform: ServingPlatform;
  readonly source: (connection: string) => MetricSource;
  /** What is to be asked of a job; grows as the ports are called. */
  readonly wanted: readonly ErrandWish[];
  /** The highest fence of an earlier write of which it is not known whether it still comes; null when there is none. */
  readonly astray: number | null;
}

/**
 * Ports that answer from errands that were done. What was not done yet is an AppError `under-way`, from every method, and
 * is wanted; no state is ever told that was not read back.
 */
export function errandPorts(
  record: Pick<RolloutRecord, 'sequence' | 'state' | 'weight' | 'policy'>,
  { known, now }: { readonly known: readonly KnownErrand[]; readonly now: string },
): ErrandPorts {
  const byKey = new Map(known.map((errand) => [errand.key, errand]));
  const wanted: ErrandWish[] = [];
  /** What was seen right after the write of this act. */
  let after: Observed | null = null;

  function ask(wish: ErrandWish, isGood: (errand: KnownErrand) => boolean = () => true): ErrandAnswer {
    const found = byKey.get(wish.key);
    if (found !== undefined && found.answer !== null && isGood(found)) return found.answer;
    wanted.push(wish);
    const since = found?.answer === null ? found.sentAt : null;
    const what = since === null ? 'a job on a runner is to be asked' : `a job on a runner is under way since ${since}`;
    throw new AppError('under-way', `expected an answer to ${wish.errand.kind}, found that ${what}; it is awaited`);
  }

  function isFresh(errand: KnownErrand | undefined): boolean {
    if (errand === undefined || errand.answer === null) return false;
    const hasFailed = errand.answer.kind === 'refused';
    const at = hasFailed ? errand.answeredAt : errand.sentAt;
    const mostAge = Math.max(leastAge, 2000 * record.policy['interval-seconds']);
    return at !== null && elapsed(at, now) < (hasFailed ? retryMilliseconds : mostAge);
  }

  const platform: ServingPlatform = {
    async probe() {
      // Whoever asks what it can do wants to know next what it serves: one journey answers both.
      if (!isFresh(byKey.get(observeKey))) wanted.push(wishOf(observeKey, { kind: 'observe' }));
      const answer = ask(wishOf(`probe:${record.sequence}`, { kind: 'probe' }));
      return answer.kind === 'probed' ? answer.capability : refuse(answer);
    },
    async apply(traffic) {
      const isUrgent = ['rolling-back', 'failed'].includes(record.state.kind) || traffic.weight < record.weight;
      // Each event that is written makes it another wish: what failed, or was not true yet, is tried again.
      const answer = ask({ key: `${applyKey}${record.sequence}`, errand: { kind: 'apply', traffic }, isUrgent });
      if (answer.kind === 'observed' || answer.kind === 'refused') after = answer.observed;
      if (answer.kind !== 'observed') refuse(answer);
    },
    async observe() {
      if (after !== null) return after;
      const answer = ask(wishOf(observeKey, { kind: 'observe' }), isFresh);
      return answer.kind === 'observed' ? answer.observed : refuse(answer);
    },
  };

  return {
    platform,
    wanted,
    astray: known.reduce<number | null>((most, { key, fence, sentAt, answer }) => {
      const isAstray = fence !== null && sentAt !== null && answer === null && key !== `${applyKey}${record.sequence}`;
      return isAstray ? Math.max(most ?? 0, fence) : most;
    }, null),
    source: (connection) => ({
      // What an operator's connection can measure is seen by the job; a wrong one is a failed measurement.
      check: async () => [],
      async measure(question) {
        const errand = { kind: 'measure', connection, question } as const;
        const isGood = ({ answer, answeredAt }: KnownErrand) => {
          const hasFailed =
            answer?.kind === 'refused' || (answer?.kind === 'measured' && answer.measured.kind === 'failed');
          return !hasFailed || (answeredAt !== null && elapsed(answeredAt, now) < retryMilliseconds);
        };
        const answer = ask(wishOf(`measure:${digestOf(canonicalJson(errand))}`, errand), isGood);
        if (answer.kind === 'measured') return answer.measured;
        return {
          kind: 'failed',
          reason: answer.kind === 'refused' ? answer.message : 'the job answered something else',
        };
      },
    }),
  };
}

/** The key of what a service was last seen to serve; a write that was read back is kept there as well. */
export const observeKey = 'observe';
/** Only the newest wish of a rollout that begins so is carried out. */
export const applyKey = 'apply:';

/** So old may be what a service was last seen to serve when it is only looked at. */
const leastAge = 120_000;
/** So long a failure is believed before it is tried again. */
const retryMilliseconds = 4000;

function wishOf(key: string, errand: Errand): ErrandWish {
  return { key, errand, isUrgent: false };
}

function refuse(answer: ErrandAnswer): never {
  if (answer.kind === 'refused') throw new AppError(answer.code, answer.message);
  throw new AppError('unavailable', `expected another answer of the job than ${answer.kind}; it is asked again`);
}
