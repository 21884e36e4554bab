import { lookup } from 'node:dns/promises';
import { AppError } from '../../../error.ts';
import type { ServedModel, Traffic } from '../../../ports/serving.ts';
import { hostAndPort } from '../proxy/address.ts';
import { type Placement, placement } from '../proxy/slots.ts';
import type { Backend } from './backend.ts';
import type { Read } from './state.ts';

/** Where a version answers. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Both, as they are compared and recorded. */
  readonly at: string;
}

/** What has to go where for a wish. */
export interface Places {
  readonly placement: Placement;
  readonly moves: readonly { readonly slot: string; readonly to: Endpoint }[];
  /** Where each model answers, as far as it was asked. */
  readonly endpoints: ReadonlyMap<ServedModel, Endpoint>;
}

/** Which server serves which arm, and which of them have to change their address for it. AppError when a name has no address. */
export async function placesOf(
  backend: Backend,
  { traffic, read }: { readonly traffic: Traffic; readonly read: Read },
): Promise<Places> {
  const { servers: slots } = backend;
  const endpoints = new Map<ServedModel, Endpoint>();
  if (backend.placing === 'loader') return { placement: { champion: slots[0], other: slots[1] }, moves: [], endpoints };
  const server = (slot: string) => read.servers.find(({ name }) => name === slot);
  // What stands where it was put needs no name server: a rollback depends on nothing but HAProxy.
  const stands = (slot: string, { version, digest }: ServedModel): boolean => {
    const known = read.record?.models[slot];
    return known?.version === version && known.digest === digest && known.at === server(slot)?.at;
  };
  for (const model of [traffic.champion, traffic.candidate]) {
    if (model === null || slots.some((slot) => stands(slot, model))) continue;
    endpoints.set(model, await resolved(backend, model));
  }
  // After a reload that lost the map, the address still says which slot serves what.
  const holds = (slot: string, model: ServedModel): boolean =>
    stands(slot, model) || (read.record === null && server(slot)?.at === endpoints.get(model)?.at);
  const places = placement(traffic, { slots, holds }, read.record);
  const wanted = [
    [places.champion, traffic.champion],
    [places.other, traffic.candidate],
  ] as const;
  const moves: Places['moves'][number][] = [];
  for (const [slot, model] of wanted) {
    if (model === null || stands(slot, model)) continue;
    const to = endpoints.get(model) ?? (await resolved(backend, model));
    endpoints.set(model, to);
    if (server(slot)?.at !== to.at) moves.push({ slot, to });
  }
  return { placement: places, moves, endpoints };
}

async function resolved({ address, backend }: Backend, model: ServedModel): Promise<Endpoint> {
  const { host, port } = hostAndPort(address ?? '', model);
  try {
    const found = (await lookup(host)).address;
    return { address: found, port, at: `${found}:${port}` };
  } catch (cause) {
    const found = `expected an address for ${host}, where version ${model.version} of backend ${backend} is to answer, found none; deploy it there`;
    throw new AppError('not-found', found, { cause });
  }
}
