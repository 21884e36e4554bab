import { z } from 'zod';

/** A bigint column: node-postgres gives text, PGlite a number; GitHub's ids stay far below 2^53. */
export const Id = z.coerce.number().int();

/** A nullable bigint column. Null must not be coerced to zero. */
export const NullableId = z.union([z.null(), Id]);

/** A timestamptz column as ISO 8601 text. */
export const Instant = z.date().transform((date) => date.toISOString());

/** A nullable timestamptz column. */
export const NullableInstant = z.union([z.null(), Instant]);
