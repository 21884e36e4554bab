import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../src/error.ts';
import { readZip, unpackZip } from '../src/zip.ts';
import { zipArchive } from './zip-archive.ts';

const limits = { entries: 5, totalBytes: 1_000_000 };
const read = (bytes: Uint8Array, names = ['result.json']) => readZip(bytes, { names, limits });

describe('an untrusted archive', () => {
  it('gives the entries that are asked for and no others', async () => {
    const archive = zipArchive([
      { name: 'result.json', content: '{}' },
      { name: 'folder/report.html', content: '<p>' },
    ]);

    const contents = await read(archive, ['result.json', 'absent.txt']);

    expect([...contents].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['result.json', '{}'],
    ]);
  });

  it.each([
    ['a symbolic link', { name: 'link', content: '/etc/passwd', mode: 0o120777 }, /found the symbolic link "link"/],
    ['a name that climbs out', { name: '../evil', content: '' }, /invalid relative path: \.\.\/evil/],
    ['a name that climbs out later', { name: 'a/../../evil', content: '' }, /invalid relative path/],
    ['an absolute name', { name: '/etc/evil', content: '' }, /absolute path: \/etc\/evil/],
    ['a Windows name', { name: 'a\\..\\..\\evil', content: '' }, /invalid characters in fileName/],
    [
      'more bytes than it declares',
      { name: 'result.json', content: 'x'.repeat(100_000), declaredBytes: 10 },
      /too many bytes in the stream/,
    ],
    [
      'fewer bytes than it declares',
      { name: 'result.json', content: 'x', declaredBytes: 10 },
      /not enough bytes in the stream/,
    ],
    [
      'more bytes than are allowed',
      { name: 'bomb', content: Buffer.alloc(5_000_000) },
      /at most 1000000 bytes unpacked/,
    ],
  ])('is refused when it holds %s', async (_, entry, message) => {
    await expect(read(zipArchive([entry]))).rejects.toThrow(message);
  });

  it('is refused when it holds a name twice or too many names', async () => {
    const entry = { name: 'a', content: '' };

    await expect(read(zipArchive([entry, entry]))).rejects.toThrow(/found "a" twice/);
    await expect(
      read(zipArchive(Array.from({ length: 6 }, (_, i) => ({ name: String(i), content: '' })))),
    ).rejects.toThrow(/at most 5 files, found 6/);
  });

  it('never fails otherwise than with an AppError, whatever the bytes', async () => {
    const good = zipArchive([{ name: 'result.json', content: '{"a":1}' }]);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }), async (at, patch) => {
        const bytes = Buffer.from(good);
        bytes.set(patch.slice(0, good.length - at), at);
        await read(bytes).catch((thrown: unknown) => expect(thrown).toBeInstanceOf(AppError));
      }),
      { numRuns: 300 },
    );
  });

  it('is unpacked from disk under the same rules', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-zip-'));
    try {
      const zip = join(folder, 'a.zip');
      writeFileSync(zip, zipArchive([{ name: 'model/weights.bin', content: 'w' }]));

      const names = await unpackZip(zip, { folder: join(folder, 'out'), limits });

      expect(names).toEqual(['model/weights.bin']);
      expect(readFileSync(join(folder, 'out/model/weights.bin'), 'utf8')).toBe('w');
      writeFileSync(zip, zipArchive([{ name: '../evil', content: 'w' }]));
      await expect(unpackZip(zip, { folder: join(folder, 'out'), limits })).rejects.toThrow(AppError);
      expect(existsSync(join(folder, 'evil'))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
