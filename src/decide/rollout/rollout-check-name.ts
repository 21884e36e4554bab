import type { RolloutRecord } from '../../rollout/rollout-record.ts';

/** The check run of a rollout, on the commit that was merged. No model's check is called so. */
export function rolloutCheckName({ model, environment }: Pick<RolloutRecord, 'model' | 'environment'>): string {
  return `siskin rollout: ${model} to ${environment}`;
}
