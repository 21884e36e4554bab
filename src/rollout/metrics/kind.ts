import type { z } from 'zod';
import type { MetricSource } from '../../ports/metric-source.ts';
import type { Opening } from '../connections/opening.ts';

/** One kind of metric source: what its operator writes, and how that becomes the port. */
export interface MetricKind {
  /** The keys of a connection beside `kind`, `repositories` and `environments`. */
  readonly Connection: z.ZodObject;
  /** It is checked again. ZodError when it does not fit. */
  readonly open: (given: { readonly connection: unknown; readonly place: Opening }) => MetricSource;
}

/** Puts a source's own type behind the general one. */
export function metricKind<Connection extends z.ZodObject>(kind: {
  readonly Connection: Connection;
  readonly open: (given: { readonly connection: z.output<Connection>; readonly place: Opening }) => MetricSource;
}): MetricKind {
  return {
    Connection: kind.Connection,
    open: ({ connection, place }) => kind.open({ connection: kind.Connection.parse(connection), place }),
  };
}
