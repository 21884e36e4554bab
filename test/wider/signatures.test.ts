import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { siskin } from '../cli/siskin.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { toolAt } from './tool.ts';

const files = { 'model/model.json': '{}', 'model/weights/group 1.bin': '\0\u0001', 'model/ä.txt': 'é' };
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

/** The Python tool of the format's authors signs each folder and verifies ours; it takes seconds to start, so once. */
const program = `
import pathlib, sys
from model_signing import signing, verifying
for name in sys.argv[2:]:
    folder = pathlib.Path(name)
    verify = verifying.Config().use_elliptic_key_verifier(public_key=folder / 'public.pem')
    if sys.argv[1] == 'sign':
        signing.Config().use_elliptic_key_signer(private_key=folder / 'key.pem').sign(folder / 'model', folder / 'theirs.sig')
    try:
        verify.verify(folder / 'model', folder / 'ours.sig')
        print('holds')
    except ValueError:
        print('refused')
`;

function modelSigning(verb: 'sign' | 'verify', folders: readonly string[]): readonly string[] {
  const said = execFileSync(toolAt('SISKIN_PYTHON'), ['-c', program, verb, ...folders], { encoding: 'utf8' });
  return said.trim().split('\n');
}

it('model-signing verifies what we sign, and we what it signs, with every curve', async () => {
  using folder = temporaryFolder();
  const folders = curves.map((curve) => join(folder.path, curve));
  for (const [at, path] of folders.entries()) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    const run = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: path, stdio: 'pipe' });
    run('ecparam', '-name', curves[at] ?? '', '-genkey', '-noout', '-out', 'key.pem');
    run('ec', '-in', 'key.pem', '-pubout', '-out', 'public.pem');
    const signed = await siskin(path, ['sign', 'model', '--key', 'key.pem', '--signature', 'ours.sig']);
    expect(signed).toMatchObject({ exit: 0, err: '' });
  }
  const theirs = ['verify', 'model', '--key', 'public.pem', '--signature', 'theirs.sig'];

  expect(modelSigning('sign', folders)).toEqual(['holds', 'holds', 'holds']);
  for (const path of folders) {
    expect(await siskin(path, theirs)).toMatchObject({ exit: 0, err: '' });
    expect(rootOf(join(path, 'ours.sig'))).toBe(rootOf(join(path, 'theirs.sig')));
    writeFileSync(join(path, 'model/weights/group 1.bin'), 'another');
    expect(await siskin(path, theirs)).toMatchObject({
      exit: 1,
      out: expect.stringContaining('changed weights/group 1.bin'),
    });
  }
  expect(modelSigning('verify', folders)).toEqual(['refused', 'refused', 'refused']);
});

function rootOf(signature: string): string {
  const { dsseEnvelope } = JSON.parse(readFileSync(signature, 'utf8'));
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()).subject[0].digest.sha256;
}
