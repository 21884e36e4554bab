import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/digest.ts';
import type { Repository } from '../../../src/intent.ts';
import {
  type ArtifactStore,
  indexOf,
  type StoredFile,
  type StoredModel,
  verified,
  verify,
} from '../../../src/registry/stores/artifact-store.ts';
import { folderStore } from '../../../src/registry/stores/folder.ts';
import { githubReleaseStore, publishRelease } from '../../../src/registry/stores/github-release.ts';
import { type Stage, setStage } from '../../sandbox/github/stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'siskin-stores-'));
const repository: Repository = { installation: 1, id: 1, owner: 'ada', name: 'flights' };
let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stage[Symbol.asyncDispose]();
});

function file(path: string, content: string): StoredFile {
  return { path, digest: digestOf(content), bytes: Buffer.byteLength(content) };
}

let count = 0;
/** A model of these files, under a version that no other test has; what is stored of it lies on this disk. */
function aModel(contents: Readonly<Record<string, string>>): {
  model: StoredModel;
  read: (file: StoredFile) => string;
} {
  count += 1;
  const files = Object.entries(contents).map(([path, content]) => file(path, content));
  const index = indexOf(files);
  const all = files.length === 1 ? files : [...files, file('index', index)];
  for (const content of [...Object.values(contents), index]) {
    writeFileSync(join(folder, digestOf(content).slice(7, 30)), content);
  }
  const digest = all.at(-1)?.digest ?? digestOf('');
  return {
    model: { model: 'late', version: `1.${count}.0`, digest, files: all },
    read: ({ digest: own }) => join(folder, own.slice(7, 30)),
  };
}

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const stores: Readonly<Record<string, () => Promise<ArtifactStore>>> = {
  'a plain folder': async () => folderStore(join(folder, 'store')),
  'GitHub Releases': async () =>
    githubReleaseStore({ github: await stage.asInstallation(), repository, pages: stage.github.world.url }),
};

describe.each(Object.entries(stores))('%s', (_, open) => {
  let store: ArtifactStore;
  beforeEach(async () => {
    store = await open();
  });

  it('keeps a model under an address that its digest tells', async () => {
    const { model, read } = aModel({ 'late.onnx': 'the model' });
    const before = await store.has(model);
    const uri = await store.put(model, read);
    const [only] = model.files;

    expect(before).toBeNull();
    expect(uri.endsWith(model.digest.replace(':', '-'))).toBe(true);
    expect(await store.has(model)).toBe(uri);
    expect(await text(verified(await store.open(uri, only as StoredFile), only as StoredFile))).toBe('the model');
  });

  it('keeps a model of several files so that the bytes at its address have its digest', async () => {
    const { model, read } = aModel({ 'model.json': '{"a":1}', 'weights.bin': 'numbers' });
    const uri = await store.put(model, read);
    const index = { path: 'index', digest: model.digest, bytes: null };

    expect(digestOf(await text(await store.open(uri, index)))).toBe(model.digest);
    for (const one of model.files) await verify(await store.open(uri, one), one);
  });

  it('takes the same model again without a word', async () => {
    const { model, read } = aModel({ 'late.onnx': 'twice' });
    const first = await store.put(model, read);

    expect(await store.put(model, () => 'nowhere')).toBe(first);
  });

  it.each(['', '/../x', 'file:///etc/passwd', 'https://github.test/else/where/releases/download/t/x'])(
    'opens no address of somebody else: %j',
    async (uri) => {
      await expect(store.open(uri, file('a', 'b'))).rejects.toThrow(/^expected an address below /);
    },
  );

  it('says that bytes are gone', async () => {
    const { model, read } = aModel({ 'late.onnx': 'gone' });
    const uri = await store.put(model, read);

    await expect(store.open(uri, file('other.onnx', 'other'))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('bytes that somebody exchanged', () => {
  it.each([
    ['others of the same length', 'the mxdel'],
    ['more of them', 'the model and more'],
    ['fewer', 'the'],
  ])('are found before their end is reached: %s', async (_, content) => {
    const bytes = (async function* () {
      yield Buffer.from(content);
    })();

    await expect(verify(bytes, file('late.onnx', 'the model'))).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a folder', () => {
  it('does a file anew that a killed process left in part, or that somebody edited', async () => {
    const store = folderStore(join(folder, 'edited'));
    const { model, read } = aModel({ 'late.onnx': 'whole' });
    const uri = await store.put(model, read);
    const path = new URL(uri).pathname;
    writeFileSync(path, 'whol');
    const missing = await store.has(model);
    await store.put(model, read);

    expect(missing).toBeNull();
    expect(readFileSync(path, 'utf8')).toBe('whole');
    expect(readdirSync(join(path, '..'))).toHaveLength(1);
  });
});

describe('GitHub Releases', () => {
  const open = async () =>
    githubReleaseStore({ github: await stage.asInstallation(), repository, pages: stage.github.world.url });
  const releases = () => [...stage.repository.releases.values()];

  it('show a version to nobody who may only read, until it is published', async () => {
    const store = await open();
    const { model, read } = aModel({ 'late.onnx': 'draft' });
    const uri = await store.put(model, read);
    const reader = githubReleaseStore({
      github: await stage.asInstallation({ contents: 'read' }),
      repository,
      pages: stage.github.world.url,
    });
    const [only] = model.files;
    const hidden = await reader.has(model);
    await publishRelease(await stage.asInstallation(), repository, `late@v${model.version}`);

    expect(hidden).toBeNull();
    expect(await reader.has(model)).toBe(uri);
    await verify(await reader.open(uri, only as StoredFile), only as StoredFile);
  });

  it('replace what a killed upload left in a draft, and never what was published', async () => {
    const store = await open();
    const { model, read } = aModel({ 'late.onnx': 'whole model' });
    await store.put(model, read);
    const release = releases().at(-1);
    const [asset] = [...(release?.assets.values() ?? [])];
    if (release === undefined || asset === undefined) throw new Error('expected an asset');
    release.assets.set(asset.id, { ...asset, bytes: Buffer.from('whole') });
    const broken = await store.has(model);
    await store.put(model, read);
    const mended = await store.has(model);
    await publishRelease(await stage.asInstallation(), repository, release.tagName);
    const [present] = [...release.assets.values()];
    if (present !== undefined) release.assets.set(present.id, { ...present, bytes: Buffer.from('other') });

    expect(broken).toBeNull();
    expect(mended).not.toBeNull();
    await expect(store.put(model, read)).rejects.toThrow('versions are immutable');
  });

  it('refuse what GitHub does not take, before anything is sent', async () => {
    const store = await open();
    const huge = { ...file('late.onnx', 'x'), bytes: 2 ** 31 };
    const before = releases().length;

    await expect(
      store.put({ model: 'late', version: '9.0.0', digest: huge.digest, files: [huge] }, () => ''),
    ).rejects.toThrow(
      /^expected files of at most 2147483647 bytes, found 2147483648 in "late.onnx" of late; name another/,
    );
    await expect(
      store.put({ model: 'late', version: '9.0.0', digest: huge.digest, files: [file('e', '')] }, () => ''),
    ).rejects.toMatchObject({ code: 'unsupported' });
    expect(releases()).toHaveLength(before);
  });

  it('say nothing that GitHub would not take', () => {
    expect(stage.conformance.violations).toEqual([]);
  });
});
