import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Gives out and checks URLs that work without a token for a while, as GitHub's downloads do. */
export interface UrlSigner {
  /** Adds expiry and signature to a URL without a query. */
  sign(url: string, purpose: 'read' | 'write'): string;
  /** Whether a request's URL carries a signature for this purpose that has not expired. */
  isSigned(url: URL, purpose: 'read' | 'write'): boolean;
}

const lifetimeMs = 600_000;

/** A signer whose key lives as long as the process. */
export function createUrlSigner(clock: () => Date): UrlSigner {
  const key = randomBytes(32);
  const signature = (path: string, purpose: string, expires: string) =>
    createHmac('sha256', key).update(`${purpose}\n${path}\n${expires}`).digest('base64');
  return {
    sign: (text, purpose) => {
      const url = new URL(text);
      const expires = new Date(clock().getTime() + lifetimeMs).toISOString();
      url.searchParams.set('se', expires);
      url.searchParams.set('sig', signature(url.pathname, purpose, expires));
      return url.href;
    },
    isSigned: (url, purpose) => {
      const expires = url.searchParams.get('se') ?? '';
      const given = Buffer.from(url.searchParams.get('sig') ?? '');
      const expected = Buffer.from(signature(url.pathname, purpose, expires));
      return given.length === expected.length && timingSafeEqual(given, expected) && new Date(expires) > clock();
    },
  };
}
