import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { Capability, Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { type Admin, modifyRuntime, readClusters, readConfiguration, readRuntime } from './envoy/admin.ts';
import { checkFolder, writeEndpoints } from './envoy/endpoint-file.ts';
import { type SplitRoutes, splitRoutesOf } from './envoy/split-routes.ts';
import { type ServingPlace, servingKind } from './kind.ts';
import { addressTemplate } from './proxy/address.ts';
import { observedOf, type ProxyServer } from './proxy/observed.ts';
import { type Places, placesOf, recordInMotion, refuseOutdated } from './proxy/places.ts';
import { parseSlotRecord, renderSlotRecord, type SlotRecord, type Slots } from './proxy/slots.ts';

const Connection = z.strictObject({
  admin: Address.describe('The admin interface of Envoy, e.g. http://127.0.0.1:9901. Nobody else should reach it.'),
  folder: z
    .string()
    .regex(/^\/[^\0\n]{0,300}$/, 'a path from the root')
    .optional()
    .describe('Where the files of the clusters’ endpoints are, `<cluster>.json`; Siskin writes them.'),
  address: addressTemplate.optional(),
  'timeout-seconds': z.number().min(0.1).max(60).default(5),
});

const name = z.string().min(1).max(100);

const Target = z.strictObject({
  prefix: name.default('routing.{model}').describe('The `runtime_key_prefix` of the weighted clusters.'),
  clusters: z
    .tuple([name, name])
    .refine(([a, b]) => a !== b, 'two different clusters')
    .default(['{model}-a', '{model}-b'])
    .describe('Its two clusters. Before the first rollout all traffic goes to the first.'),
});

/** Envoy by weighted clusters whose weights are in its runtime. */
export const envoy = servingKind({ Connection, Target, open: (given) => openEnvoy({ ...given, placing: 'address' }) });

/** The same in front of a model server, which moves models behind clusters that stay. */
export const envoyForLoader = servingKind({
  Connection,
  Target,
  open: (given) => openEnvoy({ ...given, placing: 'loader' }),
});

interface Route extends Admin {
  readonly prefix: string;
  readonly slots: Slots;
  readonly folder: string | null;
  /** Where a version answers, empty when nobody said; null where models are moved behind clusters that stay. */
  readonly address: string | null;
}

/** The port to one split. With `loader` the first cluster is always the champion's, since models are moved behind them. */
export function openEnvoy(given: {
  readonly connection: z.output<typeof Connection>;
  readonly target: z.output<typeof Target>;
  readonly place: Pick<ServingPlace, 'model' | 'name'>;
  readonly placing: 'address' | 'loader';
}): ServingPlatform {
  const { connection, target, place, placing } = given;
  const filled = (key: string, text: string): string => {
    const value = fillIn(text, { model: place.model }, asItIs);
    if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(value)) return value;
    throw new AppError(
      'bad-config',
      `expected \`serving.${key}\` of letters, digits, dots, hyphens and underscores, found ${JSON.stringify(value).slice(0, 120)}; name what Envoy has`,
    );
  };
  const [first, second] = target.clusters;
  const route: Route = {
    name: place.name,
    admin: connection.admin,
    timeoutMs: connection['timeout-seconds'] * 1000,
    prefix: filled('prefix', target.prefix),
    slots: [filled('clusters', first), filled('clusters', second)],
    folder: connection.folder ?? null,
    address: placing === 'loader' ? null : (connection.address ?? ''),
  };
  return {
    probe: () => probe(route),
    apply: (traffic) => apply(route, traffic),
    observe: () => observe(route),
  };
}

async function probe(route: Route): Promise<Capability> {
  const problems: string[] = [];
  let routes: SplitRoutes | null = null;
  const steps = [
    async () => checkPlacing(route),
    async () => {
      routes = splitRoutesOf(await readConfiguration(route), route);
      if (routes === null) throw noRoute(route);
    },
    async () => readStanding(route),
    // Removes a key that nothing uses: shows that there is an admin layer, and changes no route.
    async () => modifyRuntime(route, { 'siskin.probe': '' }),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      problems.push(thrown.message);
    }
  }
  // What TypeScript cannot see: a step above may have set it.
  const found = routes as SplitRoutes | null;
  return {
    weights: 'any',
    mostWeight: 100,
    shadow: found?.mirrors ?? false,
    header: found !== null && found.header !== null,
    sticky: found !== null && found.cookie !== null,
    fence: true,
    problems: [...new Set(problems)],
  };
}

async function checkPlacing({ address, folder }: Route): Promise<void> {
  if (address === null) return;
  if (address === '' || folder === null) {
    throw new AppError(
      'bad-config',
      'expected `address` and `folder` in the connection to Envoy, found one of them missing; say where a version answers and where the endpoints of clusters are written',
    );
  }
  await checkFolder(folder);
}

function noRoute({ prefix, slots }: Route): AppError {
  return new AppError(
    'not-found',
    `expected a route of Envoy with weighted clusters ${slots.join(' and ')} and \`runtime_key_prefix: ${prefix}\`, found none; add it as in docs/serving.md`,
  );
}

interface Standing {
  readonly servers: readonly ProxyServer[];
  readonly record: SlotRecord | null;
  /** Percent of the audience that goes to the candidate. */
  readonly routed: number;
  readonly shadow: number;
}

async function readStanding(route: Route): Promise<Standing> {
  const { prefix, slots } = route;
  const runtime = await readRuntime(route);
  const clusters = await readClusters(route);
  const missing = slots.filter((slot) => !clusters.has(slot));
  if (missing.length > 0) {
    throw new AppError(
      'not-found',
      `expected the clusters ${slots.join(' and ')} in Envoy, found no ${missing.join(', no ')}; add them or name others in \`serving.clusters\``,
    );
  }
  const number = (key: string, otherwise: number): number => {
    const value = Number(runtime.get(key) ?? otherwise);
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  };
  // Without a runtime value the route's own weights hold; docs/serving.md says what they are to be.
  const weight = (slot: string): number => number(`${prefix}.${slot}`, slot === slots[0] ? whole : 0);
  const servers = slots.map((slot) => {
    const { at, trouble } = clusters.get(slot) ?? { at: '', trouble: 'is not there' };
    return { name: slot, at, weight: weight(slot), trouble };
  });
  const word = runtime.get(recordKey(route));
  const record = word === undefined ? null : parseSlotRecord(word, slots);
  const candidate = record?.candidate ?? null;
  return {
    servers,
    record,
    routed: candidate === null ? 0 : number(`${prefix}.audience.${candidate}`, 0) / (whole / 100),
    shadow: candidate === null ? 0 : number(`${prefix}.mirror.${candidate}`, 0),
  };
}

/** Weights are hundredths of a percent. */
const whole = 10_000;

function recordKey({ prefix }: Route): string {
  return `siskin.${prefix}`;
}

async function apply(route: Route, traffic: Traffic): Promise<void> {
  await refuseImpossible(route, traffic);
  const { servers, record } = await readStanding(route);
  const { slots, address, prefix } = route;
  refuseOutdated(traffic.fence, record?.fence ?? null, `${prefix} of Envoy`);
  const at = (slot: string): string => servers.find(({ name }) => name === slot)?.at ?? '';
  const places = await placesOf({ slots, address, record, at }, traffic);
  for (const one of places.moves) await move(route, { ...one, places, servers, record });
  await modifyRuntime(route, valuesOf(route, { traffic, places }));
}

async function refuseImpossible(route: Route, { weight, shadow, audience }: Traffic): Promise<void> {
  const refuse = (expected: string, found: string): never => {
    throw new AppError(
      'unsupported',
      `expected ${expected} at ${route.prefix} of Envoy, found ${found}; change the plan of the rollout`,
    );
  };
  if (Math.abs(weight * 100 - Math.round(weight * 100)) > 1e-9) refuse('at most two decimals', `${weight} percent`);
  if (!Number.isInteger(shadow)) refuse('a whole percent of shadow traffic', String(shadow));
  if (shadow === 0 && audience === null) return;
  const routes = splitRoutesOf(await readConfiguration(route), route);
  if (shadow > 0 && routes?.mirrors !== true) refuse('no shadow traffic without a mirror', `${shadow} percent`);
  if (audience === null) return;
  if ('cookie' in audience && audience.cookie !== routes?.cookie) {
    refuse('the cookie of the route’s hash policy', JSON.stringify(audience.cookie));
  }
  if ('value' in audience) {
    const { header, value } = audience;
    const isRouted = routes?.header?.name.toLowerCase() === header.toLowerCase() && routes.header.value === value;
    if (!isRouted) refuse('the header and value of a route', `${JSON.stringify(header)}: ${JSON.stringify(value)}`);
  }
}

async function move(
  route: Route,
  {
    slot,
    to,
    places,
    servers,
    record,
  }: Places['moves'][number] & {
    readonly places: Places;
    readonly servers: readonly ProxyServer[];
    readonly record: SlotRecord | null;
  },
): Promise<void> {
  const { prefix } = route;
  // Where it is the only one that serves, taking its weight would serve nobody.
  const serves = servers.some(({ name, weight }) => name !== slot && weight > 0);
  await modifyRuntime(route, {
    [recordKey(route)]: renderSlotRecord(recordInMotion(places, record)),
    ...(serves ? { [`${prefix}.${slot}`]: '0', [`${prefix}.audience.${slot}`]: '0' } : {}),
    [`${prefix}.mirror.${slot}`]: '0',
  });
  await writeEndpoints(route.folder ?? '', slot, to);
  const end = performance.now() + Math.min(route.timeoutMs, mostWaitMs);
  for (;;) {
    const seen = (await readClusters(route)).get(slot);
    if (seen?.at === to.at) return;
    if (performance.now() > end) {
      throw new AppError(
        'unavailable',
        `expected cluster ${slot} of Envoy at ${to.at} after its file was written, found ${seen?.at === '' ? 'no address' : seen?.at}; check that it reads ${slot}.json by \`eds_cluster_config\``,
      );
    }
    await setTimeout(20);
  }
}

const mostWaitMs = 2000;

function valuesOf(
  route: Route,
  { traffic, places }: { readonly traffic: Traffic; readonly places: Places },
): Readonly<Record<string, string>> {
  const { prefix } = route;
  const { champion, other } = places.placement;
  const { audience, candidate, shadow } = traffic;
  const share = candidate === null ? 0 : Math.round(traffic.weight * 100);
  const toAll = audience !== null && 'value' in audience ? 0 : share;
  return {
    [recordKey(route)]: renderSlotRecord(places.record),
    [`${prefix}.${other}`]: String(toAll),
    [`${prefix}.${champion}`]: String(whole - toAll),
    [`${prefix}.audience.${other}`]: String(share),
    [`${prefix}.audience.${champion}`]: String(whole - share),
    [`${prefix}.mirror.${other}`]: String(candidate === null ? 0 : shadow),
    [`${prefix}.mirror.${champion}`]: '0',
  };
}

async function observe(route: Route): Promise<Observed> {
  const { servers, record, routed, shadow } = await readStanding(route);
  return observedOf({ label: '', slots: route.slots, servers, record, routed, shadow, failover: 'none' });
}
