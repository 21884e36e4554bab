import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import { modelDigests } from '../src/registry/signature/model-digests.ts';
import { publicSigstore, signByIdentity } from '../src/registry/signature/sign-by-identity.ts';
import { signModel } from '../src/registry/signature/sign-model.ts';
import { type Command, exitCodes, flag, type Invocation, textOption } from './command.ts';

/** `siskin sign`: signs a model file or folder as OpenSSF Model Signing has it, with a key or as the job that this runs in. */
export const signCommand: Command = {
  usage: 'sign PATH (--key FILE | --keyless) [--signature FILE]',
  options: {
    key: { type: 'string', value: 'FILE', help: 'the private key, as PEM' },
    'passphrase-env': {
      type: 'string',
      value: 'NAME',
      help: 'the environment variable with the passphrase of the key',
    },
    keyless: { type: 'boolean', help: 'sign as the CI job that this runs in (Sigstore)' },
    fulcio: {
      type: 'string',
      value: 'URL',
      help: 'with --keyless: a Sigstore instance of your own that issues certificates',
    },
    rekor: { type: 'string', value: 'URL', help: 'with --keyless: its transparency log' },
    signature: { type: 'string', value: 'FILE', help: 'where to write it (default: model.sig beside the model)' },
  },
  async run(invocation) {
    const { stdout, folder, positionals } = invocation;
    const path = modelPath(positionals, folder);
    const signature = resolve(folder, textOption(invocation, 'signature') ?? join(dirname(path), 'model.sig'));
    const files = modelDigests(path, { except: [signature] });
    const name = basename(path);
    const text = flag(invocation, 'keyless')
      ? await signByIdentity({
          name,
          files,
          instance: {
            fulcio: textOption(invocation, 'fulcio') ?? publicSigstore.fulcio,
            rekor: textOption(invocation, 'rekor') ?? publicSigstore.rekor,
          },
        })
      : signModel({ name, files, ...keyOf(invocation) });
    writeFileSync(signature, text);
    const say = `Signed ${files.length === 1 ? 'one file' : `${files.length} files`} of ${name} into ${signature}\n`;
    stdout.write(flag(invocation, 'json') ? `${JSON.stringify({ signature, name, files })}\n` : say);
    return exitCodes.pass;
  },
};

/** The one path that was named. Throws `bad-input`. */
export function modelPath(positionals: readonly string[], folder: string): string {
  const [path, ...more] = positionals;
  if (path !== undefined && more.length === 0) return resolve(folder, path);
  throw new AppError('bad-input', `expected one model file or folder, found ${positionals.length}; name it`);
}

function keyOf(invocation: Invocation): { readonly privateKey: string; readonly passphrase?: string } {
  const key = textOption(invocation, 'key');
  if (key === undefined) {
    throw new AppError('bad-input', 'expected --key or --keyless, found neither; name the private key to sign with');
  }
  const variable = textOption(invocation, 'passphrase-env');
  const passphrase = variable === undefined ? undefined : process.env[variable];
  if (variable !== undefined && passphrase === undefined) {
    throw new AppError('bad-input', `expected the passphrase in ${variable}, found it unset; set it`);
  }
  return { privateKey: readText(resolve(invocation.folder, key)), ...(passphrase === undefined ? {} : { passphrase }) };
}

/** A small text file that a person named. Throws `bad-input`. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('bad-input', `expected a file at ${path}, found none that can be read; correct the path`, {
      cause,
    });
  }
}
