import { canonicalJson, digestOf } from '../digest.ts';
import type { Effect } from '../effect.ts';
import { type Look, shortDigest } from '../evaluate/holdout/count-looks.ts';
import type { ModelFacts } from '../facts/model-facts.ts';
import type { RangeFacts } from '../facts/range-facts.ts';
import type { Repository } from '../intent.ts';
import { type EvaluateJob, type ModelSource, type RunPlan, resultArtifact, type TrainJob } from '../run-plan.ts';
import type { RunRecord } from '../store/run-record.ts';
import type { Jobs } from './budget.ts';
import { nextFence } from './fence.ts';
import { isStruck } from './strikes.ts';
import type { RunWork } from './work.ts';

/** A run to be requested, and how. */
export interface RequestedRun {
  readonly run: RunRecord;
  readonly dispatch: Extract<Effect, { readonly kind: 'dispatch-run' }>;
}

/** GitHub takes 65 535 characters for all inputs of a dispatch together. */
const mostPlanCharacters = 60_000;

/** The runs that do all orders: one, or as many as it takes to fit each plan into the input of a workflow. */
export function requestRuns(options: Parameters<typeof requestRun>[0]): readonly RequestedRun[] {
  const { orders } = options;
  if (orders.length === 0) return [];
  const whole = requestRun(options);
  if (orders.length === 1 || JSON.stringify(whole.dispatch.plan).length <= mostPlanCharacters) return [whole];
  const half = Math.ceil(orders.length / 2);
  return [orders.slice(0, half), orders.slice(half)].flatMap((part) => requestRuns({ ...options, orders: part }));
}

/** One model's part of a run to be requested. */
export interface Order {
  readonly facts: ModelFacts;
  readonly work: RunWork;
  /** What the candidate is compared with, where that is not the champion. */
  readonly rival?: ModelSource;
}

/** Where runs are requested: over which commits, and after which earlier runs of the same pull request or branch. */
export interface RunPlace {
  readonly range: RangeFacts;
  readonly runs: readonly RunRecord[];
}

/** What the jobs of an order are told. */
export function jobsOf(order: Order, place: RunPlace): Jobs {
  return { train: trainJob(order, place), evaluate: [evaluateJob(order, place.range)] };
}

/** Of the job that evaluates. */
export const evaluationMinutes = 60;
/** What a training job has beside its command: to fetch the commit and its data before, to save the model after it. */
export const aroundMinutes = 10;
/** GitHub gives up on a job that found no runner after a day. */
const queueMinutes = 24 * 60;

/**
 * The record and the dispatch of one run that does all orders. The claim follows from what is asked for and how often
 * it was asked before, so that the same decision made twice requests one run.
 */
function requestRun(options: {
  readonly repository: Repository;
  readonly number: number | null;
  readonly range: RangeFacts;
  readonly orders: readonly Order[];
  /** The earlier runs of the same pull request or branch. */
  readonly runs: readonly RunRecord[];
  readonly now: string;
  /** To check a commit unless told otherwise. */
  readonly purpose?: RunRecord['purpose'];
}): RequestedRun {
  const { repository, number, range, orders, runs, now, purpose = { kind: 'check' } } = options;
  const models = orders.map(({ facts, work }) => ({
    model: facts.model,
    trainingKey: facts.trainingKey,
    evaluationKey: work.evaluationKey,
    trains: work.trains,
    evaluates: work.candidate.kind !== 'none',
  }));
  const earlier = runs.filter((run) => run.head === range.head).length;
  const claim = claimFor([repository.id, number, range.head, range.base.sha, models, earlier]);
  const jobs = orders.map((order) => jobsOf(order, options));
  const train = jobs.flatMap((job) => job.train);
  const plan: RunPlan = {
    schema: 'siskin.plan/v1',
    claim,
    repository: `${repository.owner}/${repository.name}`,
    head: range.head,
    base: range.base.sha,
    pullRequest: number,
    train,
    evaluate: jobs.flatMap((job) => job.evaluate),
  };
  const minutes = queueMinutes + evaluationMinutes + Math.max(0, ...train.map((job) => job.timeoutMinutes));
  const run: RunRecord = {
    claim,
    repositoryId: repository.id,
    pullRequest: number,
    fence: nextFence(runs, number === null ? championFence(orders) : 0),
    head: range.head,
    base: range.base.sha,
    models,
    state: 'planned',
    runId: null,
    attempt: 1,
    url: null,
    plannedAt: now,
    startedAt: null,
    endedAt: null,
    deadlineAt: new Date(Date.parse(now) + minutes * 60_000).toISOString(),
    stages: [],
    failures: [],
    results: {},
    purpose,
    retryAt: null,
  };
  return { run, dispatch: { kind: 'dispatch-run', workflow: range.policy.workflow, ref: range.defaultBranch, plan } };
}

/** A champion may have been accepted without a run, and what comes after it is newer all the same. */
function championFence(orders: readonly Order[]): number {
  return Math.max(0, ...orders.map(({ facts }) => facts.championFence));
}

function trainJob({ facts, work }: Order, { range, runs }: RunPlace): readonly TrainJob[] {
  const { model, policy, trainingKey } = facts;
  if (work.candidate.kind !== 'trained' || policy.train === undefined) return [];
  const { command, output, seed, parameters } = policy.train;
  const onDemand = policy.train['on-demand-runner'];
  const isLost = runs.some((run) => run.head === range.head && isStruck(run, { model, trainingKey }));
  const own = isLost && onDemand !== undefined ? onDemand : policy.train.runner;
  return [
    {
      model,
      command,
      output,
      runner: range.origin === 'fork' ? range.policy.forks.runner : own,
      timeoutMinutes: Math.ceil(policy.train['timeout-minutes']) + aroundMinutes,
      commandSeconds: policy.train['timeout-minutes'] * 60,
      seed,
      data: policy.data.train,
      parameters: parameters ?? [],
      trainingKey,
      artifact: work.candidate.artifact,
    },
  ];
}

function evaluateJob({ facts, work, rival }: Order, range: RangeFacts): EvaluateJob {
  return {
    model: facts.model,
    runner: range.policy['evaluate-runner'],
    timeoutMinutes: evaluationMinutes,
    candidate: work.candidate,
    champion: rival ?? facts.champion,
    ...looksOf(facts.looks ?? []),
    artifact: resultArtifact(facts.model),
  };
}

const mostHoldouts = 3;
const mostCandidates = 100;

/** What the newest holdouts judged before, as short as a plan must be. */
function looksOf(looks: readonly Look[]): Pick<EvaluateJob, 'looks'> {
  const holdouts = [...new Set(looks.map(({ holdout }) => holdout).toReversed())].slice(0, mostHoldouts);
  if (holdouts.length === 0) return {};
  return {
    looks: holdouts.map((holdout) => {
      const own = looks.filter((look) => look.holdout === holdout).map(({ candidate }) => shortDigest(candidate));
      const candidates = [...new Set(own)];
      const earlier = Math.max(0, candidates.length - mostCandidates);
      return { holdout, candidates: candidates.slice(earlier), earlier };
    }),
  };
}

/** A UUID of version 8 (RFC 9562 §5.8) from the digest of what is claimed. */
function claimFor(content: unknown): string {
  const hex = digestOf(canonicalJson(content)).slice('sha256:'.length);
  // The version takes the place of the 13th digit, the variant (binary 10xx) that of the 17th.
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
