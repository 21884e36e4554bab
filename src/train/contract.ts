import type { TrainJob } from '../run-plan.ts';

/**
 * The environment variables that a training command is given beside its own environment. Paths are relative to the
 * repository's root, where the command runs; lists are joined by newlines.
 */
export function trainingEnvironment(options: {
  readonly job: TrainJob;
  readonly dataFiles: readonly string[];
  readonly parameterFiles: readonly string[];
  /** A folder that outlives an interrupted attempt where the runner keeps its disk. */
  readonly checkpointFolder: string;
  readonly deadline: Date;
}): Readonly<Record<string, string>> {
  return {
    SISKIN_MODEL: options.job.model,
    SISKIN_DATA: options.dataFiles.join('\n'),
    SISKIN_OUTPUT: options.job.output,
    SISKIN_PARAMETERS: options.parameterFiles.join('\n'),
    SISKIN_SEED: String(options.job.seed),
    SISKIN_CHECKPOINT: options.checkpointFolder,
    SISKIN_DEADLINE: options.deadline.toISOString(),
  };
}

const privateToTheRunner = /^(ACTIONS_|INPUT_|STATE_|GITHUB_(TOKEN|STATE|OUTPUT|ENV|PATH|STEP_SUMMARY)$)/;

/**
 * The runner's environment without what belongs to Siskin's own step: training code is untrusted, and with these
 * variables it could upload artifacts, set outputs or change later steps in our name.
 */
export function untrustedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !privateToTheRunner.test(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
