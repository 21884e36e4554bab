import { setTimeout } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { measureRun } from '../../bench/finish-run.ts';
import { latestAttempt } from '../../sandbox/github/actions/run-state.ts';
import { sendPull } from '../../sandbox/github/domain/pull-sync.ts';
import type { SandboxGithub } from '../../sandbox/github/github.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Account, Repository } from '../../sandbox/github/state.ts';
import { generator } from './crash/generator.ts';
import { openStage, type Stage } from './crash/stage.ts';
import { shopFiles } from './crash/story.ts';

vi.setConfig({ testTimeout: 900_000 });

const repositories = 100;
const docsPullsEach = 2;
/** Events of pull requests that a person causes, all kinds together. */
const events = 10_000;
/** Printed, so that a failure can be played again with SISKIN_SEED. */
const seed = Number(process.env['SISKIN_SEED'] ?? Date.now() % 1_000_000);

it('ends ten thousand events of pull requests, with every fault, as if none had gone wrong', async () => {
  console.log(`SISKIN_SEED=${seed}`);
  await using stage = await openStage({ replicas: 1, reconcileSeconds: 20 });
  const { github } = stage;
  const ada = github.createUser({ login: 'ada' });
  github.actions.backend.onRun((run) => void measureRun(github, run).then((complete) => complete()));
  const shops: Repository[] = [];
  for (let index = 0; index < repositories; index += 1) {
    shops.push(await github.createRepository({ owner: 'ada', name: `shop-${index}`, files: shopFiles }));
  }
  const mix = new Map<string, number>();
  const sent = () => [...mix.values()].reduce((sum, count) => sum + count, 0);
  const note = (kind: string) => void mix.set(kind, (mix.get(kind) ?? 0) + 1);
  github.install(stage.registered, shops);
  const next = generator(seed);
  const faults = beginFaults(stage, next);

  const started = performance.now();
  const pulls: Opened[] = [];
  for (const shop of shops) {
    pulls.push({ kind: 'model', pull: await propose(github, shop, { branch: 'model', file: 'models/fraud.onnx' }) });
    for (let index = 0; index < docsPullsEach; index += 1) {
      pulls.push({ kind: 'docs', pull: await propose(github, shop, { branch: `docs-${index}`, file: 'README.md' }) });
    }
    await paced(github);
  }
  mix.set('opened', pulls.length);
  for (const [place, { kind, pull }] of pulls.entries()) {
    // Every second one that touches no model is pushed to once more.
    if (kind === 'docs' && place % 2 === 0) {
      await commit(github, pull.repository, { branch: pull.pull.head.ref, file: 'docs/more.md' });
      note('synchronize');
      await paced(github);
    }
  }
  for (let index = 0; sent() < events; index += 1) {
    const { pull } = pulls[index % pulls.length] ?? never();
    note(await touch(github, { pull, ada, chance: next() }));
    await paced(github);
  }
  faults.end();
  console.log(`all events are sent after ${((performance.now() - started) / 1000).toFixed(0)} s`);
  await stage.rest(300);
  const seconds = (performance.now() - started) / 1000;

  const delivered = new Set(github.deliveries.map(({ guid }) => guid)).size;
  console.log(`${sent()} events: ${[...mix].map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
  console.log(`${delivered} webhooks, ${github.deliveries.length} times sent, ${faults.counted()}`);
  console.log(`${seconds.toFixed(0)} s, ${(delivered / seconds).toFixed(0)} webhooks a second`);
  const wrong = pulls.flatMap(({ kind, pull }) => surprises(stage, { kind, pull }));
  expect(wrong).toEqual([]);
  for (const shop of shops) {
    expect(github.actions.runsOf(shop).map((run) => latestAttempt(run).conclusion)).toEqual(['success']);
  }
});

interface Opened {
  readonly kind: 'model' | 'docs';
  readonly pull: PullIssue;
}

/** What a pull request holds that it should not, or lacks. */
function surprises({ registered }: Stage, { kind, pull }: Opened): readonly string[] {
  const { repository } = pull;
  const ours = [...repository.comments.values()].filter(({ issue, app }) => issue === pull && app === registered.app);
  const checks = [...repository.checkRuns.values()].filter(
    ({ suite }) => suite.app === registered.app && suite.headSha === pull.pull.head.sha,
  );
  const found = `${ours.length} comments, checks: ${checks.map(({ name, conclusion }) => `${name} ${conclusion}`)}`;
  const expected =
    kind === 'model' ? '1 comments, checks: siskin: fraud success' : '0 comments, checks: siskin: fraud neutral';
  return found === expected
    ? []
    : [`${repository.name}#${pull.number} (${kind}): expected ${expected}, found ${found}`];
}

/** One thing that people do to a pull request all day and that changes nothing for a model. */
async function touch(
  { world, comment }: SandboxGithub,
  { pull, ada, chance }: { readonly pull: PullIssue; readonly ada: Account; readonly chance: number },
): Promise<string> {
  const by = { account: ada, cause: 'person' } as const;
  if (chance < 0.3) {
    comment({ repository: pull.repository, number: pull.number, author: 'ada', body: 'Looks good to me.' });
    return 'commented';
  }
  if (chance < 0.6) {
    const from = pull.title;
    pull.title = `${pull.title.slice(0, 20)} again`;
    await sendPull(world, pull, { action: 'edited', by, more: { changes: { title: { from } } } });
    return 'edited';
  }
  const label = { id: 1, node_id: 'L1', url: '', name: 'later', color: 'ededed', default: false, description: null };
  const action = chance < 0.8 ? 'labeled' : 'unlabeled';
  await sendPull(world, pull, { action, by, more: { label } });
  return action;
}

/** Webhooks that come twice, late, in another order or not at all; a GitHub that is slow or broken at times. */
function beginFaults({ github, replicas, registered }: Stage, next: () => number) {
  const counts = { dropped: 0, doubled: 0, held: 0, failed: 0 };
  github.faults.onWebhook = () => {
    registered.app.webhookUrl = replicas.nextUrl();
    const chance = next();
    if (chance < 0.01) counts.dropped += 1;
    else if (chance < 0.06) counts.doubled += 1;
    else if (chance < 0.11) counts.held += 1;
    return chance < 0.01 ? 'drop' : chance < 0.06 ? 'double' : chance < 0.11 ? 'hold' : null;
  };
  const timer = setInterval(() => {
    github.faults.releaseWebhooks();
    github.faults.latencyMs = next() < 0.2 ? 50 : 0;
    if (next() < 0.5) {
      counts.failed += 2;
      github.faults.fail({ kind: next() < 0.5 ? 502 : 503, times: 2, only: /^\w+ \/repos/ });
    }
  }, 1000);
  return {
    counted: () =>
      Object.entries(counts)
        .map(([what, count]) => `${count} ${what}`)
        .join(', '),
    end(): void {
      clearInterval(timer);
      github.faults.latencyMs = 0;
      github.faults.onWebhook = () => null;
      github.faults.releaseWebhooks();
    },
  };
}

/** GitHub gives a receiver ten seconds: no more webhooks are on their way at once than are answered in that time. */
async function paced(github: SandboxGithub): Promise<void> {
  while (github.deliveries.slice(-200).filter(({ status }) => status === 'pending').length > 50) await setTimeout(5);
}

async function propose(
  github: SandboxGithub,
  repository: Repository,
  change: { readonly branch: string; readonly file: string },
): Promise<PullIssue> {
  await commit(github, repository, change);
  return await github.openPullRequest({ repository, author: 'ada', title: change.branch, head: change.branch });
}

async function commit(
  github: SandboxGithub,
  repository: Repository,
  { branch, file }: { readonly branch: string; readonly file: string },
): Promise<void> {
  const files = { [file]: `${repository.name} ${branch} ${file}\n` };
  await github.commitFiles({ repository, branch, message: branch, files, author: 'ada' });
}

function never(): never {
  throw new Error('expected a pull request, found none');
}
