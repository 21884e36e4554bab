import { AppError } from '../src/error.ts';
import { type EvaluateJob, parseRunPlan, type RunPlan, type TrainJob } from '../src/run-plan.ts';

/** The plan and the one job of it that a matrix leg is about. Throws `bad-input` when the plan has no such job. */
export function jobOf<Kind extends 'train' | 'evaluate'>(
  kind: Kind,
  input: { readonly plan: string; readonly model: string },
): { readonly plan: RunPlan; readonly job: Kind extends 'train' ? TrainJob : EvaluateJob } {
  const plan = parseRunPlan(input.plan);
  const jobs: readonly (TrainJob | EvaluateJob)[] = plan[kind];
  const job = jobs.find((one) => one.model === input.model);
  if (job === undefined) {
    const known = jobs.map((one) => one.model).join(', ') || 'none';
    throw new AppError(
      'bad-input',
      `expected a model of the plan's ${kind} jobs (${known}), found \`${input.model}\`; pass model: \${{ matrix.job.model }}`,
    );
  }
  // The array was chosen by `kind`, which the compiler cannot follow into the conditional type.
  return { plan, job: job as Kind extends 'train' ? TrainJob : EvaluateJob };
}
