import { commandsIn } from '../src/command/parse.ts';
import type { Effect, Plan } from '../src/effect.ts';
import type { Intent, Repository } from '../src/intent.ts';
import type { Result } from '../src/result.ts';
import { run } from '../src/run.ts';
import { type RunPlan, resultArtifact, runName } from '../src/run-plan.ts';
import type { RunRecord } from '../src/store/run-record.ts';
import { type Files, type MemoryGithub, memoryGithub } from './memory-github.ts';
import { type MemoryReleases, memoryReleases } from './memory-releases.ts';
import { plainTokens, provenArchive } from './proof-builder.ts';
import { aResult } from './result-builder.ts';
import type { TestStore } from './store/test-store.ts';

export const repository: Repository = { installation: 3, id: 1, owner: 'octo', name: 'flights' };
const ada = { login: 'ada', kind: 'person' } as const;

/** A policy with one trained model, `late`, whose artifacts are its champions. */
export const policyText = `version: 1
models:
  late:
    task: binary
    target: is_late
    data: { train: data/train.csv, holdout: data/holdout.csv, schema: schema.yml }
    train: { command: python train.py, output: out/late.onnx, inputs: ['src/**', train.py], parameters: params.yml, runner: [gpu] }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`;

/** A repository with that policy and everything it names. */
export const flights: Files = {
  '.github/siskin.yml': policyText,
  'README.md': 'Flights',
  'train.py': 'fit()',
  'src/features.py': 'hour',
  'params.yml': 'depth: 3',
  'schema.yml': 'columns: {}',
  'data/train.csv': 'a,is_late\n1,0\n',
  'data/holdout.csv': 'a,is_late\n2,1\n',
};

/** A whole world but for GitHub's machines: a repository, our store, and a clock that moves a minute at each intent. */
export interface World {
  readonly github: MemoryGithub;
  readonly releases: MemoryReleases;
  readonly store: TestStore['store'];
  readonly clock: TestStore['clock'];
  /** Runs an intent a minute later. */
  ask(intent: Intent): Promise<Plan>;
  /** Opens or pushes to a pull request: asks for a check of its present head. */
  check(number: number, changes?: Partial<Extract<Intent, { kind: 'check-pull-request' }>>): Promise<Plan>;
  push(before: string, after: string): Promise<Plan>;
  /** Somebody comments on the pull request; ada unless told otherwise. */
  comment(number: number, text: string, login?: string): Promise<Plan>;
  /** GitHub starts the run that a plan dispatched, and tells. */
  start(plan: Plan): Promise<Plan>;
  /** An attempt of the run ends with these results, by model; null leaves none. Tells, and gives the plan. */
  finish(
    plan: Plan,
    results: Readonly<Record<string, Partial<Result> | null>>,
    conclusion?: string,
    attempt?: number,
  ): Promise<Plan>;
  readRun(plan: Plan): Promise<RunRecord>;
}

/** A new world with these files on `main`, on a store that is emptied for it. */
export async function openWorld(test: TestStore, files: Files = flights): Promise<World> {
  await test.clear();
  const github = memoryGithub(files);
  const releases = memoryReleases();
  const { store, clock } = test;
  github.clock = () => clock.now;

  async function ask(intent: Intent): Promise<Plan> {
    clock.now = new Date(clock.now.getTime() + 60_000);
    github.calls.length = 0;
    return await run(intent, { github, tokens: plainTokens, releases, store, now: clock.now.toISOString() });
  }

  const runIds = new Map<string, number>();
  function runIdOf({ claim }: RunPlan): number {
    const runId = runIds.get(claim) ?? 700 + runIds.size;
    runIds.set(claim, runId);
    return runId;
  }

  async function tell(plan: RunPlan, end: { conclusion: string; attempt: number } | null): Promise<Plan> {
    const status = end === null ? 'in_progress' : 'completed';
    const { conclusion = null, attempt = 1 } = end ?? {};
    const id = runIdOf(plan);
    const name = runName(plan.claim);
    const url = `https://github.test/octo/flights/actions/runs/${id}`;
    github.runs.set(id, { id, attempt, name, status, conclusion, startedAt: clock.now.toISOString(), url });
    return await ask({ kind: 'observe-run', repository, runId: id, attempt, name, status, conclusion });
  }

  return {
    github,
    releases,
    store,
    clock,
    ask,
    async check(number, changes = {}) {
      const pull = await github.readPullRequest(repository, number);
      const head = pull?.head.sha ?? '';
      return await ask({
        kind: 'check-pull-request',
        repository,
        number,
        head,
        actor: ada,
        cause: 'pushed',
        ...changes,
      });
    },
    push: (before, after) =>
      ask({ kind: 'check-push', repository, branch: 'main', before, after, actor: ada, cause: 'pushed' }),
    comment: (number, text, login = 'ada') =>
      ask({
        kind: 'obey',
        repository,
        number,
        source: { kind: 'comment', commentId: 9, at: clock.now.toISOString() },
        commands: commandsIn(text),
        actor: { login, kind: 'person' },
        acknowledged: true,
      }),
    start: (plan) => tell(dispatched(plan), null),
    async finish(plan, results, conclusion = 'success', attempt = 1) {
      const asked = dispatched(plan);
      const id = runIdOf(asked);
      for (const [model, changes] of Object.entries(results)) {
        if (changes === null) continue;
        const { claim, head, base } = asked;
        const result = aResult({ claim, head, base, model, run: { id, attempt }, ...changes });
        const bytes = provenArchive(result);
        const artifactId = id * 10 + github.artifacts.size;
        const artifact = { id: artifactId, name: resultArtifact(model), bytes: bytes.length, expired: false };
        github.artifacts.set(artifactId, { artifact, runId: id, bytes });
      }
      return await tell(asked, { conclusion, attempt });
    },
    async readRun(plan) {
      const found = await store.readRun(dispatched(plan).claim);
      if (found === null) throw new Error('the run of the plan is not recorded');
      return found;
    },
  };
}

/** The run plan that a plan dispatches. */
export function dispatched(plan: Plan): RunPlan {
  const effect = plan.effects.find((one) => one.kind === 'dispatch-run');
  if (effect === undefined) throw new Error(`expected a dispatch, found ${outline(plan).join('; ') || 'nothing'}`);
  return effect.plan;
}

/** A plan in a few words: what a test compares. */
export function outline(plan: Plan): readonly string[] {
  return [...plan.changes.flatMap(changeWords), ...plan.effects.map(effectWords)];
}

function changeWords(change: Plan['changes'][number]): readonly string[] {
  switch (change.kind) {
    case 'save-run':
      return [`run ${change.run.state}`];
    case 'save-champion':
      return [`champion ${change.champion.model} from run ${change.champion.runId}`];
    case 'save-approval':
      return [`approve ${change.approval.kind} ${change.approval.subject}`.trimEnd()];
    case 'ask':
      return [`ask ${change.intent.kind}`];
    case 'save-lock': {
      const { environment, state } = change.lock;
      const holder =
        state.holder === null ? 'nobody' : `#${state.holder.owner.number} with fence ${state.holder.fence}`;
      return [`lock ${environment} to ${holder}, ${state.queue.length} waiting`];
    }
    case 'request-rollout': {
      const { model, environment, release } = change.rollout;
      return [`request rollout of ${model} ${release.version} to ${environment}`];
    }
    case 'order-rollout':
      return [`order ${change.order.kind} of rollout ${change.rollout} by ${change.by}`];
    case 'save-freeze':
      return [`freeze ${change.freeze.target} of the ${change.freeze.scope.kind} until ${change.freeze.until}`];
    case 'end-freezes':
      return [`end freezes of ${change.target} of the ${change.scope.kind}`];
    case 'begin-errands':
      return [`begin ${change.errands.length} errands of ${change.environment}`];
    case 'end-errands': {
      const { answers, otherwise } = change;
      return [`end errands: ${answers.length} answered, others ${otherwise?.kind ?? 'queued again'}`];
    }
    case 'save-revert':
      return [`revert ${change.state}`];
    case 'reserve':
    case 'settle':
    case 'save-head':
    case 'save-view':
    case 'audit':
      return [];
    default:
      return change satisfies never;
  }
}

function effectWords(effect: Effect): string {
  switch (effect.kind) {
    case 'dispatch-run':
      return `dispatch ${jobs(effect.plan)}`;
    case 'cancel-run':
      return `cancel: ${effect.reason.replace(/[0-9a-f]{40}/, '<head>')}`;
    case 'publish-check':
      return `check ${effect.check.name}: ${effect.check.conclusion ?? effect.check.status}`;
    case 'publish-comment':
      return 'comment';
    case 'react':
      return `react ${effect.content}`;
    case 'reply':
      return `reply ${effect.body.split('\n')[0]}`;
    case 'force-cancel-run':
      return `force-cancel run ${effect.runId}`;
    case 'rerun-failed-jobs':
      return `rerun run ${effect.runId} as attempt ${effect.attempt}`;
    case 'store-artifact':
      return `store ${effect.request.model} ${effect.request.version}`;
    case 'propose-release':
      return `propose ${effect.proposal.title}: ${Object.keys(effect.proposal.files).join(', ')}`;
    case 'register-release':
      return `register ${effect.model} ${effect.version}`;
    case 'open-pull-request':
      return `open pull request ${effect.branch}: ${Object.keys(effect.files).join(', ')}`;
    case 'publish-deployment':
      return `deployment ${effect.deployment.environment}: ${effect.deployment.state}`;
    case 'publish-rollout-comment':
      return `comment of the rollout on #${effect.number}`;
    case 'tag-release':
      return `tag ${effect.model} ${effect.version} in ${effect.environment}`;
    case 'save-evidence':
      return `save evidence to ${effect.folder}`;
    case 'open-revert':
      return `open revert ${effect.branch}`;
    case 'open-issue':
      return `open issue ${effect.title}`;
    case 'dispatch-gate':
      return `ask the reviewers of ${effect.environment}`;
    case 'dispatch-errands':
      return `dispatch ${effect.plan.errands.length} errands${effect.plan.isUrgent ? ' at once' : ''}`;
    case 'cancel-errands':
      return `cancel run ${effect.runId}`;
    default:
      return effect satisfies never;
  }
}

function jobs({ train, evaluate }: RunPlan): string {
  return [
    ...train.map(({ model }) => `train ${model}`),
    ...evaluate.map(({ model, candidate, champion }) => `evaluate ${model} ${candidate.kind} against ${champion.kind}`),
  ].join(', ');
}
