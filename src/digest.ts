import { createHash } from 'node:crypto';

/** `sha256:` followed by 64 lower-case hex digits: the only digest form in Siskin's own documents. */
export type Digest = `sha256:${string}`;

/** The SHA-256 digest of bytes or UTF-8 text. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/**
 * One text per value: keys sorted by code unit, no white space (the object form of RFC 8785 for JSON values without
 * exotic numbers). `undefined` members are left out, as JSON.stringify does.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
