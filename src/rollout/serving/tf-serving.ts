import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { ServingPlatform } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { servingKind } from './kind.ts';
import { type Arm, behindProxy, type Loader, type Loading } from './loader/behind-proxy.ts';
import { openProxy, ProxyConnection, ProxyTarget } from './loader/proxy-in-front.ts';
import { versionNumber } from './loader/version-number.ts';
import { call, type GrpcServer } from './tf-serving/call.ts';
import {
  reloadRefusal,
  reloadRequest,
  statusAnswer,
  statusRequest,
  type VersionStatus,
  versionStates,
} from './tf-serving/messages.ts';

const Connection = z.strictObject({
  grpc: Address.describe('The gRPC port, e.g. http://serving.internal:8500.'),
  'base-path': z
    .string()
    .min(1)
    .max(500)
    .default('/models/{model}')
    .describe('Where the server finds the versions of the model, as folders named by numbers.'),
  proxy: ProxyConnection,
  'timeout-seconds': z.number().min(0.1).max(60).default(10),
});

const Target = z.strictObject({
  name: z.string().min(1).max(100).default('{model}').describe('The name of the model on the server.'),
  proxy: ProxyTarget,
});

/** TensorFlow Serving, one server for each model, with labels `champion` and `candidate` and a proxy that splits between them. */
export const tfServing = servingKind({
  Connection,
  Target,
  open: ({ connection, target, place }) => {
    const model = { model: place.model };
    const server: Server = {
      name: place.name,
      address: connection.grpc,
      timeoutMs: connection['timeout-seconds'] * 1000,
      model: fillIn(target.name, model, asItIs),
      basePath: fillIn(connection['base-path'], model, asItIs),
    };
    const proxy = openProxy({ connection: connection.proxy, target: target.proxy, place });
    return openTfServing(server, proxy);
  },
});

interface Server extends GrpcServer {
  readonly model: string;
  readonly basePath: string;
}

/** The port to one server behind one proxy. */
export function openTfServing(server: Server, proxy: ServingPlatform): ServingPlatform {
  const loader: Loader = {
    problems: () => problems(server),
    state: (arm, version) => state(server, arm, version),
    place: (arm, version) => place(server, arm, version),
  };
  return behindProxy(loader, proxy);
}

async function problems(server: Server): Promise<readonly string[]> {
  try {
    await statuses(server, null);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return [thrown.message];
  }
}

async function statuses(server: Server, label: string | null): Promise<readonly VersionStatus[]> {
  const answer = await call(
    server,
    '/tensorflow.serving.ModelService/GetModelStatus',
    statusRequest(server.model, label),
  );
  const found = statusAnswer(answer);
  if (found !== null) return found;
  throw new AppError(
    'world-broken',
    `expected the versions of ${server.model} from \`${server.name}\`, found another message; check that it is TensorFlow Serving`,
  );
}

async function state(server: Server, arm: Arm, version: string): Promise<Loading> {
  const number = versionNumber(version);
  const labelled = await labelledVersion(server, arm);
  if (labelled === number) return { kind: 'ready' };
  const status = (await statuses(server, null)).find((one) => one.version === number);
  const isComing = status?.state === versionStates.start || status?.state === versionStates.loading;
  if (isComing) return { kind: 'loading' };
  const reason =
    status?.refusal != null
      ? `version ${number} could not be loaded: ${status.refusal.replace(/\s+/g, ' ').slice(0, 200)}`
      : `the label ${arm} is on ${labelled === null ? 'no version' : `version ${labelled}`} and not on ${number}`;
  return { kind: 'elsewhere', reason };
}

/** The available version that a label is on; null when it is on none. */
async function labelledVersion(server: Server, label: Arm): Promise<number | null> {
  try {
    const [status] = await statuses(server, label);
    return status?.state === versionStates.available ? status.version : null;
  } catch (thrown) {
    // How a label that nobody set is answered.
    if (thrown instanceof AppError && (thrown.code === 'not-found' || thrown.code === 'conflict')) return null;
    throw thrown;
  }
}

async function place(server: Server, arm: Arm, version: string): Promise<Loading> {
  const number = versionNumber(version);
  const labels: Record<string, number> = {};
  for (const one of ['champion', 'candidate'] as const) {
    const on = await labelledVersion(server, one);
    if (on !== null) labels[one] = on;
  }
  const available = (all: readonly VersionStatus[]) =>
    all.some((one) => one.version === number && one.state === versionStates.available);
  // A label can only be put on a version that is there: one reload loads it, a second one moves the label.
  if (!available(await statuses(server, null))) {
    await reload(server, [...Object.values(labels), number], labels);
    if (!available(await statuses(server, null))) return await state(server, arm, version);
  }
  const others = await keptVersions(server, { arm, labels, number });
  await reload(server, [...others, number], { ...labels, [arm]: number });
  return await state(server, arm, version);
}

// What the champion was stays loaded until the next candidate comes, so that going back to it needs no loading.
async function keptVersions(
  server: Server,
  {
    arm,
    labels,
    number,
  }: { readonly arm: Arm; readonly labels: Readonly<Record<string, number>>; readonly number: number },
): Promise<readonly number[]> {
  const labelled = Object.entries(labels).flatMap(([label, version]) => (label === arm ? [] : [version]));
  if (arm === 'candidate') return labelled;
  const loaded = (await statuses(server, null)).filter(({ state }) => state === versionStates.available);
  return [...labelled, ...loaded.map(({ version }) => version)].filter((version) => version !== number);
}

async function reload(
  server: Server,
  versions: readonly number[],
  labels: Readonly<Record<string, number>>,
): Promise<void> {
  const { model, basePath, name } = server;
  const config = { name: model, basePath, versions: [...new Set(versions)].sort((a, b) => a - b), labels };
  const refusal = reloadRefusal(
    await call(server, '/tensorflow.serving.ModelService/HandleReloadConfigRequest', reloadRequest([config])),
  );
  if (refusal === null) return;
  throw new AppError(
    'conflict',
    `expected \`${name}\` to take the versions ${config.versions.join(', ')} of ${model}, found ${refusal.replace(/\s+/g, ' ').slice(0, 300)}; put the model under ${basePath}`,
  );
}
