import { lookup } from 'node:dns/promises';
import { AppError } from '../../../error.ts';
import type { ServedModel, Traffic } from '../../../ports/serving.ts';
import { hostAndPort } from './address.ts';
import { type Placement, placement, type SlotModel, type SlotRecord, type Slots } from './slots.ts';

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
  /** What the proxy shall remember once the moves are made. */
  readonly record: SlotRecord;
}

/** Two slots as they are before a wish. */
export interface Standing {
  readonly slots: Slots;
  /** Where a version answers; null where something else moves models behind the slots, the first of which is the champion's. */
  readonly address: string | null;
  readonly record: SlotRecord | null;
  /** Where a slot is now; empty when it is nowhere. */
  readonly at: (slot: string) => string;
}

/** Which slot serves which arm, and which of them have to change their address for it. AppError when a name has no address. */
export async function placesOf(standing: Standing, traffic: Traffic): Promise<Places> {
  const { slots, record, at } = standing;
  const { champion, candidate, fence } = traffic;
  const endpoints = new Map<ServedModel, Endpoint>();
  // What stands where it was put needs no name server: a rollback depends on nothing but the proxy.
  const stands = (slot: string, { version, digest }: ServedModel): boolean => {
    const known = record?.models[slot];
    return known?.version === version && known.digest === digest && known.at === at(slot);
  };
  const endpointOf = async (model: ServedModel): Promise<Endpoint> => {
    const known = endpoints.get(model) ?? (await resolved(standing.address ?? '', model));
    endpoints.set(model, known);
    return known;
  };
  if (standing.address !== null) {
    for (const model of [champion, candidate]) {
      if (model !== null && !slots.some((slot) => stands(slot, model))) await endpointOf(model);
    }
  }
  // After a restart that lost the record, the address still says which slot serves what.
  const holds = (slot: string, model: ServedModel): boolean =>
    stands(slot, model) || (record === null && at(slot) === endpoints.get(model)?.at);
  const places =
    standing.address === null ? { champion: slots[0], other: slots[1] } : placement(traffic, { slots, holds }, record);
  const moves: Places['moves'][number][] = [];
  const models: Record<string, SlotModel> = { ...record?.models };
  for (const [slot, model] of [
    [places.champion, champion],
    [places.other, candidate],
  ] as const) {
    if (model === null || stands(slot, model)) continue;
    const to = standing.address === null ? null : await endpointOf(model);
    if (to !== null && at(slot) !== to.at) moves.push({ slot, to });
    models[slot] = { version: model.version, digest: model.digest, at: to?.at ?? at(slot) };
  }
  const arms = {
    champion: champion === null ? null : places.champion,
    candidate: candidate === null ? null : places.other,
  };
  return { placement: places, moves, record: { fence, ...arms, models } };
}

async function resolved(template: string, model: ServedModel): Promise<Endpoint> {
  const { host, port } = hostAndPort(template, model);
  try {
    const { address } = await lookup(host);
    return { address, port, at: `${address}:${port}` };
  } catch (cause) {
    const found = `expected an address for ${host}, where version ${model.version} is to answer, found none; deploy it there`;
    throw new AppError('not-found', found, { cause });
  }
}

/** The record while slots are being moved: nobody shall believe that they hold what they held, or already hold the new. */
export function recordInMotion({ moves, record }: Places, before: SlotRecord | null): SlotRecord {
  const isMoved = (slot: string): boolean => moves.some((move) => move.slot === slot);
  return {
    fence: record.fence,
    champion: before?.champion ?? null,
    candidate: before?.candidate ?? null,
    models: Object.fromEntries(Object.entries(record.models).filter(([slot]) => !isMoved(slot))),
  };
}

/** AppError `fenced` when a higher fence stands. */
export function refuseOutdated(fence: number, standing: number | null, place: string): void {
  if (standing === null || standing <= fence) return;
  throw new AppError(
    'fenced',
    `expected no fence above ${fence} at ${place}, found ${standing}; leave it to the newer writer`,
  );
}
