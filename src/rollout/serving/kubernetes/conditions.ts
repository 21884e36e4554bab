import { z } from 'zod';
import { oneLine } from '../../../policy/quoted.ts';
import type { Standing } from './split-platform.ts';

const Condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  observedGeneration: z.number().optional(),
});
/** A condition of a status. */
export type Condition = z.output<typeof Condition>;

/** The condition of this type; null when there is none. */
export function conditionOf(conditions: unknown, type: string): Condition | null {
  const all = z.array(z.unknown()).catch([]).parse(conditions);
  for (const one of all) {
    const parsed = Condition.safeParse(one);
    if (parsed.success && parsed.data.type === type) return parsed.data;
  }
  return null;
}

/** Reason and message of a condition on one line. */
export function saidBy({ reason, message }: Condition): string {
  return oneLine(`${reason} ${message}`.trim(), 200) || 'it says nothing';
}

/** Whether somebody took this generation of an object, and all of it. Who does not say of which generation he speaks is believed. */
export function standingOf(
  who: string,
  generation: number,
  { taken, whole }: { readonly taken: Condition | null; readonly whole: Condition | null },
): Standing {
  const isCurrent = (condition: Condition): boolean => (condition.observedGeneration ?? generation) >= generation;
  if (taken === null || !isCurrent(taken)) return { isTaken: false, trouble: `${who} has not taken it` };
  if (taken.status !== 'True') return { isTaken: false, trouble: `${who} does not take it: ${saidBy(taken)}` };
  if (whole === null || whole.status === 'True') return { isTaken: true, trouble: null };
  return { isTaken: true, trouble: `${who}: ${saidBy(whole)}` };
}
