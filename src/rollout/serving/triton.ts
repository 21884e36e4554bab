import { z } from 'zod';
import { AppError } from '../../error.ts';
import { oneLine } from '../../policy/quoted.ts';
import type { ServingPlatform } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { askJson, askText } from '../connections/ask.ts';
import { asItIs, fillIn, inAddress } from '../fill-in.ts';
import { servingKind } from './kind.ts';
import { type Arm, behindProxy, type Loader, type Loading } from './loader/behind-proxy.ts';
import { openProxy, ProxyConnection, ProxyTarget } from './loader/proxy-in-front.ts';
import { versionNumber } from './loader/version-number.ts';

const Connection = z.strictObject({
  champion: Address.describe(
    'The Triton behind the first server of the proxy; started with `--model-control-mode=explicit`.',
  ),
  candidate: Address.describe('The Triton behind its second server.'),
  proxy: ProxyConnection,
  'timeout-seconds': z
    .number()
    .min(0.1)
    .max(60)
    .default(5)
    .describe('How long one request may take; a load that takes longer goes on by itself.'),
});

const Target = z.strictObject({
  name: z.string().min(1).max(100).default('{model}').describe('The name of the model in the repository.'),
  proxy: ProxyTarget,
});

/** Triton Inference Server: one for each arm, each with one version, and a proxy that splits between them. */
export const triton = servingKind({
  Connection,
  Target,
  open: ({ connection, target, place }) => {
    const { champion, candidate, proxy } = connection;
    const servers: Servers = {
      name: place.name,
      champion,
      candidate,
      model: fillIn(target.name, { model: place.model }, asItIs),
      timeoutMs: connection['timeout-seconds'] * 1000,
    };
    return openTriton(servers, openProxy({ connection: proxy, target: target.proxy, place }));
  },
});

interface Servers {
  /** The connection, for messages. */
  readonly name: string;
  readonly champion: string;
  readonly candidate: string;
  readonly model: string;
  readonly timeoutMs: number;
}

/** The port to two servers behind one proxy. */
export function openTriton(servers: Servers, proxy: ServingPlatform): ServingPlatform {
  const loader: Loader = {
    problems: () => problems(servers),
    state: (arm, version) => state(servers, arm, versionNumber(version)),
    place: (arm, version) => place(servers, arm, versionNumber(version)),
  };
  return behindProxy(loader, proxy);
}

// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_model_repository.md
const Index = z.array(
  z.object({
    name: z.string(),
    version: z.string().default(''),
    state: z.string().default(''),
    reason: z.string().default(''),
  }),
);

async function indexOf(servers: Servers, arm: Arm): Promise<z.output<typeof Index>> {
  const { name, timeoutMs } = servers;
  const url = `${servers[arm]}/v2/repository/index`;
  const headers = { 'content-type': 'application/json' };
  const answer = await askJson({ name, url, method: 'POST', headers, body: '{}', timeoutMs, limitBytes: 4_000_000 });
  const parsed = Index.safeParse(answer);
  if (parsed.success) return parsed.data.filter((entry) => entry.name === servers.model);
  throw new AppError(
    'world-broken',
    `expected the repository of the ${arm}'s Triton from \`${name}\`, found another answer; check the address`,
  );
}

async function problems(servers: Servers): Promise<readonly string[]> {
  const found: string[] = [];
  for (const arm of ['champion', 'candidate'] as const) {
    try {
      if ((await indexOf(servers, arm)).length > 0) continue;
      found.push(
        `expected the model ${servers.model} in the repository of the ${arm}'s Triton of \`${servers.name}\`, found none; put it there or name another`,
      );
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      found.push(thrown.message);
    }
  }
  return found;
}

async function state(servers: Servers, arm: Arm, number: number): Promise<Loading> {
  const entries = await indexOf(servers, arm);
  const ready = entries.filter((entry) => entry.state === 'READY').map(({ version }) => version);
  // A request names no version, and gets the highest.
  if (ready.length === 1 && ready[0] === String(number)) return { kind: 'ready' };
  const own = entries.find(({ version }) => version === String(number));
  if (own?.state === 'LOADING') return { kind: 'loading' };
  const why =
    own === undefined || own.reason === '' || own.reason === 'unloaded' ? '' : ` (${oneLine(own.reason, 200)})`;
  const serves = ready.length === 0 ? 'no version' : `version ${ready.join(' and ')}`;
  return { kind: 'elsewhere', reason: `Triton serves ${serves} and not ${number}${why}` };
}

async function place(servers: Servers, arm: Arm, number: number): Promise<Loading> {
  try {
    // Without a configuration to change, whatever is in the repository is loaded first: nothing is served yet.
    const known =
      (await configuration(servers, arm)) ?? (await load(servers, arm, null).then(() => configuration(servers, arm)));
    const policy = { version_policy: { specific: { versions: [number] } } };
    await load(servers, arm, { ...known, ...policy });
  } catch (thrown) {
    // Triton answers when it has loaded the model, which may take longer; what it has now goes on.
    if (!(thrown instanceof AppError) || thrown.code !== 'timed-out') throw thrown;
    return { kind: 'loading' };
  }
  return await state(servers, arm, number);
}

/** How the loaded model is configured; null when it is not loaded. */
async function configuration(servers: Servers, arm: Arm): Promise<Readonly<Record<string, unknown>> | null> {
  const { name, model, timeoutMs } = servers;
  try {
    const answer = await askJson({ name, url: `${servers[arm]}/v2/models/${inAddress(model)}/config`, timeoutMs });
    return z.record(z.string(), z.unknown()).parse(answer);
  } catch (thrown) {
    // How Triton says that a model is not loaded.
    if (thrown instanceof AppError && (thrown.code === 'bad-input' || thrown.code === 'not-found')) return null;
    throw thrown;
  }
}

async function load(servers: Servers, arm: Arm, config: Readonly<Record<string, unknown>> | null): Promise<void> {
  const { name, model, timeoutMs } = servers;
  const url = `${servers[arm]}/v2/repository/models/${inAddress(model)}/load`;
  const body = JSON.stringify(config === null ? {} : { parameters: { config: JSON.stringify(config) } });
  const headers = { 'content-type': 'application/json' };
  await askText({ name, url, method: 'POST', headers, body, timeoutMs, limitBytes: 1_000_000 });
}
