import { dirname, join, resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import { SignaturePolicy } from '../src/policy/signature-policy.ts';
import { modelDigests } from '../src/registry/signature/model-digests.ts';
import { readTrustedRoot, sigstoreCache } from '../src/registry/signature/trusted-root.ts';
import { verifySignature } from '../src/registry/signature/verify-signature.ts';
import { type Command, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { modelPath, readText } from './sign.ts';

/** `siskin verify`: whether a signature is over exactly this model and by somebody who may sign. */
export const verifyCommand: Command = {
  usage: 'verify PATH (--key FILE | --subject WHO --issuer URL) [--signature FILE]',
  options: {
    key: { type: 'string', value: 'FILE', help: 'the public key, as PEM' },
    subject: { type: 'string', value: 'WHO', help: 'the identity that signed, to the letter' },
    issuer: { type: 'string', value: 'URL', help: 'who vouched for it' },
    'trusted-root': { type: 'string', value: 'FILE', help: 'a trusted_root.json in place of Sigstore’s own' },
    signature: { type: 'string', value: 'FILE', help: 'the signature (default: model.sig beside the model)' },
  },
  async run(invocation) {
    const { stdout, folder, positionals } = invocation;
    const path = modelPath(positionals, folder);
    const signature = resolve(folder, textOption(invocation, 'signature') ?? join(dirname(path), 'model.sig'));
    const root = textOption(invocation, 'trusted-root');
    const { model, signer } = await verifySignature({
      text: readText(signature),
      policy: signersOf(invocation),
      trustedRoot: () =>
        readTrustedRoot({
          file: root === undefined ? null : resolve(folder, root),
          cacheFolder: sigstoreCache(),
        }),
    });
    const found = new Map(modelDigests(path, { except: [signature] }).map((file) => [file.path, file.sha256]));
    const others = model.files.filter((file) => found.get(file.path) !== file.sha256).map((file) => file.path);
    const signed = new Set(model.files.map((file) => file.path));
    const more = [...found.keys()].filter((name) => !signed.has(name));
    const isSame = others.length === 0 && more.length === 0;
    const answer = { signer, root: `sha256:${model.root}`, changed: others, unsigned: more };
    const differences = [...others.map((name) => `changed ${name}`), ...more.map((name) => `unsigned ${name}`)].join(
      ', ',
    );
    const line = isSame ? `Signed by ${signer}: sha256:${model.root}` : `Not what ${signer} signed: ${differences}`;
    stdout.write(flag(invocation, 'json') ? `${JSON.stringify(answer)}\n` : `${line}\n`);
    return isSame ? exitCodes.pass : exitCodes.gateFailed;
  },
};

function signersOf(invocation: Invocation): SignaturePolicy {
  const key = textOption(invocation, 'key');
  const [subject, issuer] = [textOption(invocation, 'subject'), textOption(invocation, 'issuer')];
  const parsed = SignaturePolicy.safeParse({
    keys: key === undefined ? [] : [readText(resolve(invocation.folder, key))],
    identities: subject === undefined || issuer === undefined ? [] : [{ subject, issuer }],
  });
  if (parsed.success) return parsed.data;
  throw new AppError(
    'bad-input',
    'expected --key with a public key of an elliptic curve, or both --subject and --issuer, found neither; say whose signature counts',
  );
}
