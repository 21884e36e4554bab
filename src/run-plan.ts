import { z } from 'zod';
import { AppError } from './error.ts';
import { ModelName } from './policy/policy.ts';

const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** Where a model to be evaluated comes from. `file` is read from the checkout of `head` (candidate) or `base` (champion). */
export const ModelSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trained'), artifact: z.string().max(200) }),
  z.strictObject({ kind: z.literal('file'), path: z.string().max(500) }),
  z.strictObject({
    kind: z.literal('artifact'),
    runId: z.number().int().positive(),
    artifact: z.string().max(200),
    digest: z.string().max(80),
  }),
  z.strictObject({ kind: z.literal('none'), reason: z.string().max(300) }),
]);
export type ModelSource = z.infer<typeof ModelSource>;

/** One training of one model: what job `train` of the workflow is told. It comes from the base branch's policy. */
export const TrainJob = z.strictObject({
  model: ModelName,
  command: z.string().min(1).max(4000),
  output: z.string().min(1).max(500),
  runner: z.array(z.string()).min(1),
  /** Of the whole job, which also fetches the commit and saves the model. */
  timeoutMinutes: z.number().int().positive(),
  /** Of the command alone. */
  commandSeconds: z.number().positive(),
  seed: z.number().int().nonnegative(),
  data: z.array(z.string()),
  parameters: z.array(z.string()),
  trainingKey: z.string().nullable(),
  /** Name of the artifact that holds the model: `siskin-model-<model>`. */
  artifact: z.string().max(200),
});
export type TrainJob = z.infer<typeof TrainJob>;

/** One evaluation of one model: what job `evaluate` is told. Everything else it reads from the policy at `base`. */
export const EvaluateJob = z.strictObject({
  model: ModelName,
  runner: z.array(z.string()).min(1),
  timeoutMinutes: z.number().int().positive(),
  candidate: ModelSource,
  champion: ModelSource,
  /** What holdouts judged of this model before, oldest first; absent when that is nothing. */
  looks: z
    .array(
      z.strictObject({
        holdout: z.string().max(80),
        /** The beginnings of the candidates' digests, and how many there were before them. */
        candidates: z.array(z.string().max(20)).max(100),
        earlier: z.number().int().nonnegative(),
      }),
    )
    .max(5)
    .optional(),
  /** Name of the artifact that holds result.json and report.html: `siskin-result-<model>`. */
  artifact: z.string().max(200),
});
export type EvaluateJob = z.infer<typeof EvaluateJob>;

/**
 * The one input `plan` of the dispatched workflow, as JSON. GitHub allows 65 535 characters. The workflow runs from the
 * default branch; `head` is data: each job checks that the commit it holds is this one.
 */
export const RunPlan = z.strictObject({
  schema: z.literal('siskin.plan/v1'),
  /** Our id for this requested run (a UUID). It is in the run's name and comes back in every result. */
  claim: z.uuid(),
  repository: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  head: Sha,
  /** The commit of the base branch whose policy and holdout judge this run. */
  base: Sha,
  pullRequest: z.number().int().positive().nullable(),
  train: z.array(TrainJob),
  evaluate: z.array(EvaluateJob).min(1),
});
export type RunPlan = z.infer<typeof RunPlan>;

/** The name that the workflow gives to the run of a claim; the fall-back by which a dispatched run is found. */
export function runName(claim: string): string {
  return `siskin ${claim}`;
}

/**
 * Reads the workflow's input `plan`. Throws `bad-input` that names every part that is not as it must be: the plan is
 * written by the App, so a bad one means that a person or another program dispatched the workflow.
 */
export function parseRunPlan(text: string): RunPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected the input \`plan\` to be JSON, found ${JSON.stringify(text.slice(0, 60))}; let the App dispatch this workflow`,
      { cause },
    );
  }
  const parsed = RunPlan.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'plan'}: ${issue.message}`).join('; ');
  throw new AppError(
    'bad-input',
    `expected a plan of schema siskin.plan/v1, found ${problems}; let the App dispatch this workflow, and update the workflow file with \`siskin init\``,
  );
}

/** The claim in a run's name, or null when the run is not one of ours. */
export function claimOf(name: string): string | null {
  const claim = name.startsWith('siskin ') ? name.slice('siskin '.length) : '';
  return z.uuid().safeParse(claim).success ? claim : null;
}

/** The artifact that holds the model which job `train` made, and its training.json. */
export function modelArtifact(model: string): string {
  return `siskin-model-${model}`;
}

/**
 * The artifact in which a training tells at its start what an earlier attempt had saved: its digest is in the name, so
 * that nothing of it need be downloaded.
 */
export function checkpointArtifact(model: string, digest: string): string {
  return `siskin-checkpoint-${model}.${digest.replace('sha256:', '').slice(0, 16)}`;
}

/** The digest in the name of a model's checkpoint artifact; null when it is none. */
export function checkpointIn(name: string, model: string): string | null {
  const prefix = `siskin-checkpoint-${model}.`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : null;
}

/** The artifact that holds result.json and report.html of one model. */
export function resultArtifact(model: string): string {
  return `siskin-result-${model}`;
}
