import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexOf } from '../../src/registry/stores/artifact-store.ts';
import { folderStore } from '../../src/registry/stores/folder.ts';
import { artifactPlaces } from '../../src/serve/artifact-places.ts';
import { openModelStore } from '../../src/serve/model-store.ts';
import { folderOf } from '../evaluate/fixture.ts';
import { localServer } from '../github/local-server.ts';

const digestOf = (content: string) => `sha256:${createHash('sha256').update(content).digest('hex')}` as const;

function open(folder: string, places: readonly string[], token: string | null = null) {
  return openModelStore(join(folder, 'copies'), artifactPlaces({ places, token, timeoutMs: 2000 }));
}

describe('the copies of models', () => {
  it('fetches a model of several files as a folder store keeps it, and once', async () => {
    using folder = folderOf({});
    const contents = { 'model.json': '{"a":1}', 'weights/group1.bin': 'weights' };
    const files = Object.entries(contents).map(([path, text]) => ({
      path,
      digest: digestOf(text),
      bytes: text.length,
    }));
    const index = indexOf(files);
    const model = { model: 'late', version: '1.0.0', digest: digestOf(index) };
    await mkdir(join(folder.path, 'from'));
    const place = (digest: string) => join(folder.path, 'from', digest.replace(':', '-'));
    for (const text of [...Object.values(contents), index]) writeFileSync(place(digestOf(text)), text);
    const stored = [...files, { path: 'index', digest: model.digest, bytes: index.length }];
    const root = join(folder.path, 'store');
    const uri = await folderStore(root).put({ ...model, files: stored }, ({ digest }) => place(digest));

    const store = open(folder.path, [root]);
    const [path, again] = await Promise.all([store.fetch({ ...model, uri }), store.fetch({ ...model, uri })]);

    expect(again).toBe(path);
    expect(readFileSync(join(path, 'weights/group1.bin'), 'utf8')).toBe('weights');
    expect(readdirSync(path).sort()).toEqual(['model.json', 'weights']);
    expect(readdirSync(join(folder.path, 'copies'))).toHaveLength(1);
  });

  it.each(['../evil', '/etc/evil', 'a/../../evil', 'a\\b', './a', 'a//b'])(
    'writes nothing where an index says %s',
    async (name) => {
      using folder = folderOf({});
      const index = `${name} ${digestOf('x')}`;
      writeFileSync(folder.file('index'), index);
      writeFileSync(folder.file(digestOf('x').replace(':', '-')), 'x');
      const store = open(folder.path, [folder.path]);
      const uri = `file://${folder.file('index')}`;

      await expect(store.fetch({ version: '1', digest: digestOf(index), uri })).rejects.toThrow(
        /expected paths inside the model in its index/,
      );
      expect(readdirSync(join(folder.path, 'copies'))).toEqual([]);
    },
  );

  it('keeps nothing of bytes that are others', async () => {
    using folder = folderOf({ model: 'bytes' });
    const store = open(folder.path, [folder.path]);
    const wrong = { version: '1', digest: digestOf('other'), uri: `file://${folder.file('model')}` };

    await expect(store.fetch(wrong)).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(join(folder.path, 'copies'))).toEqual([]);
  });

  it('asks the API for the asset of a release, and shows its token to nobody else', async () => {
    using folder = folderOf({});
    const name = digestOf('bytes').replace(':', '-');
    let elsewhere = '';
    await using storage = await localServer({
      'GET /blob': (request, response) => {
        elsewhere = String(request.headers.authorization);
        response.end('bytes');
      },
    });
    const release = (url: string) => ({ status: 200, json: { assets: [{ name, url }] } });
    let api = '';
    await using github = await localServer({
      'GET /api/v3/repos/acme/prices/releases/tags/price@v1.0.0': (_, response) =>
        response.end(JSON.stringify(release(`${api}/api/v3/assets/7`).json)),
      'GET /api/v3/assets/7': {
        status: 302,
        headers: { location: `${storage.url.replace('127.0.0.1', 'localhost')}/blob` },
      },
      'GET /api/v3/repos/acme/prices/releases/tags/price@v2.0.0': release(`${storage.url}/blob`),
    });
    api = github.url;
    const store = open(folder.path, [`${github.url}/acme/prices/releases/download`], 'token');
    const at = (version: string) => ({
      version,
      digest: digestOf('bytes'),
      uri: `${github.url}/acme/prices/releases/download/price%40v${version}/${name}`,
    });

    await expect(store.fetch(at('2.0.0'))).rejects.toMatchObject({ code: 'not-found' });
    const path = await store.fetch(at('1.0.0'));

    expect(readFileSync(join(path, 'model.onnx'), 'utf8')).toBe('bytes');
    expect(elsewhere).toBe('undefined');
    expect(github.seen[0]?.headers.authorization).toBe('Bearer token');
  });

  it('forgets the copies that nobody serves, but for the newest', async () => {
    using folder = folderOf({});
    const store = open(folder.path, [folder.path]);
    for (let number = 0; number < 14; number++) {
      writeFileSync(folder.file(`m${number}`), `m${number}`);
      await store.fetch({ version: '1', digest: digestOf(`m${number}`), uri: `file://${folder.file(`m${number}`)}` });
    }

    await store.sweep(() => [digestOf('m0')]);

    expect(readdirSync(join(folder.path, 'copies'))).toHaveLength(11);
    expect(readdirSync(join(folder.path, 'copies'))).toContain(digestOf('m0').replace(':', '-'));
  });
});
