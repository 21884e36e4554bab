import { bundleToJSON } from '@sigstore/bundle';
import {
  CIContextProvider,
  DSSEBundleBuilder,
  FulcioSigner,
  type IdentityProvider,
  RekorWitness,
} from '@sigstore/sign';
import { AppError, messageOf } from '../../error.ts';
import { omsPayloadType, type SignedFile, signedModelText } from './oms-statement.ts';

/** An instance of Sigstore: where certificates are issued and signatures logged. */
export interface SigstoreInstance {
  readonly fulcio: string;
  readonly rekor: string;
}

/** The public instance of the Open Source Security Foundation. */
export const publicSigstore: SigstoreInstance = {
  fulcio: 'https://fulcio.sigstore.dev',
  rekor: 'https://rekor.sigstore.dev',
};

/**
 * Signs a model as whom the surroundings vouch for (a job of GitHub Actions with `id-token: write`, or another CI that Sigstore knows):
 * a key that lives for this signature, a certificate over it and an entry in the transparency log. Throws `unavailable`.
 */
export async function signByIdentity(options: {
  readonly name: string;
  readonly files: readonly SignedFile[];
  readonly instance?: SigstoreInstance;
  /** Default: the one of the CI that this runs in. */
  readonly identity?: IdentityProvider;
}): Promise<string> {
  const { name, files, instance = publicSigstore, identity = new CIContextProvider() } = options;
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({ fulcioBaseURL: instance.fulcio, identityProvider: identity }),
    witnesses: [new RekorWitness({ rekorBaseURL: instance.rekor, entryType: 'dsse' })],
  });
  try {
    const data = Buffer.from(signedModelText(name, files));
    return `${JSON.stringify(bundleToJSON(await builder.create({ data, type: omsPayloadType })))}\n`;
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `expected an identity and a Sigstore instance that issues a certificate for it, found that signing fails (${messageOf(cause).slice(0, 200)}); give the job \`id-token: write\`, or sign with a key`,
      { cause },
    );
  }
}
