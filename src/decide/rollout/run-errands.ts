import type { Effect, Plan, StateChange } from '../../effect.ts';
import type { ErrandFacts } from '../../facts/errand-facts.ts';
import { answers, type ErrandAnswer } from '../../rollout/errands/errand.ts';
import { type ErrandPlan, errandWorkflow } from '../../rollout/errands/errand-plan.ts';
import { nextJob } from '../../rollout/errands/next-job.ts';
import { emptyPlan } from '../plans.ts';

/**
 * Ends a job that is over or lost, and starts the next one of the environment. What a lost job was to write is not known
 * to be so: its rollouts hear that it failed, and write again with a higher fence.
 */
export function runErrands(facts: ErrandFacts | null): Plan {
  if (facts === null) return emptyPlan;
  const { open, ended, environment, queued, now } = facts;
  const changes: StateChange[] = [];
  const effects: Effect[] = [];
  const isLost = open !== null && ended === null && Date.parse(now) > Date.parse(open.until) + lateMilliseconds;
  const isOver = open !== null && (ended !== null || isLost);
  if (isOver) {
    const given = ended?.kind === 'answers' ? ended.answers : [];
    const reason =
      ended === null
        ? `expected a job on a runner to end by ${open.until}, found that it has not`
        : ended.kind === 'none'
          ? ended.reason
          : 'expected an answer to each errand, found none to this one';
    changes.push({
      kind: 'end-errands',
      claim: open.claim,
      answers: given.filter(isAnswer),
      otherwise: failure(reason),
    });
  }
  if (facts.isWatch && open !== null && !isOver) changes.push(lookLater(facts, open.claim));
  const next = nextJob(queued, isOver ? null : open);
  if (open !== null && (isLost || (next !== null && !isOver))) {
    if (!isOver) changes.push({ kind: 'end-errands', claim: open.claim, answers: [], otherwise: null });
    if (open.runId !== null) effects.push({ kind: 'cancel-errands', claim: open.claim, runId: open.runId });
  }
  const [first] = next?.errands ?? [];
  if (next === null || first === undefined) return { changes, effects };
  const { freshClaim: claim, repository } = facts;
  const until = new Date(Date.parse(now) + (next.isUrgent ? urgentMilliseconds : mostMilliseconds)).toISOString();
  const plan: ErrandPlan = {
    schema: 'siskin.errands/v1',
    claim,
    repository: `${repository.owner}/${repository.name}`,
    environment,
    runner: [...next.runner],
    isUrgent: next.isUrgent,
    until,
    errands: next.errands.map(({ id, model, serving, errand }) => ({ id, model, serving, errand })),
  };
  const job = { claim, runId: null, isUrgent: next.isUrgent, begunAt: now, until };
  changes.push({ kind: 'begin-errands', environment, job, errands: next.errands.map(({ id }) => id) });
  changes.push(lookLater(facts, claim));
  const rollout = first.id.split('/')[0] ?? '';
  effects.push({ kind: 'dispatch-errands', rollout, workflow: errandWorkflow, branch: facts.branch, plan });
  return { changes, effects };
}

/** GitHub tells of the end of a run, and may fail to. */
function lookLater({ repository }: ErrandFacts, claim: string): StateChange {
  return { kind: 'ask', intent: { kind: 'run-errands', repository, of: { claim } }, afterSeconds: lookSeconds };
}

const lookSeconds = 60;

/** So long a job may wait for a runner and work. */
const mostMilliseconds = 900_000;
/** Traffic that has to go back is asked for again sooner. */
const urgentMilliseconds = 300_000;
/** A job that was begun in time may still be at work, and its answers on their way. */
const lateMilliseconds = 120_000;

/** The key in an id says what kind of errand it is, and so what answers it. */
function isAnswer({ id, answer }: { readonly id: string; readonly answer: ErrandAnswer }): boolean {
  const kind = /^[^/]+\/(probe|observe|apply|measure)(?::|$)/.exec(id)?.[1];
  return kind !== undefined && answers({ kind: kind as Parameters<typeof answers>[0]['kind'] }, answer);
}

function failure(reason: string): ErrandAnswer {
  return { kind: 'refused', code: 'unavailable', message: reason.slice(0, 2000), observed: null };
}
