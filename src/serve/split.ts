import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Traffic } from '../ports/serving.ts';

/** Who answers a request: `outside` is the champion, for requests that are not of the rollout's audience. */
export type Arm = 'champion' | 'candidate' | 'outside';

/** The places of one service in its two sequences: one decides who answers, the other what is mirrored. */
export interface SplitCounters {
  answered: number;
  mirrored: number;
}

/** What the split depends on. */
export type SplitTraffic = Pick<Traffic, 'rollout' | 'weight' | 'audience'>;

/**
 * The arm of one request. With a cookie as audience, a request that has the key (as a cookie, or as a header of that name)
 * goes where the hash of rollout and key says, so that it stays there and a rising weight only adds keys. All others go by
 * a sequence of low discrepancy: after n requests the candidate's share is off by at most a few requests, whatever n.
 */
export function armOf(traffic: SplitTraffic, headers: IncomingHttpHeaders, counters: SplitCounters): Arm {
  const { weight, audience, rollout } = traffic;
  if (audience !== null && 'header' in audience && !hasValue(headers, audience)) return 'outside';
  const key = audience !== null && 'cookie' in audience ? keyOf(headers, audience.cookie) : null;
  const place = key === null ? evenly(counters.answered++) : placeOfKey(rollout, key);
  return place * 100 < weight ? 'candidate' : 'champion';
}

/** Whether one request is mirrored, by a sequence of its own. */
export function isMirrored(percent: number, counters: SplitCounters): boolean {
  return percent > 0 && evenly(counters.mirrored++) * 100 < percent;
}

/**
 * The n-th number of a sequence in [0, 1) that fills it evenly from the start: multiples of the golden ratio modulo one
 * (Weyl's sequence; Knuth, The Art of Computer Programming 3, 6.4), in whole numbers so that it never loses precision.
 * It has no short period, which a client that does every twentieth request differently would meet.
 */
export function evenly(n: number): number {
  return (Math.imul(n | 0, 0x9e3779b1) >>> 0) / 2 ** 32;
}

/** The place of a key in [0, 1), the same for ever in one rollout and independent between rollouts. */
export function placeOfKey(rollout: string, key: string): number {
  const hash = createHash('sha256').update(`${rollout}\n${key}`).digest();
  return hash.readUInt32BE(0) / 2 ** 32;
}

function hasValue(
  headers: IncomingHttpHeaders,
  audience: { readonly header: string; readonly value: string },
): boolean {
  const found = headers[audience.header.toLowerCase()];
  return Array.isArray(found) ? found.includes(audience.value) : found === audience.value;
}

function keyOf(headers: IncomingHttpHeaders, name: string): string | null {
  for (const pair of headers.cookie?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return nonEmpty(pair.slice(at + 1).trim());
  }
  const header = Object.hasOwn(headers, name.toLowerCase()) ? headers[name.toLowerCase()] : undefined;
  return nonEmpty(Array.isArray(header) ? header[0] : header);
}

function nonEmpty(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
