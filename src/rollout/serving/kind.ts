import type { z } from 'zod';
import type { ServingPlatform } from '../../ports/serving.ts';
import type { Opening } from '../connections/opening.ts';

/** For whom a service is opened. */
export interface ServingPlace extends Opening {
  readonly repository: string;
  readonly environment: string;
  readonly model: string;
}

/** One kind of serving platform: what its operator writes, what a policy writes, and how both become the port. */
export interface ServingKind {
  /** The keys of a connection beside `kind`, `repositories` and `environments`. */
  readonly Connection: z.ZodObject;
  /** The keys of `serving` in a policy beside `connection`. */
  readonly Target: z.ZodObject;
  /** Both are checked again. ZodError when they do not fit, AppError when a credential is not there. */
  readonly open: (given: {
    readonly connection: unknown;
    readonly target: unknown;
    readonly place: ServingPlace;
  }) => ServingPlatform;
}

/** Puts a platform's own types behind the general ones. */
export function servingKind<Connection extends z.ZodObject, Target extends z.ZodObject>(kind: {
  readonly Connection: Connection;
  readonly Target: Target;
  readonly open: (given: {
    readonly connection: z.output<Connection>;
    readonly target: z.output<Target>;
    readonly place: ServingPlace;
  }) => ServingPlatform;
}): ServingKind {
  return {
    Connection: kind.Connection,
    Target: kind.Target,
    open: ({ connection, target, place }) =>
      kind.open({ connection: kind.Connection.parse(connection), target: kind.Target.parse(target), place }),
  };
}
