import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { AirlineOrder } from './airline.ts';

/** The place where models serve: ports that are chosen before anything listens there, so that all can be told of all. */
export interface ServingPlaces {
  readonly predictions: number;
  readonly administration: number;
  readonly airline: number;
  readonly secret: string;
}

/** Chooses free ports and a secret. */
export async function servingPlaces(): Promise<ServingPlaces> {
  const [predictions, administration, airline] = await Promise.all([freePort(), freePort(), freePort()]);
  return { predictions, administration, airline, secret: 'only the App and the model server know this' };
}

/** What the operator of the App writes so that rollouts of a repository reach the model server and both sides' counters. */
export function connectionsOf({ administration, airline }: ServingPlaces, repository: string): string {
  const allowed = `repositories: [${repository}]\n    environments: [production]`;
  return `connections:
  models:
    kind: http
    address: http://127.0.0.1:${administration}
    secret: { env: SERVING_SECRET }
    ${allowed}
  server:
    kind: openmetrics
    url: http://127.0.0.1:${administration}/metrics
    ${allowed}
  airline:
    kind: openmetrics
    url: http://127.0.0.1:${airline}/metrics
    ${allowed}
`;
}

/** A program that runs until it is disposed of. */
export interface RunningProgram extends AsyncDisposable {
  readonly child: ChildProcess;
}

/** Starts `siskin serve` as a person would, and waits until it listens. */
export async function startModelServer(options: {
  readonly places: ServingPlaces;
  readonly state: string;
  /** Below which addresses it may fetch models. */
  readonly artifacts: string;
  readonly token: string;
}): Promise<RunningProgram> {
  const { places, state, artifacts, token } = options;
  const ports = ['--port', String(places.predictions), '--admin-port', String(places.administration)];
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../../cli/siskin.ts'),
      'serve',
      '--json',
      '--state',
      state,
      '--artifacts',
      artifacts,
      ...ports,
    ],
    {
      env: { PATH: process.env['PATH'], SISKIN_SERVE_SECRET: places.secret, SISKIN_SERVE_ARTIFACT_TOKEN: token },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return await running(child, 'siskin serve');
}

/** Starts an airline that asks for predictions. */
export async function startAirline(order: AirlineOrder): Promise<RunningProgram> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'airline.ts'), JSON.stringify(order)], {
    env: { PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return await running(child, 'the airline');
}

async function running(child: ChildProcess, what: string): Promise<RunningProgram> {
  const ended = once(child, 'exit');
  // Whoever ends without disposing of it leaves no program behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const spoken = child.stdout === null ? Promise.reject(new Error('no output')) : once(child.stdout, 'data');
  const first = await Promise.race([spoken.then(() => 'listens'), ended.then(() => 'ended')]);
  if (first === 'ended') throw new Error(`expected ${what} to listen, found that it ended with ${child.exitCode}`);
  return {
    child,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      if (child.exitCode === null && child.signalCode === null) await ended;
      clearTimeout(timer);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
