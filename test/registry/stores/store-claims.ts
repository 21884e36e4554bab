import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/digest.ts';
import {
  type ArtifactStore,
  indexOf,
  type StoredFile,
  type StoredModel,
  verify,
} from '../../../src/registry/stores/artifact-store.ts';

/** A model of files that lie on this disk. */
export interface LocalModel {
  readonly model: StoredModel;
  readonly read: (file: StoredFile) => string;
}

let count = 0;
const folder = mkdtempSync(join(tmpdir(), 'siskin-store-claims-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A model of these contents, under a version that no other test has. */
export function localModel(contents: Readonly<Record<string, string>>): LocalModel {
  count += 1;
  const file = (path: string, content: string): StoredFile => {
    writeFileSync(join(folder, digestOf(content).slice(7)), content);
    return { path, digest: digestOf(content), bytes: Buffer.byteLength(content) };
  };
  const files = Object.entries(contents).map(([path, content]) => file(path, content));
  const all = files.length === 1 ? files : [...files, file('index', indexOf(files))];
  const digest = all.at(-1)?.digest ?? digestOf('');
  return {
    model: { model: 'late', version: `1.${count}.0-rc.1+b${count}`, digest, files: all },
    read: (one) => join(folder, one.digest.slice(7)),
  };
}

/** What every store promises; `spoil` puts other bytes in place of a file's, where somebody could. */
export function storeClaims(
  name: string,
  options: { readonly open: () => ArtifactStore | Promise<ArtifactStore> },
): void {
  describe(name, () => {
    it('keeps every file of a model once, under an address that the digest ends', async () => {
      const store = await options.open();
      const { model, read } = localModel({ 'model.json': '{}', 'weights 1.bin': '\0\u0001' });

      expect(await store.has(model)).toBeNull();
      const uri = await store.put(model, read);
      expect(uri.endsWith(model.digest.replace(':', '-'))).toBe(true);
      expect(await store.put(model, read)).toBe(uri);
      expect(await store.has(model)).toBe(uri);
      for (const file of model.files) await verify(await store.open(uri, file), file);
    });

    it('says that bytes are gone, and opens no address that it did not give', async () => {
      const store = await options.open();
      const { model, read } = localModel({ 'late.onnx': `the model ${count}` });
      const uri = await store.put(model, read);
      const other = { path: 'late.onnx', digest: digestOf('never stored'), bytes: 12 };

      await expect(store.open(uri, other)).rejects.toThrow(/^expected the bytes of "late.onnx" at .*found none/);
      for (const address of [`${uri}/../../x`, 'https://elsewhere.test/model', uri.replace('late', '../late'), '']) {
        await expect(store.open(address, model.files[0] ?? other)).rejects.toThrow(/name what the store itself gave/);
      }
    });
  });
}
