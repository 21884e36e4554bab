import { expect, it } from 'vitest';
import { judgeChange } from '../../src/hygiene/judge-change.ts';
import { secretFormats } from '../../src/hygiene/secret-formats.ts';
import { hygieneMessage } from '../../src/render/hygiene.ts';
import { facts, file, found } from './facts.ts';
import { fakePrivateKey, fakeSecrets, noise } from './fake-secrets.ts';

it.each(Object.entries(fakeSecrets))('finds %s and does not show it', (kind, text) => {
  const change = facts([file('config.py', `# settings\nx = "${text}"\n`)]);

  expect(found('secret', change)).toEqual([expect.stringContaining(`config.py:2 ${kind} (`)]);
  const shown = judgeChange(change).map(hygieneMessage).join('');
  const secret = /[A-Za-z0-9+/_-]{16,}/g;
  for (const [part] of text.matchAll(secret)) expect(shown).not.toContain(part.slice(-12));
});

it('knows a test for each of its formats', () => {
  expect(secretFormats.map(({ kind }) => kind).sort()).toEqual(Object.keys(fakeSecrets).sort());
});

it.each([
  ['over lines', fakePrivateKey],
  ['in one string', JSON.stringify({ private_key: fakePrivateKey })],
  ['of OpenSSH', fakePrivateKey.replace('PRIVATE', 'OPENSSH PRIVATE')],
  ['with a return at each line', fakePrivateKey.replaceAll('\n', '\r\n')],
])('finds a private key %s', (_, text) => {
  expect(found('secret', facts([file('key.pem', text)]))).toEqual(['key.pem:1 a private key']);
});

it.each([
  ['the header of a key alone', `if (text.startsWith("${fakePrivateKey.split('\n')[0]}")) {`],
  ['a public key', fakePrivateKey.replace('PRIVATE', 'PUBLIC')],
  ['an example', 'AKIAIOSFODNN7EXAMPLE'],
  ['a placeholder', `ghp_${'x'.repeat(36)}`],
  ['a digest', 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ['a git commit', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  [
    'a longer word',
    `AAAKIA${noise(16)
      .toUpperCase()
      .replace(/[^A-Z]/g, 'A')}BBB`,
  ],
  ['a Stripe test key', `sk_test_${noise(24)}`],
  ['a name', 'sk-learn-contrib-and-a-very-long-package-name-of-somebody'],
])('takes %s for no secret', (_, text) => {
  expect(found('secret', facts([file('a.txt', text)]))).toEqual([]);
});

it('leaves alone what was there before, and what is deleted or moved', () => {
  const old = fakeSecrets['a GitHub token'] ?? '';
  const change = facts([
    file('a.py', `${old}\nnew line\n`, { status: 'modified', added: [{ number: 2, text: 'new line' }] }),
    file('b.py', null, { status: 'deleted', added: [] }),
    file('c.py', null, { status: 'moved', added: [] }),
  ]);

  expect(found('secret', change)).toEqual([]);
});
