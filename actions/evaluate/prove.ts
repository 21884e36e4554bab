import { getIDToken } from '@actions/core';
import { AppError, messageOf } from '../../src/error.ts';
import { proofAudience } from '../../src/proof.ts';

/** Throws `not-permitted` when the job may not ask GitHub for tokens, before any work is done in vain. */
export function refuseWithoutTokens(environment: Readonly<Record<string, string | undefined>>): void {
  if (environment['ACTIONS_ID_TOKEN_REQUEST_URL'] && environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']) return;
  throw new AppError(
    'not-permitted',
    'expected the permission to prove with an OIDC token who wrote the result, found none; add the line `id-token: write` to `permissions:` of job `evaluate` (of no other job) in the workflow file on the default branch, or take the current file from `siskin init`',
  );
}

/**
 * A token in which GitHub says that this run wrote exactly these bytes of result.json. Everybody who may read the run's artifacts can
 * read it there, and that is harmless: it is good for minutes, and its audience names this one result, so that whoever
 * shows it elsewhere is refused, and whoever shows it to the App proves what it knows already.
 */
export async function proofOf(result: {
  readonly claim: string;
  readonly run: { readonly id: number; readonly attempt: number };
  readonly bytes: string;
}): Promise<string> {
  try {
    return await getIDToken(proofAudience(result));
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `expected GitHub to issue an OIDC token for the result, found: ${messageOf(cause).replaceAll(/\s+/g, ' ')}; run the job again`,
      { cause },
    );
  }
}
