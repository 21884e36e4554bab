import type { z } from 'zod';
import { AppError } from '../../../error.ts';
import { refuseOutdated } from '../proxy/places.ts';
import { describeObject, type KubernetesObject, type Place } from './object.ts';

/** What Siskin keeps on an object itself, as annotations: who wrote last, and what of the wish the object's own fields cannot hold. */
export interface Mark<State> {
  readonly fence: number;
  readonly rollout: string;
  /** Null when somebody edited it into something else. */
  readonly state: State | null;
}

const keys = { fence: 'siskin.dev/fence', rollout: 'siskin.dev/rollout', state: 'siskin.dev/state' } as const;

/** The mark on an object; null when Siskin never wrote it. */
export function markOf<State>({ metadata }: KubernetesObject, schema: z.ZodType<State>): Mark<State> | null {
  const { annotations } = metadata;
  const fence = annotations[keys.fence] ?? '';
  if (!/^(0|[1-9]\d{0,15})$/.test(fence) || !Number.isSafeInteger(Number(fence))) return null;
  const parsed = schema.safeParse(jsonOf(annotations[keys.state] ?? ''));
  return {
    fence: Number(fence),
    rollout: annotations[keys.rollout] ?? '',
    state: parsed.success ? parsed.data : null,
  };
}

/** A mark as annotations. */
export function annotationsOf({ fence, rollout, state }: Mark<unknown>): Readonly<Record<string, string>> {
  return { [keys.fence]: String(fence), [keys.rollout]: rollout, [keys.state]: JSON.stringify(state) };
}

/** Whether an object already has these annotations. */
export function isMarked({ metadata }: KubernetesObject, annotations: Readonly<Record<string, string>>): boolean {
  return Object.entries(annotations).every(([key, value]) => metadata.annotations[key] === value);
}

/** AppError `fenced` when a newer writer was here, `unavailable` when the object is on its way out. */
export function refuseWrite(
  place: Place,
  {
    object,
    fence,
    standing,
  }: { readonly object: KubernetesObject; readonly fence: number; readonly standing: number | null },
): void {
  refuseOutdated(fence, standing, describeObject(place));
  if (object.metadata.deletionTimestamp === undefined) return;
  const text = `expected ${describeObject(place)} to stay, found that it is being deleted; create it again`;
  throw new AppError('unavailable', text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
