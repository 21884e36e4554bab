import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { Capability, Observed, ServingPlatform, Traffic } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { askText } from '../connections/ask.ts';
import { asItIs, fillIn } from '../fill-in.ts';
import { type ServingPlace, servingKind } from './kind.ts';
import { canConnect } from './nginx/can-connect.ts';
import { type Rendering, renderSplit } from './nginx/render-split.ts';
import { readSplit, runCommand, writeSplit } from './nginx/split-file.ts';
import { addressTemplate, hostAndPort } from './proxy/address.ts';
import { refuseOutdated } from './proxy/places.ts';
import { parseSplitRecord, type SplitRecord, splitRecordOf } from './proxy/split-record.ts';

const Command = z.array(z.string().min(1).max(500)).min(1).max(20);

const Connection = z.strictObject({
  folder: z
    .string()
    .regex(/^\/[^\0\n]{0,300}$/, 'a path from the root')
    .describe('The folder whose `*.conf` files nginx includes in its `http` block; Siskin writes one per service.'),
  status: Address.describe('Where the `location` of docs/serving.md answers, before the name of the service.'),
  test: Command.default(['nginx', '-t']).describe('Tests the configuration; run without a shell.'),
  reload: Command.default(['nginx', '-s', 'reload']).describe('Makes nginx read it; run without a shell.'),
  address: addressTemplate.optional(),
  mirror: z.boolean().default(false).describe('Whether the server block has the mirror location of docs/serving.md.'),
  'timeout-seconds': z.number().min(0.1).max(60).default(10),
});

const Target = z.strictObject({
  service: z.string().min(1).max(100).default('{model}').describe('The name in its variables; `{model}` is replaced.'),
});

/** nginx by a file of `split_clients` that it includes, and a reload. */
export const nginx = servingKind({ Connection, Target, open: (given) => openNginx({ ...given, placing: 'address' }) });

/** The same in front of a model server, which moves models behind servers that stay. */
export const nginxForLoader = servingKind({
  Connection,
  Target,
  open: (given) => openNginx({ ...given, placing: 'loader' }),
});

interface Service {
  readonly name: string;
  readonly connection: z.output<typeof Connection>;
  readonly timeoutMs: number;
  readonly placing: 'address' | 'loader';
  /** For messages. */
  readonly connectionName: string;
}

/** The port to one service. With `loader` nginx only says which arm a request is for, and models are moved behind it. */
export function openNginx(given: {
  readonly connection: z.output<typeof Connection>;
  readonly target: z.output<typeof Target>;
  readonly place: Pick<ServingPlace, 'model' | 'name'>;
  readonly placing: 'address' | 'loader';
}): ServingPlatform {
  const { connection, target, place, placing } = given;
  const name = fillIn(target.service, { model: place.model }, asItIs);
  // The same letters in another case, or other signs, would be the same variables.
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw new AppError(
      'bad-config',
      `expected \`serving.service\` of lower-case letters, digits and hyphens, found ${JSON.stringify(name).slice(0, 120)}; name the service so`,
    );
  }
  const timeoutMs = connection['timeout-seconds'] * 1000;
  const service: Service = { name, connection, timeoutMs, placing, connectionName: place.name };
  return {
    probe: () => probe(service),
    apply: (traffic) => apply(service, traffic),
    observe: () => observe(service),
  };
}

async function probe(service: Service): Promise<Capability> {
  const problems = [];
  for (const check of [checkAddress, checkFolder, checkConfiguration, running]) {
    try {
      await check(service);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      problems.push(thrown.message);
    }
  }
  return {
    weights: 'any',
    mostWeight: 100,
    shadow: service.connection.mirror,
    header: true,
    sticky: true,
    fence: true,
    problems,
  };
}

async function checkAddress({ placing, connection }: Service): Promise<void> {
  if (placing === 'loader' || connection.address !== undefined) return;
  throw new AppError(
    'bad-config',
    'expected `address` in the connection to nginx, found none; say where a version answers, e.g. "model-{version}.internal:8080"',
  );
}

async function checkFolder({ connection }: Service): Promise<void> {
  try {
    await access(connection.folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const found = `expected to write into ${connection.folder}, found that it cannot be; make it writable for Siskin`;
    throw new AppError('not-permitted', found, { cause });
  }
}

async function checkConfiguration({ connection, timeoutMs }: Service): Promise<void> {
  await runCommand(connection.test, timeoutMs);
}

/** The record in the configuration that nginx runs with now; null when it is not of Siskin. */
async function running(service: Service): Promise<SplitRecord | null> {
  const { connection, connectionName, name, timeoutMs } = service;
  const url = `${connection.status}/${name}`;
  const { text } = await askText({ name: connectionName, url, timeoutMs, limitBytes: 65_536 });
  const record = parseSplitRecord(text.trim());
  if (record !== null || text.trim() === '' || text.trim() === 'none') return record;
  throw new AppError(
    'world-broken',
    `expected the state of ${name} at ${url}, found another text; add the \`location\` of docs/serving.md`,
  );
}

async function apply(service: Service, traffic: Traffic): Promise<void> {
  const { connection, name, timeoutMs, placing } = service;
  const rendering = renderingOf(service, traffic);
  const written = await readSplit(connection.folder, name);
  const standing = parseSplitRecord(/^# (\S+)\n/.exec(written ?? '')?.[1] ?? '');
  refuseOutdated(traffic.fence, standing?.fence ?? null, `the service ${name} of nginx`);
  const { text, record } = renderSplit(name, { ...rendering, placing });
  if (text === written && (await stateText(service)) === record) return;
  await writeSplit({ folder: connection.folder, name, text, before: written }, () =>
    runCommand(connection.test, timeoutMs),
  );
  await runCommand(connection.reload, timeoutMs);
  await awaitWorkers(service, record);
}

/**
 * A reload is only a signal, and for a moment old and new workers both answer: waits, not for long, until only new ones
 * do, so that what is observed next does not waver. Whether they do is for `observe` to say.
 */
async function awaitWorkers(service: Service, record: string): Promise<void> {
  const end = performance.now() + Math.min(service.timeoutMs, mostWaitMs);
  for (let inARow = 0; performance.now() < end; await setTimeout(5)) {
    const state = await stateText(service);
    inARow = state === record ? inARow + 1 : 0;
    if (state === null || inARow === 3) return;
  }
}

const mostWaitMs = 1000;

// A state that cannot be read is no reason against writing: a rollback needs no more than file and reload.
async function stateText({ connection, connectionName, name, timeoutMs }: Service): Promise<string | null> {
  try {
    const url = `${connection.status}/${name}`;
    return (await askText({ name: connectionName, url, timeoutMs, limitBytes: 65_536 })).text.trim();
  } catch (thrown) {
    if (thrown instanceof AppError) return null;
    throw thrown;
  }
}

function renderingOf({ connection, name, placing }: Service, traffic: Traffic): Rendering {
  const refuse = (expected: string, found: string): never => {
    throw new AppError(
      'unsupported',
      `expected ${expected} at the service ${name} of nginx, found ${found}; change the plan of the rollout`,
    );
  };
  const { audience, shadow, weight } = traffic;
  for (const percent of [weight, shadow]) {
    if (Math.abs(percent * 100 - Math.round(percent * 100)) > 1e-9)
      refuse('at most two decimals', `${percent} percent`);
  }
  if (shadow > 0 && !connection.mirror) refuse('no shadow traffic without `mirror`', `${shadow} percent`);
  if (audience !== null && 'header' in audience) {
    if (!/^[A-Za-z0-9-]{1,100}$/.test(audience.header)) refuse('the name of a header', JSON.stringify(audience.header));
    if (/[^\x20-\x7e]/.test(audience.value)) refuse('a header value of ASCII letters', JSON.stringify(audience.value));
  }
  if (audience !== null && 'cookie' in audience && !/^[A-Za-z0-9_]{1,100}$/.test(audience.cookie)) {
    refuse('a cookie of letters, digits and underscores', JSON.stringify(audience.cookie));
  }
  const at = (model: Traffic['champion']): string | null => {
    if (model === null || placing === 'loader') return null;
    const { host, port } = hostAndPort(connection.address ?? '', model);
    return `${host}:${port}`;
  };
  const record = splitRecordOf(traffic);
  return { record, champion: at(traffic.champion), candidate: at(traffic.candidate), audience };
}

async function observe(service: Service): Promise<Observed> {
  const record = await running(service);
  if (record === null) {
    return {
      fence: null,
      champion: { version: null, digest: null },
      candidate: null,
      weight: 0,
      shadow: 0,
      trouble: null,
    };
  }
  const { fence, champion, candidate, weight, shadow, at } = record;
  const isReady = at === '' || (await canConnect(at, Math.min(service.timeoutMs, 2000)));
  return {
    fence,
    champion,
    candidate: candidate === null ? null : { ...candidate, ready: isReady },
    // nginx sends on what it is told to send, whether or not anybody answers there.
    weight,
    shadow,
    trouble: candidate === null || isReady ? null : `nobody answers at ${at}, where the candidate is to be`,
  };
}
