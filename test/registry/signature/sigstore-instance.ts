import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fulcioHandler, initializeCA, initializeCTLog, initializeTLog, rekorHandler } from '@sigstore/mock';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import type { SigstoreInstance } from '../../../src/registry/signature/sign-by-identity.ts';

/** A certificate authority and a transparency log of Sigstore's own making, over HTTP on this machine. */
export interface LocalSigstore extends AsyncDisposable {
  readonly instance: SigstoreInstance;
  readonly root: TrustedRoot;
}

/** Starts an instance with keys of its own. */
export async function localSigstore(): Promise<LocalSigstore> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ctLog = await initializeCTLog(keys());
  const authority = await initializeCA(keys(), ctLog);
  const log = await initializeTLog(url, keys());
  const handlers = [fulcioHandler(authority), rekorHandler(log)];
  server.on('request', async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const handler = handlers.find(({ path }) => path === request.url);
    const asked = request.url?.startsWith('/api/v1/log') ? logged(body) : body;
    const answer = handler === undefined ? { statusCode: 404, response: '' } : await handler.fn(asked);
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(answer.response);
  });
  const base64 = (bytes: ArrayBufferView) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const since = { start: '2020-01-01T00:00:00Z' };
  const key = (bytes: Buffer) => ({
    rawBytes: bytes.toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: since,
  });
  return {
    instance: { fulcio: url, rekor: url },
    root: TrustedRoot.fromJSON({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [
        { uri: url, certChain: { certificates: [{ rawBytes: base64(authority.rootCertificate) }] }, validFor: since },
      ],
      ctlogs: [{ baseUrl: url, publicKey: key(ctLog.publicKey), logId: { keyId: base64(ctLog.logID) } }],
      tlogs: [
        {
          baseUrl: url,
          publicKey: key(log.publicKey),
          logId: { keyId: createHash('sha256').update(log.publicKey).digest('base64') },
        },
      ],
      timestampAuthorities: [],
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A token that says who somebody is, as this instance believes it. */
export function identityToken(claims: Readonly<Record<string, string>>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.${Buffer.from('x').toString('base64url')}`;
}

/** A log keeps hashes and signatures of an envelope, not the envelope itself: https://github.com/sigstore/rekor/tree/main/pkg/types/dsse. */
function logged(body: string): string {
  const entry = JSON.parse(body);
  const { envelope, verifiers } = entry.spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope);
  const hashed = (bytes: Buffer) => ({ algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') });
  return JSON.stringify({
    ...entry,
    spec: {
      envelopeHash: hashed(Buffer.from(envelope)),
      payloadHash: hashed(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }: { readonly sig: string }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  });
}
