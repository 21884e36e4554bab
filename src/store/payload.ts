import { deflateSync, inflateSync } from 'node:zlib';
import { z } from 'zod';

/**
 * A webhook's body as it is kept. Its twenty kilobytes are mostly URLs that repeat each other: packed they are a
 * seventh, which is quicker to make than the rest is to write. PostgreSQL's own compression takes longer than both,
 * and so do drivers with bytes, hence text.
 */
export function packedPayload(body: string): string {
  return deflateSync(body, { level: 1 }).toString('base64');
}

/** A `payload` column as it was received. Rows from before bodies were packed hold JSON, which never begins like a packed one. */
export const Payload = z
  .string()
  .transform((kept) =>
    kept.startsWith(zlibHeader) ? inflateSync(Buffer.from(kept, 'base64')).toString('utf8') : kept,
  );

/** Deflate with a window of 32 KB (https://www.rfc-editor.org/rfc/rfc1950#page-5) in base64. */
const zlibHeader = 'eA';
