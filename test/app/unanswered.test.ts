import { Probot } from 'probot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { octokitFor } from '../../app/connections.ts';
import { type SandboxApp, type SandboxGithub, startGithub } from '../../sandbox/github/github.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository as SandboxRepository } from '../../sandbox/github/state.ts';
import { applyPending } from '../../src/apply.ts';
import type { Effect } from '../../src/effect.ts';
import { githubWriter } from '../../src/github/writer.ts';
import type { Repository } from '../../src/intent.ts';
import type { GithubWriter } from '../../src/ports.ts';
import { memoryReleases } from '../memory-releases.ts';
import { aRun } from '../run-builder.ts';
import { aCheck, dispatch } from '../store/effects.ts';
import { openTestStore, type TestStore } from '../store/test-store.ts';
import { secret } from './app-options.ts';
import { manifest, shop } from './sandbox-app.ts';

let opened: TestStore;
let github: SandboxGithub;
let registered: SandboxApp;
let there: SandboxRepository;
let here: Repository;
let pull: PullIssue;
let writer: GithubWriter;

beforeAll(async () => {
  [opened, github] = await Promise.all([openTestStore(), startGithub()]);
  registered = github.registerApp({ name: 'siskin', permissions: manifest.default_permissions, events: [] });
  github.createUser({ login: 'ada' });
  const probot = await new Probot({
    appId: registered.appId,
    privateKey: registered.privateKey,
    secret,
    baseUrl: github.apiUrl,
    logLevel: 'fatal',
    Octokit: octokitFor('unlimited'),
  }).ready();
  const app = async () => ({ id: registered.appId, slug: registered.app.slug });
  writer = githubWriter((repository) => probot.auth(repository.installation), app);
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await github[Symbol.asyncDispose]();
});

let made = 0;
beforeEach(async () => {
  await opened.clear();
  made += 1;
  const name = `shop-${made}`;
  there = await github.createRepository({ owner: 'ada', name, files: shop });
  const installation = github.install(registered, [there]);
  await github.commitFiles({
    repository: there,
    branch: 'b',
    message: 'b',
    files: { 'README.md': 'new' },
    author: 'ada',
  });
  pull = await github.openPullRequest({ repository: there, author: 'ada', title: 'b', head: 'b' });
  here = { installation: installation.id, id: there.id, owner: 'ada', name };
});

/** An effect that creates something: the request that does, and how many there are afterwards. */
interface Creation {
  readonly request: RegExp;
  readonly effect: () => Effect;
  readonly count: () => number;
}

const ofBot = ({ user }: { readonly user: { readonly login: string } }): boolean => user.login === 'siskin[bot]';
const comments = (): number => [...there.comments.values()].filter(ofBot).length;
const proposal: Effect = {
  kind: 'open-pull-request',
  branch: 'siskin/set-up',
  base: 'main',
  title: 'Set up',
  body: '',
  files: { 'a.txt': 'a' },
};
const proposals = (): number => [...there.issues.values()].filter(({ title }) => title === 'Set up').length;

const creations: Readonly<Record<string, Creation>> = {
  'the comment': {
    request: /^POST .*\/issues\/\d+\/comments$/,
    effect: () => ({ kind: 'publish-comment', number: pull.number, body: 'Where it stands' }),
    count: comments,
  },
  'a reply': {
    request: /^POST .*\/issues\/\d+\/comments$/,
    effect: () => ({ kind: 'reply', number: pull.number, body: 'An answer', key: 'comment/1' }),
    count: comments,
  },
  'a check': {
    request: /^POST .*\/check-runs$/,
    effect: () => ({ kind: 'publish-check', number: pull.number, head: pull.pull.head.sha, check: aCheck() }),
    count: () => [...there.checkRuns.values()].filter(({ name }) => name === aCheck().name).length,
  },
  'a run': {
    request: /^POST .*\/dispatches$/,
    effect: () => {
      if (dispatch.kind !== 'dispatch-run') throw new Error(`expected a dispatch, found ${dispatch.kind}`);
      const { head } = pull.pull;
      const plan = { repository: `ada/${there.name}`, head: head.sha, pullRequest: pull.number };
      return { ...dispatch, plan: { ...dispatch.plan, ...plan } };
    },
    count: () => github.actions.runsOf(there).length,
  },
  'a reaction': {
    request: /^POST .*\/reactions$/,
    effect: () => {
      const { id } = github.comment({ repository: there, number: pull.number, author: 'ada', body: '/status' });
      return { kind: 'react', commentId: id, content: 'eyes' };
    },
    count: () => [...there.comments.values()].flatMap(({ reactions }) => reactions).length,
  },
  'a pull request': { request: /^POST .*\/pulls$/, effect: () => proposal, count: proposals },
  'the branch of a pull request': { request: /^POST .*\/git\/refs$/, effect: () => proposal, count: proposals },
};

/** Applies what is due until nothing is left; how the attempts ended. */
async function applyAll(effect: Effect): Promise<readonly string[]> {
  const { store, clock } = opened;
  const run = aRun({ repositoryId: here.id, pullRequest: pull.number });
  await store.record(here, { changes: [{ kind: 'save-run', run }], effects: [effect] });
  const ends: string[] = [];
  for (let round = 0; round < 6; round++) {
    for (const lane of [`pull/${here.id}/${pull.number}`, `repository/${here.id}`]) {
      const applied = await applyPending(lane, { github: writer, releases: memoryReleases(), outbox: store.outbox });
      ends.push(...applied.map(({ outcome }) => outcome.kind));
    }
    clock.now = new Date(clock.now.getTime() + 20_000);
  }
  return ends;
}

/** How many requests failed since the last time that this was asked. */
function failures(): number {
  const failed = github.calls.slice(looked).filter(({ status }) => status >= 500).length;
  looked = github.calls.length;
  return failed;
}
let looked = 0;

describe.each(Object.entries(creations))('%s', (_, { request, effect, count }) => {
  it('is there once when the answer was lost after GitHub acted', async () => {
    const wanted = effect();
    github.faults.fail({ kind: 'disconnect', times: 1, only: request, afterDoing: true });

    const ends = await applyAll(wanted);

    expect([failures(), ends.at(-1), count()]).toEqual([1, 'done', 1]);
  });

  it('is there once when GitHub acted and answered with an error', async () => {
    const wanted = effect();
    github.faults.fail({ kind: 502, times: 1, only: request, afterDoing: true });

    const ends = await applyAll(wanted);

    expect([failures(), ends.at(-1), count()]).toEqual([1, 'done', 1]);
  });

  it('is there once when the request never arrived', async () => {
    const wanted = effect();
    github.faults.fail({ kind: 'disconnect', times: 1, only: request });

    const ends = await applyAll(wanted);

    expect([failures(), ends.at(-1), count()]).toEqual([1, 'done', 1]);
  });
});
