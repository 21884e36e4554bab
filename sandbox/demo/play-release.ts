import { setTimeout } from 'node:timers/promises';
import { Interval } from '../../src/rollout/evidence.ts';
import { isEnded, type RolloutRecord } from '../../src/rollout/rollout-record.ts';
import { isPull, type PullIssue } from '../github/shape/pull.ts';
import type { Repository } from '../github/state.ts';
import type { WatchedRollout } from '../page/rollout-section.ts';
import type { World } from '../world.ts';
import { isReleaseCheck, type PullOutcome, pullOutcome } from './outcome.ts';
import { type ReleaseAct, releasedModel } from './release-acts.ts';
import { propose, type Stage } from './story.ts';

/** How a release ended. */
export interface ReleaseOutcome {
  readonly title: string;
  readonly seconds: number;
  readonly pullRequest: PullOutcome;
  readonly rollout: {
    readonly state: string;
    readonly seconds: number;
    readonly reason: string | null;
    /** From the verdict to the observation that the candidate gets nothing. */
    readonly zeroAfterMs: number | null;
  } | null;
  /** The pull request that takes the release back in git, where there is one. */
  readonly revert: number | null;
  /** What was not as expected; none when all was. */
  readonly problems: readonly string[];
}

/** Where releases are played: beside the world, the address at which predictions are asked. */
export interface ReleaseStage extends Stage {
  readonly predictions: string;
  readonly tell: (line: string) => void;
}

/** Plays one release from the pull request of its change to the end of its rollout, and looks at what is left. */
export async function playRelease(
  act: ReleaseAct,
  stage: ReleaseStage,
  /** Begins while the traffic decides, so that nobody waits for the next change. */
  meanwhile: () => Promise<void>,
): Promise<ReleaseOutcome> {
  const started = performance.now();
  const release = await mergedRelease(act, stage);
  const next = meanwhile();
  const rolloutStarted = performance.now();
  const rollout = await endOf(release, stage);
  const rolloutSeconds = (performance.now() - rolloutStarted) / 1000;
  const revert = rollout?.state.kind === 'rolled-back' ? await found(() => revertOf(act, stage), 30) : null;
  const problems = await surprises(act, { stage, rollout, revert });
  await next;
  return {
    title: act.title,
    seconds: (performance.now() - started) / 1000,
    pullRequest: pullOutcome(stage.world, stage.repository, release),
    rollout:
      rollout === null
        ? null
        : {
            state: rollout.state.kind,
            seconds: rolloutSeconds,
            reason: rollout.state.kind === 'rolled-back' ? rollout.state.cause.sentence : null,
            zeroAfterMs: rollout.zeroAfterMs,
          },
    revert: revert?.number ?? null,
    problems,
  };
}

/** The rollouts of a repository with their evidence, newest first, for the page. */
export async function watchedRollouts(world: World, { id }: Repository): Promise<readonly WatchedRollout[]> {
  const { store } = world.app;
  const rollouts = await store.listRollouts(id);
  return await Promise.all(
    rollouts.map(async (rollout) => {
      const lines = await store.readEvidence(rollout.id);
      return { rollout, intervals: lines.map((line) => Interval.parse(JSON.parse(line))) };
    }),
  );
}

/** Opens the pull request of an act's change. */
export async function proposeChange({ change, author }: ReleaseAct, stage: ReleaseStage): Promise<void> {
  await propose(stage, { change, author });
}

/** People merge the change, and then the release pull request that Siskin made of it. */
async function mergedRelease(act: ReleaseAct, stage: ReleaseStage): Promise<PullIssue> {
  const { world, repository } = stage;
  const { change, version } = act;
  const merge = (pull: PullIssue) => world.github.mergePullRequest({ repository, number: pull.number, by: 'ada' });
  const earlier = pullsOf(stage).findLast((pull) => isRevert(pull) && pull.state === 'open');
  // What was taken back is taken back in git, too, before the next one.
  if (earlier !== undefined) await merge(earlier);
  const source = await wanted(`the pull request of ${change}`, () =>
    pullsOf(stage).find(({ pull, state }) => pull.head.ref === branches[change] && state === 'open'),
  );
  await wanted(`a green check of ${change}`, () =>
    isGreen(stage, source, (name) => name === `siskin: ${releasedModel}`),
  );
  world.github.comment({ repository, number: source.number, author: 'ada', body: `/release -m ${releasedModel}` });
  const release = await wanted(`a release pull request of ${version}`, () =>
    pullsOf(stage).findLast(
      (pull) => pull.title.startsWith(`Release ${releasedModel} ${version} `) && pull.state === 'open',
    ),
  );
  await merge(source);
  await wanted(`a green check of the release ${version}`, () => isGreen(stage, release, isReleaseCheck));
  await merge(release);
  return release;
}

/** The branches of the changes that are released. */
const branches: Readonly<Partial<Record<ReleaseAct['change'], string>>> = {
  'replaced-model': 'more-trees',
  'fewer-trees': 'fewer-trees',
  'whole-hours': 'whole-hours',
  leaked: 'all-the-data',
};

async function endOf(release: PullIssue, { world, repository, tell }: ReleaseStage): Promise<RolloutRecord | null> {
  let told = '';
  return await found(async () => {
    const all = await world.app.store.listRollouts(repository.id, { model: releasedModel });
    const rollout = all.find(({ number }) => number === release.number);
    if (rollout === undefined) return undefined;
    const line = lineOf(rollout);
    if (line !== told) tell(`rollout of ${rollout.release.version}: ${line}`);
    told = line;
    return isEnded(rollout.state) || rollout.state.kind === 'held' ? rollout : undefined;
  }, 90);
}

function lineOf({ state, weight }: RolloutRecord): string {
  switch (state.kind) {
    case 'step':
      return `${weight} % of the traffic`;
    case 'rolled-back':
      return `rolled back — ${state.cause.sentence}`;
    case 'held':
      return `held: ${state.reason}`;
    default:
      return state.kind;
  }
}

async function surprises(
  act: ReleaseAct,
  seen: {
    readonly stage: ReleaseStage;
    readonly rollout: RolloutRecord | null;
    readonly revert: PullIssue | null;
  },
): Promise<readonly string[]> {
  const { ends, version } = act;
  const { stage, rollout, revert } = seen;
  const state = rollout?.state;
  const end = state?.kind ?? 'no rollout';
  const isBack = ends.kind === 'rolled-back';
  const problems: string[] = [];
  const expected = isBack ? 'rolled-back' : 'succeeded';
  if (end !== expected) problems.push(`expected the rollout to end as ${expected}, found ${end}`);
  const serving = await servingVersion(stage);
  const serves = isBack ? ends.serves : version;
  if (serving !== serves) problems.push(`expected ${serves} to answer, found ${serving}`);
  if (ends.kind === 'promoted' && rollout?.judgement?.verdict !== 'pass') {
    problems.push(`expected proof that ${version} is not worse, found ${rollout?.judgement?.verdict ?? 'none'}`);
  }
  if (!isBack) return problems;
  const sentence = state?.kind === 'rolled-back' ? state.cause.sentence : '';
  if (!sentence.startsWith(ends.metric))
    problems.push(`expected harm shown by ${ends.metric}, found ${JSON.stringify(sentence)}`);
  const zeroAfter = rollout?.zeroAfterMs ?? Number.POSITIVE_INFINITY;
  if (zeroAfter > 10_000) problems.push(`expected no traffic 10 s after the verdict, found it after ${zeroAfter} ms`);
  if (revert === null) problems.push('expected a pull request that takes the release back in git, found none');
  return problems;
}

/** Who answers now, seen from outside. */
async function servingVersion({ predictions }: ReleaseStage): Promise<string> {
  const number = (name: string) => ({ name, datatype: 'FP32', shape: [1, 1], data: [12] });
  const text = (name: string) => ({ name, datatype: 'BYTES', shape: [1, 1], data: ['ORD'] });
  const inputs = [...['hour', 'weekday', 'distance'].map(number), ...['origin', 'destination'].map(text)];
  const response = await fetch(predictions, { method: 'POST', body: JSON.stringify({ inputs }) });
  await response.arrayBuffer();
  return response.ok ? (response.headers.get('siskin-version') ?? 'nobody') : `status ${response.status}`;
}

function pullsOf({ repository }: Stage): readonly PullIssue[] {
  return [...repository.issues.values()].filter(isPull);
}

function isRevert({ title }: PullIssue): boolean {
  return title.startsWith(`Revert ${releasedModel} in production`);
}

function revertOf({ version }: ReleaseAct, stage: ReleaseStage): PullIssue | undefined {
  return pullsOf(stage).find((pull) => isRevert(pull) && pull.title.includes(version) && pull.state === 'open');
}

function isGreen(
  { repository, world }: Stage,
  { pull }: PullIssue,
  isMeant: (name: string) => boolean,
): true | undefined {
  const own = world.registration.app;
  const checks = [...repository.checkRuns.values()].filter(
    (check) => check.suite.app === own && check.suite.headSha === pull.head.sha && isMeant(check.name),
  );
  return checks.some(({ conclusion }) => conclusion === 'success') || undefined;
}

async function wanted<Value>(what: string, look: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  const value = await found(look, 60);
  if (value === null) throw new Error(`expected ${what} within a minute, found none`);
  return value;
}

async function found<Value>(
  look: () => Promise<Value | undefined> | Value | undefined,
  seconds: number,
): Promise<Value | null> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (performance.now() > until) return null;
    await setTimeout(100);
  }
}
