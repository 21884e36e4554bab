import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Orders, Tells, Told } from './app-process.ts';

/** Several processes of the App on one database, each started again as soon as it dies. */
export interface Replicas extends AsyncDisposable {
  /** Where webhooks go next: round robin over all, the dead ones too, as a balancer does that has not noticed yet. */
  nextUrl(): string;
  /** Kills all of them at once, whatever they are doing. */
  killAll(): void;
  /** Kills the one of this place, counted round. */
  killOne(place: number): void;
  /** How often one of them died so far. */
  readonly deaths: number;
  /** What waits and what failed for good in the database, or null while nobody can be asked. */
  readBacklog(): Promise<{ readonly waiting: number; readonly failed: number } | null>;
  /** Lets the time of all of them pass. */
  pass(seconds: number): void;
}

/** A life to come: the step after whose n-th time the process kills itself, or null for one that goes on. */
export type Life = Orders['dies'];

/** Starts so many, each with its lives one after the other and then one without end. Resolves when all listen. */
export async function startReplicas(
  count: number,
  orders: Omit<Orders, 'dies'> & { readonly lives: (place: number) => readonly Life[] },
): Promise<Replicas> {
  const { options: first, lives } = orders;
  let { aheadSeconds } = orders;
  let deaths = 0;
  let turn = 0;
  let over = false;
  const replicas: { child: ChildProcess; url: string | null }[] = [];

  async function start(place: number, life: number): Promise<void> {
    const url = replicas[place]?.url ?? null;
    // It listens where it listened before, as behind a balancer.
    const options = { ...first, ...(url === null ? {} : { port: Number(new URL(url).port) }) };
    const told: Orders = { options, dies: lives(place)[life] ?? null, aheadSeconds };
    const child = fork(join(import.meta.dirname, 'app-process.ts'), [JSON.stringify(told)], { execArgv: [] });
    child.once('exit', () => {
      if (over) return;
      deaths += 1;
      void start(place, life + 1);
    });
    replicas[place] = { child, url };
    const tells = await heard(child, 'listening');
    if (tells !== null) replicas[place] = { child, url: tells.url };
  }

  await Promise.all(Array.from({ length: count }, (_, place) => start(place, 0)));
  return {
    nextUrl() {
      turn += 1;
      return `${replicas[turn % count]?.url}/api/github/webhooks`;
    },
    killAll() {
      for (const { child } of replicas) child.kill('SIGKILL');
    },
    killOne(place) {
      replicas[place % count]?.child.kill('SIGKILL');
    },
    get deaths() {
      return deaths;
    },
    async readBacklog() {
      for (const { child } of replicas) {
        const answer = heard(child, 'backlog');
        send(child, { kind: 'ask-backlog' });
        const tells = await Promise.race([answer, setTimeout(2000, null)]);
        if (tells !== null) return tells;
      }
      return null;
    },
    pass(seconds) {
      aheadSeconds += seconds;
      for (const { child } of replicas) send(child, { kind: 'time', aheadSeconds });
    },
    async [Symbol.asyncDispose]() {
      over = true;
      await Promise.all(
        replicas.map(async ({ child }) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, 'exit');
          child.kill('SIGKILL');
          await ended;
        }),
      );
    },
  };
}

/** The next thing of this kind that a process tells, or null when it dies before. */
async function heard<Kind extends Tells['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Tells, { readonly kind: Kind }> | null> {
  return await new Promise((resolve) => {
    const onMessage = (tells: Tells) => {
      // Narrowed by the comparison, which TypeScript does not do for a type parameter.
      if (tells.kind === kind) end(tells as Extract<Tells, { readonly kind: Kind }>);
    };
    const onExit = () => end(null);
    const end = (told: Extract<Tells, { readonly kind: Kind }> | null) => {
      child.off('message', onMessage).off('exit', onExit);
      resolve(told);
    };
    child.on('message', onMessage).once('exit', onExit);
    if (child.exitCode !== null || child.signalCode !== null) end(null);
  });
}

/** A process that died meanwhile hears nothing. */
function send(child: ChildProcess, told: Told): void {
  if (child.connected) child.send(told, () => {});
}
