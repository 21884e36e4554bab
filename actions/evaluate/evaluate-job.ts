import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AppError, messageOf } from '../../src/error.ts';
import type { Look } from '../../src/evaluate/holdout/count-looks.ts';
import { type Measured, measureModel } from '../../src/measure.ts';
import { type ModelPolicy, policyPath } from '../../src/policy/policy.ts';
import { runningSoftware } from '../../src/report/software.ts';
import type { Result } from '../../src/result.ts';
import type { EvaluateJob, RunPlan } from '../../src/run-plan.ts';
import { profileCache } from '../profile-cache.ts';
import { modelOf, readPolicy } from '../read-policy.ts';
import { type FoundModel, findModel } from './model-path.ts';

/** Measures one model of a plan and binds what was measured to the plan's claim, its commits and this run. */
export async function evaluateJob(options: {
  readonly plan: RunPlan;
  readonly job: EvaluateJob;
  readonly basePath: string;
  readonly headPath: string;
  readonly token: string;
  readonly run: { readonly id: number; readonly attempt: number };
  readonly onProgress: (line: string) => void;
}): Promise<{ readonly policy: ModelPolicy; readonly result: Result }> {
  const { plan, job } = options;
  const started = performance.now();
  refuseOtherCommit(options.basePath, plan.base);
  refuseOtherCommit(options.headPath, plan.head);
  const policy = modelOf(readPolicy(join(options.basePath, policyPath)), job.model);
  const failures: Result['failures'] = [];
  const found = async (who: 'candidate' | 'champion', checkout: string): Promise<FoundModel> => {
    try {
      return await findModel(job[who], { checkout, repository: plan.repository, token: options.token });
    } catch (thrown) {
      const part = job[who].kind === 'trained' ? 'training' : 'evaluation';
      failures.push({
        part,
        code: thrown instanceof AppError ? thrown.code : 'world-broken',
        message: `${who}: ${messageOf(thrown)}`.slice(0, 2000),
      });
      return { path: null, training: null };
    }
  };
  const candidate = await found('candidate', options.headPath);
  const champion = await found('champion', options.basePath);
  if (candidate.training !== null && candidate.path === null) failures.push(trainingFailure(candidate.training));
  const measured = await measureModel({
    policy,
    baseRoot: options.basePath,
    headRoot: options.headPath,
    candidate: candidate.path,
    champion: champion.path,
    looks: looksOf(job),
    cache: profileCache(),
    onProgress: options.onProgress,
  });
  const exchanged = exchangedModels(job, measured);
  failures.push(...exchanged);
  const result: Result = {
    schema: 'siskin.result/v1',
    claim: plan.claim,
    repository: plan.repository,
    head: plan.head,
    base: plan.base,
    model: job.model,
    run: options.run,
    finishedAt: new Date().toISOString(),
    seconds: (performance.now() - started) / 1000,
    software: runningSoftware(),
    training: candidate.training,
    ...measured,
    evaluation: exchanged.length === 0 ? measured.evaluation : null,
    failures: [...failures, ...measured.failures],
  };
  return { policy, result };
}

/** What the plan says of earlier looks; those that it only counts have names of their own. */
function looksOf({ looks = [] }: EvaluateJob): readonly Look[] {
  return looks.flatMap(({ holdout, candidates, earlier }) => [
    ...Array.from({ length: earlier }, (_, at) => ({ holdout, candidate: `earlier ${at + 1}` })),
    ...candidates.map((candidate) => ({ holdout, candidate })),
  ]);
}

function refuseOtherCommit(path: string, commit: string): void {
  const found = execFileSync('git', ['-C', path, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  if (found !== commit)
    throw new AppError(
      'conflict',
      `expected the checkout in \`${path}\` to be at ${commit}, found ${found}; update the workflow file with \`siskin init\``,
    );
}

/** The artifact of an earlier run must hold the bytes that were measured then: a comparison of anything else says nothing. */
function exchangedModels(job: EvaluateJob, { evaluation }: Measured): readonly Result['failures'][number][] {
  const remedies = { candidate: 'type `/train`', champion: 'push to the default branch to train a new one' } as const;
  return (['candidate', 'champion'] as const).flatMap((who) => {
    const [asked, found] = [job[who], evaluation?.[who] ?? null];
    if (asked.kind !== 'artifact' || found === null || found.digest === asked.digest) return [];
    const message = `expected the ${who} to have the digest ${asked.digest}, found ${found.digest}: its artifact was exchanged after it was measured; ${remedies[who]}`;
    return [{ part: 'evaluation' as const, code: 'conflict', message }];
  });
}

function trainingFailure(training: NonNullable<Result['training']>): Result['failures'][number] {
  const end = training.signal === null ? `exit code ${training.exitCode}` : `signal ${training.signal}`;
  const seconds = training.seconds.toFixed(0);
  if (training.outcome === 'timed-out') {
    const message = `expected \`${training.command}\` to end within its time, found it still running after ${seconds} s; raise \`timeout-minutes\` or train less, the log's last lines are below`;
    return { part: 'training', code: training.outcome, message };
  }
  return {
    part: 'training',
    code: training.outcome,
    message: `expected \`${training.command}\` to write a model, found: ${training.outcome} (${end}) after ${seconds} s; the log's last lines are below`,
  };
}
