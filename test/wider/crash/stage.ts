import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type SandboxApp, type SandboxGithub, startGithub } from '../../../sandbox/github/github.ts';
import { messageOf } from '../../../src/error.ts';
import type { DatabasePlace } from '../../../src/store/place.ts';
import { manifest } from '../../app/sandbox-app.ts';
import { emptyDatabase } from '../../database.ts';
import { effectsOn } from './effects.ts';
import { type Life, type Replicas, startReplicas } from './replicas.ts';
import { play } from './story.ts';

/** A local GitHub before processes that may die at any time. */
export interface Stage extends AsyncDisposable {
  readonly github: SandboxGithub;
  readonly registered: SandboxApp;
  readonly replicas: Replicas;
  /** Waits for something that must happen; says what, when it does not. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Resolves when nothing is left to do, and the timer has looked for lost webhooks since. */
  rest(mostSeconds?: number): Promise<void>;
}

/** What goes wrong in one run of the story. */
export interface Trouble {
  readonly replicas: number;
  /** How often the timer looks for what was lost; each second unless told otherwise. */
  readonly reconcileSeconds?: number;
  /** What the process of each place lives through, one life after the other. */
  readonly lives?: (place: number) => readonly Life[];
  /** The writes to GitHub, counted from 0, at which all processes are killed: as they arrive there or once answered. */
  readonly killedAt?: { readonly writes: (place: number) => boolean; readonly side: 'arrived' | 'answered' };
}

/** Plays the story with this trouble; says what GitHub holds afterwards, and how often a process died. */
export async function playWith(trouble: Trouble): Promise<{ readonly effects: object; readonly deaths: number }> {
  await using stage = await openStage(trouble);
  const commits = await play(stage);
  const { github, registered, replicas } = stage;
  return { effects: await effectsOn(github, registered.app, commits), deaths: replicas.deaths };
}

/** Opens one: PGlite in a folder for one process, PostgreSQL where the environment names a server. */
export async function openStage(trouble: Trouble): Promise<Stage> {
  await using opening = new AsyncDisposableStack();
  const github = opening.use(await startGithub());
  const registered = github.registerApp({
    name: 'siskin',
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const replicas = opening.use(
    await startReplicas(trouble.replicas, {
      options: {
        appId: registered.appId,
        privateKey: registered.privateKey,
        webhookSecret: registered.webhookSecret,
        apiUrl: github.apiUrl,
        database: durableDatabase(opening),
        host: '127.0.0.1',
        port: 0,
        logLevel: 'fatal',
        pace: 'unlimited',
        reconcileSeconds: trouble.reconcileSeconds ?? 1,
      },
      lives: trouble.lives ?? (() => []),
      // An hour late, so that it is never ahead of GitHub's when some minutes are skipped.
      aheadSeconds: -3600,
    }),
  );
  registered.app.webhookUrl = replicas.nextUrl();
  github.faults.onWebhook = () => {
    registered.app.webhookUrl = replicas.nextUrl();
    return null;
  };
  if (trouble.killedAt !== undefined) killAtWrite({ github, replicas, at: trouble.killedAt });
  const stage = opening.move();
  return {
    github,
    registered,
    replicas,
    until: (what, isSo) =>
      until(what, { isSo, replicas }).catch((cause: unknown) => {
        throw new Error(`${messageOf(cause)}; ${lastCalls(github)}`, { cause });
      }),
    rest: (mostSeconds = 90) => rest(github, { replicas, mostSeconds }),
    [Symbol.asyncDispose]: () => stage.disposeAsync(),
  };
}

function durableDatabase(opening: AsyncDisposableStack): DatabasePlace {
  const place = emptyDatabase();
  if (place.kind === 'postgres') return place;
  const folder = mkdtempSync(join(tmpdir(), 'siskin-crash-'));
  opening.defer(() => rmSync(folder, { recursive: true, force: true }));
  return { kind: 'folder', path: join(folder, 'data') };
}

/** Kills all replicas at one write of the App: which of them makes it does not show. */
function killAtWrite(options: {
  readonly github: SandboxGithub;
  readonly replicas: Replicas;
  readonly at: NonNullable<Trouble['killedAt']>;
}): void {
  const { github, replicas, at } = options;
  const seen = { arrived: 0, answered: 0 };
  const note = (side: 'arrived' | 'answered', { method, path }: { method: string; path: string }) => {
    if (method === 'GET' || !path.startsWith('/repos/')) return;
    if (side === at.side && at.writes(seen[side])) replicas.killAll();
    seen[side] += 1;
  };
  github.observers.add({
    onRequest: (request) => note('arrived', request),
    onExchange: ({ call }) => note('answered', call),
  });
}

const patienceMs = 120_000;

async function until(
  what: string,
  { isSo, replicas }: { readonly isSo: () => boolean; readonly replicas: Replicas | null },
): Promise<void> {
  const started = performance.now();
  for (let looks = 1; !isSo(); looks += 1) {
    if (performance.now() - started > patienceMs)
      throw new Error(`expected ${what} within ${patienceMs / 1000} s, found none`);
    await setTimeout(20);
    // What waits for the App's time (a limit on edits, a list of GitHub's that lags) need not wait for ours.
    if (looks % 25 === 0) replicas?.pass(20);
  }
}

/** What a person would look at first. */
function lastCalls(github: SandboxGithub): string {
  const writes = github.calls.filter(({ method, path }) => method !== 'GET' && path.startsWith('/repos/'));
  const comments = [...github.world.repositories.values()].flatMap((one) => [...one.comments.values()]);
  return [
    'the last writes and comments were:',
    ...writes.slice(-8).map(({ method, path, status }) => `${method} ${path} ${status}`),
    ...comments.slice(-3).map(({ user, body }) => `${user.login}: ${body.slice(0, 500)}`),
  ].join('\n');
}

/** Nothing is sent any more, although the timer has looked at everything twice since the last thing that was. */
async function rest(
  github: SandboxGithub,
  { replicas, mostSeconds }: { readonly replicas: Replicas; readonly mostSeconds: number },
): Promise<void> {
  const started = performance.now();
  const writes = () => github.calls.filter(({ method }) => method !== 'GET').length;
  const changes = () => `${github.deliveries.length} webhooks and ${writes()} writes`;
  const rounds: string[] = [];
  for (let seen = changes(); performance.now() - started < mostSeconds * 1000; seen = changes()) {
    await github.settled();
    const before = timerRounds(github);
    // The time of the App does not run ahead meanwhile: GitHub refuses a token that is signed in its future.
    await until('two rounds of the timer', { isSo: () => timerRounds(github) >= before + 2, replicas: null });
    const isDone = await becomesIdle(replicas);
    await github.settled();
    rounds.push(`${changes()}, waiting: ${(await replicas.readBacklog())?.waiting}`);
    if (changes() !== seen) continue;
    if (isDone) return;
    replicas.pass(61);
  }
  throw new Error(
    `expected everything to come to rest, found work without end: ${rounds.join('; ')}; ${lastCalls(github)}`,
  );
}

/** Whether there is an instant at which nothing waits; what the timer asks for is soon done. */
async function becomesIdle(replicas: Replicas): Promise<boolean> {
  for (let looks = 0; looks < 20; looks += 1) {
    if ((await replicas.readBacklog())?.waiting === 0) return true;
    await setTimeout(50);
  }
  return false;
}

/** How often somebody has asked for lost webhooks. */
function timerRounds(github: SandboxGithub): number {
  return github.calls.filter(({ path }) => path === '/app/hook/deliveries').length;
}
