import type { ServedModel, Traffic } from '../../../ports/serving.ts';

/** A model as a proxy remembers it. */
export interface SlotModel {
  readonly version: string;
  readonly digest: string;
  /** Where it was put, as the proxy writes it; empty where the proxy's servers stay where they are. */
  readonly at: string;
}

/** The two servers of a proxy between which traffic is split, by name. Before Siskin, all of it goes to the first. */
export type Slots = readonly [string, string];

/** What Siskin keeps in a proxy itself, so that fence and versions are read from where the traffic is. */
export interface SlotRecord {
  readonly fence: number;
  readonly champion: string | null;
  readonly candidate: string | null;
  /** By name of the slot. A slot without an entry is not known to serve anything. */
  readonly models: Readonly<Record<string, SlotModel>>;
}

/** The record as one word without blanks, quotes, semicolons and backslashes, so that any proxy's language can carry it. */
export function renderSlotRecord({ fence, champion, candidate, models }: SlotRecord): string {
  const fields = new URLSearchParams({ fence: String(fence) });
  if (champion !== null) fields.set('champion', champion);
  if (candidate !== null) fields.set('candidate', candidate);
  for (const [slot, { version, digest, at }] of Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1))) {
    fields.append('slot', slot);
    fields.append('version', version);
    fields.append('digest', digest);
    fields.append('at', at);
  }
  // The one sign that URLSearchParams leaves and that proxies give a meaning.
  return fields.toString().replaceAll('*', '%2A');
}

/** The record that a word holds; null when Siskin did not write it for these slots. */
export function parseSlotRecord(text: string, slots: Slots): SlotRecord | null {
  const fields = new URLSearchParams(text);
  const fence = fields.get('fence') ?? '';
  if (!/^(0|[1-9]\d{0,15})$/.test(fence) || !Number.isSafeInteger(Number(fence))) return null;
  const [names, versions, digests, places] = ['slot', 'version', 'digest', 'at'].map((key) => fields.getAll(key));
  const models = slots.flatMap((slot) => {
    const index = names?.indexOf(slot) ?? -1;
    const [version, digest, at] = [versions?.[index], digests?.[index], places?.[index]];
    return version === undefined || digest === undefined || at === undefined
      ? []
      : [[slot, { version, digest, at }] as const];
  });
  const known = (key: string): string | null => slots.find((slot) => slot === fields.get(key)) ?? null;
  return {
    fence: Number(fence),
    champion: known('champion'),
    candidate: known('candidate'),
    models: Object.fromEntries(models),
  };
}

/** Which slot serves which arm. */
export interface Placement {
  readonly champion: string;
  /** The slot beside the champion's; it holds the candidate when there is one. */
  readonly other: string;
}

/**
 * Where the arms of a wish belong: a model stays in the slot that holds it, so that promotion and rollback move weights
 * and no model; what no slot holds goes where it displaces nothing that is wanted.
 */
export function placement(
  { champion, candidate }: Pick<Traffic, 'champion' | 'candidate'>,
  options: { readonly slots: Slots; readonly holds: (slot: string, model: ServedModel) => boolean },
  before: Pick<SlotRecord, 'champion'> | null,
): Placement {
  const { slots, holds } = options;
  const [first, second] = slots;
  const beside = (slot: string): string => (slot === first ? second : first);
  const kept = champion === null ? undefined : slots.find((slot) => holds(slot, champion));
  if (kept !== undefined) return { champion: kept, other: beside(kept) };
  const taken = candidate === null ? undefined : slots.find((slot) => holds(slot, candidate));
  const home = taken === undefined ? (before?.champion ?? first) : beside(taken);
  return { champion: home, other: beside(home) };
}
