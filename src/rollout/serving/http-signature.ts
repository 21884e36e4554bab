import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far apart the two clocks may be. */
export const clockWindowMs = 300_000;

/** The headers that carry a signature; Node gives header names in lower case. */
export const signatureHeaders = {
  /** Milliseconds since 1970 at the one who asks. */
  timestamp: 'siskin-timestamp',
  signature: 'siskin-signature',
  /** The same for every delivery of one write; absent on reads. */
  key: 'idempotency-key',
} as const;

/** What a signature covers. */
export interface Signed {
  readonly timestamp: number;
  /** The idempotency key; empty on a read. */
  readonly key: string;
  readonly method: string;
  /** From `/v1/` on: what is before it belongs to proxies. */
  readonly path: string;
  readonly body: Uint8Array;
}

/** `v1=` and the HMAC-SHA256, in hexadecimal, of `v1`, timestamp, key, method, path, each ended by a line feed, and the body. */
export function signatureOf(secret: string, { timestamp, key, method, path, body }: Signed): string {
  const hmac = createHmac('sha256', secret).update(`v1\n${timestamp}\n${key}\n${method}\n${path}\n`).update(body);
  return `v1=${hmac.digest('hex')}`;
}

/** Why a request is not from one who has the secret, now; null when it is. Takes the same time whatever differs. */
export function forgery(options: {
  readonly secret: string;
  readonly signature: string;
  readonly signed: Signed;
  readonly nowMs: number;
}): string | null {
  const { secret, signature, signed, nowMs } = options;
  const expected = Buffer.from(signatureOf(secret, signed));
  const found = Buffer.from(signature);
  if (expected.length !== found.length || !timingSafeEqual(expected, found)) {
    return `expected the header ${signatureHeaders.signature} to sign this request with the shared secret, found that it does not; check that both sides have the same secret`;
  }
  const apart = Math.abs(nowMs - signed.timestamp);
  if (apart <= clockWindowMs) return null;
  return `expected ${signatureHeaders.timestamp} within ${clockWindowMs / 1000} seconds of this clock, found ${Math.round(apart / 1000)} seconds apart; set the clocks`;
}
