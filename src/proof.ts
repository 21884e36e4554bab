import { digestOf } from './digest.ts';

/** The file beside result.json with the OIDC token by which GitHub itself says which workflow run wrote it. */
export const proofFile = 'result.jwt';

/** The largest token that is read, in bytes; GitHub's have about two thousand. */
export const proofBytesLimit = 20_000;

/**
 * The audience of the token that proves a result: it names the claim, the run and the exact bytes of result.json, so that
 * the token proves nothing else and is refused by everybody else. The job that asks and the App that checks compute it alike.
 */
export function proofAudience(result: {
  readonly claim: string;
  readonly run: { readonly id: number; readonly attempt: number };
  readonly bytes: string | Uint8Array;
}): string {
  return `siskin:${result.claim}:${result.run.id}:${result.run.attempt}:${digestOf(result.bytes)}`;
}
