import type { ServedModel } from '../../ports/serving.ts';
import { isEnded, type RolloutRecord } from '../../rollout/rollout-record.ts';

/** One service: a model in an environment. */
export interface Service {
  readonly model: string;
  readonly environment: string;
}

/** Whether a rollout is of a service; null stands for all. */
export function isOf(
  { model, environment }: RolloutRecord,
  wanted: { readonly model: string | null; readonly environment: string | null },
): boolean {
  return (wanted.model ?? model) === model && (wanted.environment ?? environment) === environment;
}

/** The rollout of a service in which something is left to be done; null when there is none. `rollouts` are newest first. */
export function runningOf(rollouts: readonly RolloutRecord[], service: Service): RolloutRecord | null {
  return rollouts.find((one) => isOf(one, service) && !isEnded(one.state)) ?? null;
}

/** The rollout that brought what serves now; null when none did. `rollouts` are newest first. */
export function servingOf(rollouts: readonly RolloutRecord[], service: Service): RolloutRecord | null {
  return rollouts.find((one) => isOf(one, service) && one.state.kind === 'succeeded') ?? null;
}

/**
 * What served before what serves now, going back over returns: a version that was left by a rollback is not gone back to.
 * Null when nothing did.
 */
export function servedBefore(rollouts: readonly RolloutRecord[], service: Service): ServedModel | null {
  const succeeded = rollouts.filter((one) => isOf(one, service) && one.state.kind === 'succeeded').toReversed();
  const [first] = succeeded;
  const stack: ServedModel[] = first?.previous == null ? [] : [first.previous];
  for (const { atOnce, release } of succeeded) {
    const known = atOnce === true ? stack.findLastIndex(({ digest }) => digest === release.digest) : -1;
    if (known >= 0) stack.length = known + 1;
    else stack.push(release);
  }
  return stack.at(-2) ?? null;
}

/** A version that a service served, the newest of that name; null when it never did. */
export function versionServed(
  rollouts: readonly RolloutRecord[],
  service: Service,
  version: string,
): { readonly model: ServedModel; readonly isRejected: boolean } | null {
  const own = rollouts.filter((one) => isOf(one, service));
  const known = own.flatMap(({ release, previous, state }) => [
    ...(previous === null ? [] : [previous]),
    ...(state.kind === 'succeeded' ? [release] : []),
  ]);
  const model = known.find((one) => one.version === version);
  if (model === undefined) return null;
  const isBad = (one: RolloutRecord) => one.state.kind === 'rolled-back' && one.release.digest === model.digest;
  const wasLeft = (one: RolloutRecord) => one.atOnce === true && one.previous?.digest === model.digest;
  const newest = own.find((one) => one.release.digest === model.digest || wasLeft(one));
  return { model, isRejected: newest !== undefined && (isBad(newest) || wasLeft(newest)) };
}
