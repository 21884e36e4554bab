import type { Claims, TokenReader } from '../src/ports.ts';
import { proofAudience, proofFile } from '../src/proof.ts';
import type { Result } from '../src/result.ts';
import { zipArchive } from './zip-archive.ts';

/** A provider of tokens for tests without cryptography: a token is its claims in JSON, and nothing else is signed. */
export const plainTokens: TokenReader = {
  async verifyToken(token) {
    if (!token.startsWith('{')) return { kind: 'refused', reason: 'expected a signed token, found another' };
    // Only tests write these tokens.
    return { kind: 'signed', claims: JSON.parse(token) as Claims };
  },
};

/** The claims of the token that job `evaluate` gets for a result, changed in what a test states. */
export function someClaims(
  { result, bytes }: { readonly result: Result; readonly bytes: string | Uint8Array },
  changes: Claims = {},
): Claims {
  const issued = Date.parse(result.finishedAt) / 1000;
  const workflow = `${result.repository}/.github/workflows/siskin.yml@refs/heads/main`;
  return {
    aud: proofAudience({ claim: result.claim, run: result.run, bytes }),
    repository: result.repository,
    repository_id: '1',
    run_id: String(result.run.id),
    run_attempt: String(result.run.attempt),
    event_name: 'workflow_dispatch',
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    iat: issued,
    exp: issued + 300,
    ...changes,
  };
}

/** The artifact that job `evaluate` uploads for a result, with claims changed in what a test states. */
export function provenArchive(result: Result, changes: Claims = {}): Buffer {
  const bytes = JSON.stringify(result);
  return zipArchive([
    { name: 'result.json', content: bytes },
    { name: proofFile, content: JSON.stringify(someClaims({ result, bytes }, changes)) },
  ]);
}
