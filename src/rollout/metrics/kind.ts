import { z } from 'zod';
import type { MetricQuestion, MetricSource } from '../../ports/metric-source.ts';
import type { Opening } from '../connections/opening.ts';

/** One kind of metric source: what its operator writes, and how that becomes the port. */
export interface MetricKind {
  /** The keys of a connection beside `kind`, `repositories` and `environments`. */
  readonly Connection: z.ZodObject;
  /** It is checked again. ZodError when it does not fit. */
  readonly open: (given: { readonly connection: unknown; readonly place: Opening }) => MetricSource;
}

/** Puts a source's own type behind the general one, and lets its operator say how late its numbers come. */
export function metricKind<Connection extends z.ZodObject>(kind: {
  readonly Connection: Connection;
  readonly open: (given: { readonly connection: z.output<Connection>; readonly place: Opening }) => MetricSource;
  /** How late the numbers of this kind usually are complete. Default: 0. */
  readonly delaySeconds?: number;
}): MetricKind {
  const Delay = z
    .number()
    .int()
    .min(0)
    .max(90 * 86_400)
    .default(kind.delaySeconds ?? 0)
    .describe(
      'How many seconds after it a minute is complete here: windows are measured so much earlier, of both arms.',
    );
  return {
    Connection: kind.Connection.extend({ 'delay-seconds': Delay }),
    open({ connection, place }) {
      const { 'delay-seconds': delay, ...own } = z.looseObject({ 'delay-seconds': Delay }).parse(connection);
      return delayed(kind.open({ connection: kind.Connection.parse(own), place }), delay);
    },
  };
}

/**
 * Each window tells of the one that lies so much earlier and is complete by now, for the champion as for the candidate.
 * So no window is ever half full, and what is compared was exposed at the same time.
 */
function delayed(source: MetricSource, seconds: number): MetricSource {
  if (seconds === 0) return source;
  return {
    measure: (question) => source.measure(earlier(question, seconds)),
    check: (question) => source.check(earlier(question, seconds)),
  };
}

function earlier(question: MetricQuestion, seconds: number): MetricQuestion {
  return { ...question, from: moved(question.from, seconds), to: moved(question.to, seconds) };
}

function moved(instant: string, seconds: number): string {
  const at = Date.parse(instant) - seconds * 1000;
  return Number.isFinite(at) ? new Date(at).toISOString() : instant;
}
