import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import { type PullOutcome, pullOutcome } from '../../sandbox/demo/outcome.ts';
import { latestAttempt, type WorkflowRun } from '../../sandbox/github/actions/run-state.ts';
import { type Conformance, conformanceOf } from '../../sandbox/github/conformance.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { CheckRun, Repository } from '../../sandbox/github/state.ts';
import { startWorld, type World } from '../../sandbox/world.ts';
import { builtActions } from './built-actions.ts';

// A story is many processes: on a busy machine each may take its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const root = join(import.meta.dirname, '../..');
const openapi: unknown = JSON.parse(readFileSync(join(root, 'test/fixtures/github-openapi.json'), 'utf8'));
const webhookSchema: unknown = createRequire(import.meta.url)('@octokit/webhooks-schemas');

/** The workflow as `siskin init` installs it. */
export const workflow = readFileSync(join(root, 'templates/workflows/siskin.yml'), 'utf8');

export type Files = Readonly<Record<string, string | Uint8Array | null>>;

/** An edit of a comment by the App, at its own time. */
interface Edit {
  readonly route: string;
  readonly at: number;
}

/** A world with people in it, whose whole traffic is held against GitHub's published descriptions. */
export interface Scenario extends AsyncDisposable {
  readonly world: World;
  readonly conformance: Conformance;
  /** How often the App edited comments of one pull request within a minute of its time, at the worst. */
  mostEditsInAMinute(): number;
  /** Lets the App's time pass. A run on the runner `nobody` waits for ever. */
  pass(seconds: number): void;
  /** Waits until nothing is under way any more; the App's time passes as soon as it only waits for it. */
  rest(): Promise<void>;
  /** Resolves once a job of this name is on a machine. */
  started(job: string): Promise<void>;
  /** What a person does through REST; `path` begins with the repository's name. */
  request(author: string, method: 'POST' | 'PATCH' | 'PUT', path: string, body?: object): Promise<void>;
  /** The machine that trains vanishes in the middle of this job; where GitHub notices, another one takes its place. */
  lose(job: string, how?: 'unnoticed' | 'noticed'): Promise<void>;
  /** A repository of acme's with the App on it: ada administers, grace writes, rita reads. At rest when it returns. */
  adopt(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<Repository>;
  /** The same without waiting. */
  begin(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<Repository>;
  /** Has the App compare a repository with what it knows, as its timer does, and waits. */
  reconcile(repository: Repository): Promise<void>;
  /** Commits to a branch and opens a pull request of it. Does not wait. */
  propose(repository: Repository, change: { readonly branch: string; readonly files: Files }): Promise<PullIssue>;
  push(repository: Repository, change: { readonly branch: string; readonly files: Files }): Promise<string>;
  /** Grace's comment, or that of somebody else. */
  say(pull: PullIssue, body: string, author?: string): ReturnType<World['github']['comment']>;
  outcome(pull: PullIssue): PullOutcome;
  /** The App's check of this name on a commit: on the pull request's head unless told otherwise. */
  check(pull: PullIssue, name: string, head?: string): CheckRun;
  /** The App's calls as an installation since this one, by what they do. */
  callsSince(from: number): { readonly reads: number; readonly writes: number };
}

/** Starts one. Its actions are built already, or are now. */
export async function openScenario(
  operated: Pick<NonNullable<Parameters<typeof startWorld>[0]>, 'connections' | 'alertReceivers'> = {},
): Promise<Scenario> {
  await builtActions();
  // The App's time begins an hour early, so that it is never ahead of GitHub's when some minutes are skipped.
  let ahead = -3_600_000;
  const clock = (): Date => new Date(Date.now() + ahead);
  const world = await startWorld({ logLevel: 'fatal', pace: 'unlimited', appClock: clock, ...operated });
  const { github } = world;
  const conformance = conformanceOf(openapi, webhookSchema);
  const edits: Edit[] = [];
  github.observers.add(conformance.observer);
  github.observers.add({
    onExchange: ({ call }) => {
      const isEdit = call.method === 'PATCH' && call.route.endsWith('/issues/comments/{comment_id}');
      if (isEdit && call.identity.startsWith('installation:')) edits.push({ route: call.path, at: clock().getTime() });
    },
  });
  github.createUser({ login: 'acme', kind: 'Organization' });
  for (const login of ['ada', 'grace', 'rita']) github.createUser({ login });
  github.addMembers({ organization: 'acme', logins: ['ada', 'grace', 'rita'] });
  const lost = new Set<string>();
  const pass = (seconds: number): void => {
    ahead += seconds * 1000;
  };
  const rest = (): Promise<void> => settled(world, { lost, skip: () => pass(61) });
  const push: Scenario['push'] = (repository, { branch, files }) =>
    github.commitFiles({ repository, branch, files, message: `Work on ${branch}`, author: 'grace' });
  const begin: Scenario['begin'] = async (name, files) => {
    const repository = await world.adopt({ owner: 'acme', name, files });
    github.grantRole({ repository, login: 'ada', role: 'admin' });
    github.grantRole({ repository, login: 'grace', role: 'write' });
    return repository;
  };
  return {
    world,
    conformance,
    pass,
    rest,
    async started(job) {
      const jobs = () =>
        [...github.world.repositories.values()]
          .flatMap((one) => github.actions.runsOf(one))
          .flatMap((run) => latestAttempt(run).jobs);
      while (!jobs().some(({ name, status }) => name === job && status === 'in_progress')) await setTimeout(50);
    },
    async request(author, method, path, body) {
      const answer = await fetch(`${github.apiUrl}/repos/acme/${path}`, {
        method,
        headers: { authorization: `Bearer ${github.userToken(author)}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!answer.ok)
        throw new Error(`expected ${method} ${path} to succeed, found ${answer.status}: ${await answer.text()}`);
    },
    mostEditsInAMinute: () =>
      Math.max(
        0,
        ...edits.map(
          ({ route, at }) =>
            edits.filter((other) => other.route === route && other.at >= at && other.at < at + 60_000).length,
        ),
      ),
    async lose(job, how = 'unnoticed') {
      if (how === 'unnoticed') lost.add(job);
      await world.runners[1]?.loseJob(job, how);
    },
    async adopt(name, files) {
      const repository = await begin(name, files);
      await rest();
      return repository;
    },
    begin,
    async reconcile(of) {
      const installed = [...github.world.installations.values()].find((one) => one.repositories.has(of));
      const repository = { installation: installed?.id ?? 0, id: of.id, owner: of.owner.login, name: of.name };
      await world.app.store.ask({ kind: 'reconcile', repository }, `test/${crypto.randomUUID()}`);
      await rest();
    },
    push,
    async propose(repository, change) {
      await push(repository, change);
      return await github.openPullRequest({ repository, author: 'grace', title: change.branch, head: change.branch });
    },
    say: (pull, body, author = 'grace') =>
      github.comment({ repository: pull.repository, number: pull.number, author, body }),
    outcome: (pull) => pullOutcome(world, pull.repository, pull),
    check(pull, name, head = pull.pull.head.sha) {
      const found = [...pull.repository.checkRuns.values()].filter(
        (run) => run.name === name && run.suite.headSha === head && run.suite.app === world.registration.app,
      );
      expect(found.map((run) => run.name)).toEqual([name]);
      // The line above holds that there is exactly one.
      return found[0] as CheckRun;
    },
    callsSince(from) {
      const calls = github.calls
        .slice(from)
        .filter(({ identity, route }) => identity.startsWith('installation:') && !route.includes('access_tokens'));
      const reads = calls.filter(({ method }) => method === 'GET').length;
      return { reads, writes: calls.length - reads };
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/**
 * Waits for webhooks, deliveries, effects and runs, and skips a minute of the App's time whenever effects wait for theirs
 * and nothing else goes on. Runs that nobody will ever go on with are not waited for.
 */
async function settled({ app, github }: World, stage: { readonly lost: ReadonlySet<string>; skip(): void }) {
  const runs = () => [...github.world.repositories.values()].flatMap((one) => github.actions.runsOf(one));
  for (let [seen, quiet] = [-1, 0]; ; ) {
    // Jobs need the machine more than a look at what waits.
    while (runs().some((run) => goesOn(run, stage.lost))) await setTimeout(100);
    await github.settled();
    const { waitingDeliveries, waitingEffects } = await app.store.readBacklog();
    const events = github.deliveries.length + github.calls.length;
    const isStill = events === seen && !runs().some((run) => goesOn(run, stage.lost));
    if (isStill && waitingDeliveries + waitingEffects === 0) break;
    quiet = isStill ? quiet + 1 : 0;
    if (quiet % 4 === 3) stage.skip();
    seen = events;
    await setTimeout(50);
  }
  await app.idle();
}

function goesOn(run: WorkflowRun, lost: ReadonlySet<string>): boolean {
  const { jobs, status } = latestAttempt(run);
  if (status === 'completed') return false;
  const open = jobs.filter((job) => job.status !== 'completed');
  return open.length === 0 || !open.every(({ name, labels }) => labels.includes('nobody') || lost.has(name));
}
