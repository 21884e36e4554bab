import { z } from 'zod';
import { AppError } from '../../error.ts';
import { Errand, ErrandAnswer } from './errand.ts';

/** The workflow whose one job does errands inside an environment. */
export const errandWorkflow = 'siskin-rollout.yml';

/** The name of that job. */
export const errandJob = 'errands';

/** The artifact in which it leaves its answers. */
export const errandArtifact = 'siskin-rollout-result';
/** The file of that artifact that holds them. */
export const errandFile = 'rollout-result.json';

/** The largest rollout-result.json that is read, in bytes. */
export const errandBytesLimit = 2_000_000;

const id = z.string().min(1).max(200);

/** One errand in a plan. `id` names it in the answer. */
export const PlannedErrand = z.strictObject({
  id,
  model: z.string().max(200),
  /** What the policy says of the platform; null for an errand to a source alone. */
  serving: z.looseObject({ connection: z.string() }).nullable(),
  errand: Errand,
});
export type PlannedErrand = z.infer<typeof PlannedErrand>;

/** The one input `plan` of the dispatched workflow, as JSON. GitHub allows 65 535 characters. */
export const ErrandPlan = z.strictObject({
  schema: z.literal('siskin.errands/v1'),
  claim: z.uuid(),
  /** `owner/name`. */
  repository: z.string().regex(/^[^/\s]+\/[^/\s]+$/),
  environment: z.string().min(1).max(255),
  runner: z.array(z.string()).min(1),
  /** It ends a job of the environment that is under way. */
  isUrgent: z.boolean(),
  /** ISO 8601: nothing is done after this instant. */
  until: z.iso.datetime(),
  errands: z.array(PlannedErrand).min(1),
});
export type ErrandPlan = z.infer<typeof ErrandPlan>;

/** What the job leaves: one answer for each errand of its plan that it came to. */
export const ErrandResult = z.strictObject({
  schema: z.literal('siskin.errand-results/v1'),
  claim: z.uuid(),
  repository: z.string(),
  environment: z.string(),
  run: z.strictObject({ id: z.number().int().positive(), attempt: z.number().int().positive() }),
  answers: z.array(z.strictObject({ id, answer: ErrandAnswer })).max(5000),
});
export type ErrandResult = z.infer<typeof ErrandResult>;

/** Reads the workflow's input `plan`; `bad-input` says what is wrong with it. */
export function parseErrandPlan(text: string): ErrandPlan {
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch {
    plain = null;
  }
  const parsed = ErrandPlan.safeParse(plain);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')}: ${message}`.slice(0, 200));
  throw new AppError(
    'bad-input',
    `expected a plan of schema siskin.errands/v1, found ${said.join('; ')}; only the Siskin App starts this workflow, with an action of its own version`,
  );
}

/** The name that the workflow gives to the run of a claim. */
export function errandRunName(claim: string): string {
  return `siskin rollout ${claim}`;
}

/** The claim in a run's name; null when it is none of these. */
export function claimOfErrands(name: string): string | null {
  return /^siskin rollout ([0-9a-f-]{36})$/.exec(name)?.[1] ?? null;
}
