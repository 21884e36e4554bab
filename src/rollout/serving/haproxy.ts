import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { Capability, Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import type { Backend } from './haproxy/backend.ts';
import { askRuntime, tellRuntime } from './haproxy/runtime.ts';
import { type Read, readBackend } from './haproxy/state.ts';
import { type ServingPlace, servingKind } from './kind.ts';
import { addressTemplate } from './proxy/address.ts';
import { observedOf } from './proxy/observed.ts';
import { type Places, placesOf, recordInMotion, refuseOutdated } from './proxy/places.ts';
import { renderSlotRecord } from './proxy/slots.ts';

const word = /^[A-Za-z0-9_.:-]{1,100}$/;

const Connection = z.strictObject({
  socket: z
    .union([
      z.strictObject({ path: z.string().min(1).max(200) }),
      z.strictObject({ host: z.string().min(1).max(253), port: z.number().int().min(1).max(65_535) }),
    ])
    .describe('The `stats socket … level admin` of HAProxy: `{path}`, or `{host, port}`.'),
  map: z
    .string()
    .regex(/^[A-Za-z0-9_./-]{1,200}$/, 'a path of letters, digits, dots, hyphens, underscores and slashes')
    .describe('A map that the configuration of HAProxy uses; Siskin keeps fence and versions in it.'),
  address: addressTemplate.optional(),
  audience: z
    .union([
      z.strictObject({ header: z.string().regex(/^[A-Za-z0-9-]{1,100}$/) }),
      z.strictObject({ cookie: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/) }),
    ])
    .optional()
    .describe('The header or cookie for which the backend has the `use-server` line of docs/serving.md.'),
  'timeout-seconds': z.number().min(0.1).max(60).default(5),
});

const Target = z.strictObject({
  backend: z.string().min(1).max(100).default('{model}').describe('The backend; `{model}` is replaced.'),
  servers: z
    .tuple([z.string().regex(word), z.string().regex(word)])
    .refine(([a, b]) => a !== b, 'two different servers')
    .default(['a', 'b'])
    .describe('Its two servers. Before the first rollout all traffic goes to the first.'),
});

/** HAProxy by its runtime API: two servers of a backend whose weights are percents. */
export const haproxy = servingKind({
  Connection,
  Target,
  open: (given) => openHaproxy({ ...given, placing: 'address' }),
});

/** The same in front of a model server, which moves models behind servers that stay. */
export const haproxyForLoader = servingKind({
  Connection,
  Target,
  open: (given) => openHaproxy({ ...given, placing: 'loader' }),
});

/** The port to one backend. With `loader` the first server is always the champion's, since models are moved behind them. */
export function openHaproxy(given: {
  readonly connection: z.output<typeof Connection>;
  readonly target: z.output<typeof Target>;
  readonly place: Pick<ServingPlace, 'model'>;
  readonly placing: 'address' | 'loader';
}): ServingPlatform {
  const { connection, target, place, placing } = given;
  const backend = fillIn(target.backend, { model: place.model }, asItIs);
  if (!word.test(backend)) {
    throw new AppError(
      'bad-config',
      `expected \`serving.backend\` of letters, digits, dots, colons, hyphens and underscores, found ${JSON.stringify(backend).slice(0, 120)}; name a backend of HAProxy`,
    );
  }
  const { socket, map, audience } = connection;
  const opened: Backend = {
    socket,
    timeoutMs: connection['timeout-seconds'] * 1000,
    map,
    backend,
    servers: target.servers,
    address: placing === 'loader' ? null : (connection.address ?? ''),
    audience,
  };
  return {
    probe: () => probe(opened),
    apply: (traffic) => apply(opened, traffic),
    observe: () => observe(opened),
  };
}

async function probe(backend: Backend): Promise<Capability> {
  const { audience } = backend;
  return {
    weights: 'whole-percents',
    mostWeight: 100,
    shadow: false,
    header: audience !== undefined && 'header' in audience,
    sticky: audience !== undefined && 'cookie' in audience,
    fence: true,
    problems: await problemsOf(backend),
  };
}

async function problemsOf(backend: Backend): Promise<readonly string[]> {
  const problems: string[] = [];
  if (backend.address === '') {
    problems.push(
      'expected `address` in the connection to HAProxy, found none; say where a version answers, e.g. "model-{version}.internal:8080"',
    );
  }
  try {
    const level = (await askRuntime(backend, ['show cli level'])).trim();
    if (level !== 'admin') {
      const found = /^[a-z]{1,20}$/.test(level) ? `\`level ${level}\`` : 'no runtime API of HAProxy';
      problems.push(
        `expected \`level admin\` at the \`stats socket\`, found ${found}; change it in HAProxy's configuration`,
      );
    }
    const { servers } = await readBackend(backend);
    const strangers = servers.filter(({ name, weight }) => !backend.servers.includes(name) && weight > 0);
    if (strangers.length > 0) {
      problems.push(
        `expected no other server with a weight in backend ${backend.backend}, found ${strangers
          .map(({ name }) => name)
          .join(', ')
          .slice(0, 200)}; its traffic would escape the split`,
      );
    }
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    problems.push(thrown.message);
  }
  return problems;
}

async function apply(backend: Backend, traffic: Traffic): Promise<void> {
  refuseImpossible(backend, traffic);
  const read = await readBackend(backend);
  refuseOutdated(traffic.fence, read.record?.fence ?? null, `backend ${backend.backend} of HAProxy`);
  const { servers: slots, address } = backend;
  const at = (slot: string): string => read.servers.find(({ name }) => name === slot)?.at ?? '';
  const places = await placesOf({ slots, address, record: read.record, at }, traffic);
  // A server that is to change its address gets nothing until it is seen to be at the new one.
  let standing = read;
  for (const one of places.moves) standing = await move(backend, { ...one, places, read: standing });
  await tellRuntime(backend, writesOf(backend, { traffic, read: standing, places }));
}

function refuseImpossible({ backend, audience }: Backend, traffic: Traffic): void {
  const refuse = (expected: string, found: string): never => {
    throw new AppError(
      'unsupported',
      `expected ${expected} at backend ${backend} of HAProxy, found ${found}; change the plan of the rollout`,
    );
  };
  if (!Number.isInteger(traffic.weight)) refuse('a whole percent', String(traffic.weight));
  if (traffic.shadow > 0) refuse('no shadow traffic', `${traffic.shadow} percent`);
  const wanted = traffic.audience;
  if (wanted === null) return;
  const [kind, name] = 'header' in wanted ? ['header', wanted.header] : ['cookie', wanted.cookie];
  const has = audience === undefined ? '' : 'header' in audience ? audience.header.toLowerCase() : audience.cookie;
  const fits = audience !== undefined && kind in audience && has === (kind === 'header' ? name.toLowerCase() : name);
  if (!fits) refuse('an audience that the connection declares', `the ${kind} ${JSON.stringify(name)}`);
  if ('value' in wanted && /[^\x20-\x7e]/.test(wanted.value))
    refuse('a header value of ASCII letters', JSON.stringify(wanted.value));
}

async function move(
  backend: Backend,
  { slot, to, places, read }: Places['moves'][number] & { readonly places: Places; readonly read: Read },
): Promise<Read> {
  const server = `${backend.backend}/${slot}`;
  // Where it is the only one that serves, taking its weight would serve nobody.
  const serves = read.servers.some(({ name, weight, trouble }) => name !== slot && weight > 0 && trouble === null);
  await tellRuntime(backend, [
    mapWrite(backend, read, ['record', renderSlotRecord(recordInMotion(places, read.record))]),
    ...(serves ? [`set server ${server} weight 0`] : []),
    ...(backend.audience === undefined ? [] : [mapWrite(backend, read, ['share', '0'])]),
    `set server ${server} addr ${to.address} port ${to.port}`,
    `set server ${server} state ready`,
  ]);
  const after = await readBackend(backend);
  const seen = after.servers.find(({ name }) => name === slot);
  if (seen?.at === to.at) return after;
  throw new AppError(
    'world-broken',
    `expected server ${server} at ${to.at} after it was set, found ${seen?.at}; look at HAProxy`,
  );
}

function writesOf(
  backend: Backend,
  { traffic, read, places }: { readonly traffic: Traffic; readonly read: Read; readonly places: Places },
): readonly string[] {
  const { candidate, audience, weight } = traffic;
  const { champion: home, other } = places.placement;
  const random = audience === null && candidate !== null ? weight : 0;
  const server = (slot: string, share: number) => `set server ${backend.backend}/${slot} weight ${share}`;
  const entries: readonly (readonly [string, string])[] = [
    ['record', renderSlotRecord(places.record)],
    ['share', String(audience === null ? 0 : weight)],
    ['candidate', other],
    ['audience', audience !== null && 'value' in audience ? audience.value : ''],
  ];
  const [toRecord, ...toRoute] = entries.map((one) => mapWrite(backend, read, one));
  return [
    ...(toRecord === undefined ? [] : [toRecord]),
    server(other, random),
    server(home, 100 - random),
    ...(backend.audience === undefined ? [] : toRoute),
  ];
}

function mapWrite({ map, backend }: Backend, { entries }: Read, [key, value]: readonly [string, string]): string {
  const name = `${backend}/${key}`;
  // An empty value would be no argument at all; no header has this one.
  const escaped = value === '' ? '-' : value.replaceAll(/[^A-Za-z0-9._%&=+-]/g, '\\$&');
  return `${entries.has(name) ? 'set' : 'add'} map ${map} ${name} ${escaped}`;
}

async function observe(backend: Backend): Promise<Observed> {
  const { servers, record, entries } = await readBackend(backend);
  const routed = Number(entries.get(`${backend.backend}/share`) ?? 0) || 0;
  return observedOf({
    label: `${backend.backend}/`,
    slots: backend.servers,
    servers,
    record,
    routed,
    shadow: 0,
    failover: 'others',
  });
}
