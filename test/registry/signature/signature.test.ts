import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/error.ts';
import { SignaturePolicy } from '../../../src/policy/signature-policy.ts';
import type { ReleaseArtifact } from '../../../src/registry/manifest.ts';
import { signByIdentity } from '../../../src/registry/signature/sign-by-identity.ts';
import { signModel } from '../../../src/registry/signature/sign-model.ts';
import { signatureProblems } from '../../../src/registry/signature/signature-problems.ts';
import { verifySignature } from '../../../src/registry/signature/verify-signature.ts';
import { identityToken, localSigstore } from './sigstore-instance.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/signatures');
const read = (name: string) => readFileSync(join(fixtures, name), 'utf8');
const sha = { abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', other: '0'.repeat(64) };
const noRoot = () => Promise.reject(new AppError('unavailable', 'expected a network, found none; try again'));

function signers(...keys: readonly string[]): SignaturePolicy {
  return SignaturePolicy.parse({ keys });
}

function keyPair(namedCurve = 'prime256v1') {
  return generateKeyPairSync('ec', {
    namedCurve,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function artifact(files?: ReleaseArtifact['files']): ReleaseArtifact {
  const base = { uri: 'file:///model.onnx', digest: `sha256:${sha.abc}`, bytes: 3, format: 'onnx' } as const;
  return files === undefined ? base : { ...base, files };
}

async function problems(text: string | null, policy: SignaturePolicy | undefined, of = artifact()) {
  return await signatureProblems({ model: 'flights', text, artifact: of, policy, trustedRoot: noRoot });
}

describe('a signature that model-signing wrote', () => {
  it('holds for the folder and for the file that it is over', async () => {
    const policy = signers(read('public-key.txt'));

    const folder = await verifySignature({ text: read('folder.sig'), policy, trustedRoot: noRoot });

    expect(folder.model.files).toEqual([
      { path: 'a.onnx', sha256: sha.abc },
      { path: 'sub/b.bin', sha256: '3608bca1e44ea6c4d268eb6db02260269892c0b42b86bbf1e77a6fa16c3c9282' },
    ]);
    expect(folder.model.root).toBe('068641b6dc566fa0344c2b3caa7ff74216769bb8716911122447046686f84bd8');
    expect(await problems(read('file.sig'), policy)).toEqual([]);
  });

  it('is refused as a stranger’s when the policy names another key', async () => {
    expect(await problems(read('file.sig'), signers(keyPair().publicKey))).toEqual([
      expect.stringMatching(
        /^expected a signature of somebody whom the policy names .*found one of the key 9e2036e3e67f…/,
      ),
    ]);
  });

  it('is refused with any character of its payload or signature changed', async () => {
    const policy = signers(read('public-key.txt'));
    const bundle = JSON.parse(read('file.sig'));
    const whole = { payload: bundle.dsseEnvelope.payload, sig: bundle.dsseEnvelope.signatures[0].sig };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('payload' as const, 'sig' as const), fc.nat(), async (part, place) => {
        const bytes = Buffer.from(whole[part], 'base64');
        bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ 1;
        const changed = { ...whole, [part]: bytes.toString('base64') };
        const text = JSON.stringify({
          ...bundle,
          dsseEnvelope: {
            ...bundle.dsseEnvelope,
            payload: changed.payload,
            signatures: [{ sig: changed.sig, keyid: '' }],
          },
        });

        expect(await problems(text, policy)).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a signature of ours', () => {
  it.each(['prime256v1', 'secp384r1', 'secp521r1'])('with a key of %s holds for exactly its files', async (curve) => {
    const { privateKey, publicKey } = keyPair(curve);
    const signed = [
      { path: 'model.json', sha256: sha.abc },
      { path: 'group1-shard1of1.bin', sha256: sha.other },
    ];
    const text = signModel({ name: 'flights', files: signed, privateKey });
    const files = signed.map(({ path, sha256 }) => ({ path, digest: `sha256:${sha256}` as const, bytes: 3 }));
    const policy = signers(publicKey);

    expect(await problems(text, policy, artifact(files))).toEqual([]);
    expect(await problems(text, policy, artifact(files.slice(0, 1)))).toEqual([
      'expected `models/flights/model.sig` to be over the 1 files of the artifact, found also `group1-shard1of1.bin`; sign these bytes and no others',
    ]);
    expect(await problems(text, policy, artifact())).toEqual([expect.stringContaining('found 2 files')]);
  });

  it('takes a key with its passphrase, and none that is no elliptic curve', () => {
    const locked = generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'finch' },
    });
    const files = [{ path: '.', sha256: sha.abc }];
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

    expect(signModel({ name: 'm', files, privateKey: locked.privateKey, passphrase: 'finch' })).toContain('"hint"');
    expect(() => signModel({ name: 'm', files, privateKey: locked.privateKey })).toThrow(/passphrase/);
    expect(() => signModel({ name: 'm', files, privateKey: String(rsa) })).toThrow(/found rsa/);
    expect(() => signModel({ name: 'm', files, privateKey: 'no key' })).toThrow(/expected a private key as PEM/);
  });
});

describe('a signature by identity', () => {
  it('holds for the identity that was vouched for, and for no other', async () => {
    await using sigstore = await localSigstore();
    const issuer = 'https://token.actions.githubusercontent.com';
    const subject = 'https://github.com/octo/flights/.github/workflows/siskin.yml@refs/heads/main';
    const text = await signByIdentity({
      name: 'flights',
      files: [{ path: '.', sha256: sha.abc }],
      instance: sigstore.instance,
      identity: { getToken: async () => identityToken({ iss: issuer, sub: subject }) },
    });
    const judged = (identity: { readonly subject: string; readonly issuer: string }) =>
      signatureProblems({
        model: 'flights',
        text,
        artifact: artifact(),
        policy: SignaturePolicy.parse({ identities: [identity] }),
        trustedRoot: async () => sigstore.root,
      });
    await using another = await localSigstore();

    expect(await judged({ subject, issuer })).toEqual([]);
    expect(await judged({ subject: `${subject}2`, issuer })).toEqual([
      expect.stringContaining(`found one of ${subject} by`),
    ]);
    expect(await judged({ subject, issuer: 'https://accounts.google.com' })).toEqual([
      expect.stringMatching(/somebody whom/),
    ]);
    expect(
      await signatureProblems({
        model: 'flights',
        text,
        artifact: artifact(),
        policy: SignaturePolicy.parse({ identities: [{ subject, issuer }] }),
        trustedRoot: async () => another.root,
      }),
    ).toEqual([expect.stringContaining('expected a signature that holds')]);
    expect(await problems(text, SignaturePolicy.parse({ identities: [{ subject, issuer }] }))).toEqual([
      expect.stringContaining('cannot be verified now'),
    ]);
  });
});

describe('what is no signature', () => {
  it.each([
    ['nothing', '', /found .*JSON/],
    ['another document', '{"hello": 1}', /Sigstore bundle/],
    ['a huge one', 'x'.repeat(5_000_001), /5000001 characters/],
    ['a list', '[]', /Sigstore bundle/],
    ['null', 'null', /Sigstore bundle/],
  ])('%s is one sentence', async (_, text, sentence) => {
    expect(await problems(text, signers(read('public-key.txt')))).toEqual([expect.stringMatching(sentence)]);
  });

  it('a statement about something else is refused although it is signed', async () => {
    const { privateKey, publicKey } = keyPair();
    const text = signModel({ name: 'm', files: [], privateKey });

    expect(await problems(text, signers(publicKey))).toEqual([expect.stringContaining('OpenSSF Model Signing 1.0')]);
  });

  it('a release without one passes only where the policy asks for none', async () => {
    expect(await problems(null, undefined)).toEqual([]);
    expect(await problems(null, signers(read('public-key.txt')))).toEqual([
      'expected a signature in `models/flights/model.sig`, found none; write it with `siskin sign` (or model-signing) and commit it to this pull request',
    ]);
  });
});
