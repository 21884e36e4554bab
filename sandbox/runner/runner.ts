import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ActionsBackend } from '../github/actions-backend.ts';
import type { RunnerMachine } from './job-order.ts';
import { createMachine, type Machine } from './machine.ts';
import type { KillGrace } from './process.ts';
import { poolOf } from './runner-pool.ts';

/** A runner that serves a sandbox's GitHub until it is disposed of, which kills the jobs it is at. */
export interface Runner extends AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  /** Resolves when no run of this GitHub is under way. */
  idle(): Promise<void>;
  /**
   * The machine that does this job vanishes: its processes are killed and GitHub hears no more of it, so that the job
   * stays in progress until its run is cancelled. `noticed`: GitHub gives the job up, as it does after some minutes, and
   * another machine takes the place. Rejects when no machine here does it.
   */
  loseJob(name: string, how?: 'unnoticed' | 'noticed'): Promise<void>;
}

export interface RunnerOptions {
  readonly backend: ActionsBackend;
  readonly labels: readonly string[];
  /** Keeps `_work`; a temporary folder that goes with the runner when not given. */
  readonly folder?: string;
  readonly name?: string;
  /** Folders of action repositories by `owner/repo`, e.g. `{ 'siskin-dev/siskin': '/checkout' }`. The ref is not looked at. */
  readonly actions: Readonly<Record<string, string>>;
  readonly toolCache?: string;
  /** PATH of the steps; this process's own, without packages' tools, when not given. */
  readonly path?: string;
  /** How many machines with these labels; each has its own `_work`. */
  readonly concurrency?: number;
  /** A `node_modules` folder that every workspace can import from, as of an image that has libraries installed. */
  readonly preinstalledModules?: string;
  readonly grace?: KillGrace;
}

/** Actions that every runner here knows, beside those it is given. */
const builtInActions = ['checkout', 'setup-node', 'setup-python'];

/** Starts machines that take jobs whose labels they all carry. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'runner-')));
  const name = options.name ?? `runner-${options.labels.join('-')}`;
  const actions = Object.fromEntries([
    ...builtInActions.map((action) => [`actions/${action}`, join(import.meta.dirname, 'actions', action)]),
    ...Object.entries(options.actions).map(([repository, source]) => [repository.toLowerCase(), source]),
  ]);
  const pool = poolOf(options.backend);
  const machines: Machine[] = [];
  const start = (): void => {
    const index = machines.length;
    const settings: Omit<RunnerMachine, 'vanished'> = {
      backend: options.backend,
      name: index === 0 ? name : `${name}-${index + 1}`,
      labels: options.labels,
      folder: index === 0 ? folder : join(folder, `machine-${index + 1}`),
      actions,
      toolCache: options.toolCache ?? join(folder, '_tool'),
      path: options.path ?? ownPath(),
      preinstalledModules: options.preinstalledModules ?? null,
      grace: options.grace ?? { interruptMs: 7500, terminateMs: 2500 },
    };
    const machine = createMachine(settings);
    machines.push(machine);
    pool.join(machine);
  };
  await mkdir(folder, { recursive: true });
  for (let count = 0; count < (options.concurrency ?? 1); count += 1) start();
  return {
    name,
    folder,
    idle: () => pool.idle(),
    loseJob: async (job, how = 'unnoticed') => {
      const machine = machines.find((candidate) => candidate.jobName() === job);
      if (machine === undefined) {
        throw new Error(`expected one of runner ${name}'s machines to do job '${job}', found none`);
      }
      pool.leave(machine);
      await machine.vanish(how);
      if (how === 'noticed') start();
    },
    [Symbol.asyncDispose]: async () => {
      for (const machine of machines) {
        pool.leave(machine);
      }
      await Promise.all(machines.map((machine) => machine.vanish('unnoticed')));
      if (options.folder === undefined) {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function ownPath(): string {
  const folders = (process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin')
    .split(':')
    .filter((entry) => !entry.includes('/node_modules/'));
  return [dirname(process.execPath), ...folders].join(':');
}
