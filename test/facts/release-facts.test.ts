import { expect, it } from 'vitest';
import { gatherSubject, type ReleasePorts } from '../../src/facts/release-facts.ts';
import { SignaturePolicy } from '../../src/policy/signature-policy.ts';
import { aPolicy, commit, digest } from '../decide/release/release-builder.ts';

const repository = { id: 1, owner: 'acme', name: 'flights', installation: 1 };

/** A manifest of version 1.4.0 that these environments have. */
function manifestOf(environments: readonly string[]): string {
  const entries = environments.map(
    (name) => `  ${name}: {version: 1.4.0, digest: "${digest('a')}", uri: "s3://models/${name}"}`,
  );
  return `format: 1
model: late
version: 1.4.0
artifact: {uri: "s3://models/own", digest: "${digest('a')}", bytes: 10, format: onnx}
lineage: {commit: ${commit}}
environments: ${entries.length === 0 ? '{}' : `\n${entries.join('\n')}`}
`;
}

/** What is fetched to be hashed when a pull request proposes a manifest with these environments. */
async function fetched(environments: readonly string[]): Promise<readonly string[]> {
  const uris: string[] = [];
  const text = manifestOf(environments);
  const ports = {
    github: {
      readFile: async (_: unknown, __: unknown, ref: string) => (ref === 'head' ? text : null),
      compare: async () => ({ mergeBase: commit }),
    },
    releases: {
      verifyArtifact: async (_: unknown, { uri }: { readonly uri: string }) => {
        uris.push(uri);
        return [];
      },
      readVersion: async () => null,
      examine: async () => null,
    },
    store: { listRollouts: async () => [], readChampion: async () => null },
  } as unknown as ReleasePorts; // nothing else is asked of them
  const policy = aPolicy();
  const now = '2026-05-02T10:00:00.000Z';
  await gatherSubject(repository, { model: 'late', policy, branch: 'main', base: 'base', head: 'head', now }, ports);
  return uris.sort();
}

it('fetches the bytes of environments that the policy knows, and of no other', async () => {
  const strange = Array.from({ length: 500 }, (_, at) => `strange-${at}`);

  expect(await fetched(['staging', ...strange])).toEqual(['s3://models/own', 's3://models/staging']);
  expect(await fetched(strange)).toEqual(['s3://models/own']);
});

it('asks for a signature when the newest version is brought to another environment, and not when an environment goes back', async () => {
  const signed = async (base: readonly string[], head: readonly string[]) => {
    const asked: string[] = [];
    const ports = {
      github: {
        readFile: async (_: unknown, path: string, ref: string) =>
          path.endsWith('model.sig') ? 'the signature' : manifestOf(ref === 'head' ? head : base),
        compare: async () => ({ mergeBase: commit }),
      },
      releases: {
        verifyArtifact: async () => [],
        verifySignature: async ({ text }: { readonly text: string }) => {
          asked.push(text);
          return ['expected …'];
        },
        readVersion: async () => null,
        examine: async () => null,
      },
      store: { listRollouts: async () => [], readChampion: async () => null },
    } as unknown as ReleasePorts; // nothing else is asked of them
    const signature = SignaturePolicy.parse({ identities: [{ issuer: 'https://issuer.test', subject: 'ada' }] });
    const policy = { ...aPolicy(), release: { automatic: true, waivers: [], signature } };
    const now = '2026-05-02T10:00:00.000Z';
    const subject = { model: 'late', policy, branch: 'main', base: 'base', head: 'head', now };
    return [asked, (await gatherSubject(repository, subject, ports)).signature];
  };

  expect(await signed(['staging'], ['staging', 'production'])).toEqual([['the signature'], ['expected …']]);
  expect(await signed(['staging', 'production'], ['staging'])).toEqual([[], []]);
});
