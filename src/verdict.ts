import { z } from 'zod';

/** A number that was measured, or why there is none. Never a silent zero; never NaN or infinite. */
export const Measurement = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('value'), value: z.number() }),
  z.strictObject({ kind: z.literal('missing'), reason: z.string().max(500) }),
  z.strictObject({ kind: z.literal('failed'), reason: z.string().max(500) }),
]);
export type Measurement = z.infer<typeof Measurement>;

/** A measurement of a number; a number that is not finite becomes a failed measurement. */
export function measured(value: number): Measurement {
  return Number.isFinite(value)
    ? { kind: 'value', value }
    : { kind: 'failed', reason: `expected a finite number, found ${value}` };
}

/** What a gate says, from best to worst. Unknown, absent or unspecified is never `pass`. */
export const verdicts = ['pass', 'inconclusive', 'fail', 'error'] as const;
/** The outcome of a gate, of several, or of a whole model. */
export const Verdict = z.enum(verdicts);
export type Verdict = z.infer<typeof Verdict>;

/** The worst of several verdicts wins; of none at all nothing is known, so it is `inconclusive`. */
export function worst(all: readonly Verdict[]): Verdict {
  if (all.length === 0) return 'inconclusive';
  return all.reduce((a, b) => (verdicts.indexOf(b) > verdicts.indexOf(a) ? b : a));
}
