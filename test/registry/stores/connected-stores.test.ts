import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { storeKinds } from '../../../src/registry/stores/kinds.ts';
import { secretReader } from '../../../src/rollout/connections/secret.ts';
import { mlflowServer } from './mlflow-server.ts';
import { localModel, storeClaims } from './store-claims.ts';

const folder = mkdtempSync(join(tmpdir(), 'siskin-dvc-'));
const place = { name: 'models', secret: secretReader({}), now: () => 0 };
const repository = { owner: 'Ada', name: 'flights' };
let server: Awaited<ReturnType<typeof mlflowServer>>;
beforeAll(async () => {
  server = await mlflowServer();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

function opened(kind: string, connection: object) {
  const store = storeKinds[kind]?.open({ connection, place, repository });
  if (store === undefined) throw new Error(`expected a store of kind ${kind}, found none`);
  return store;
}

storeClaims('a remote of DVC', { open: () => opened('dvc', { path: folder }) });
storeClaims('a tracking server of MLflow', { open: () => opened('mlflow', { url: server.url }) });

it('a remote of DVC has the bytes where DVC looks for them, and a file that points there', async () => {
  const { model, read } = localModel({ 'late.onnx': 'hello' });
  const uri = await opened('dvc', { path: folder }).put(model, read);

  // The MD5 of `hello`.
  expect(readFileSync(join(folder, 'files/md5/5d/41402abc4b2a76b9719d911017c592'), 'utf8')).toBe('hello');
  const pointer = JSON.parse(readFileSync(join(folder, `siskin${uri.split('/siskin').at(-1)}.dvc`), 'utf8'));
  expect(pointer).toEqual({
    outs: [{ md5: '5d41402abc4b2a76b9719d911017c592', size: 5, hash: 'md5', path: 'late.onnx' }],
  });
});

it('MLflow knows each version once, by its address', async () => {
  const { model, read } = localModel({ 'late.onnx': 'registered' });
  const store = opened('mlflow', { url: server.url });
  const uri = await store.put(model, read);
  await store.put(model, read);

  expect(server.versions.filter(({ source }) => source === uri)).toMatchObject([{ name: 'ada.flights.late' }]);
});

it.each([
  ['a.b', 'a-b'],
  ['a_b', 'a-b'],
  ['-ab', 'ab'],
  ['.ab', 'ab'],
])('a registry of OCI keeps the models of %s apart from those of %s', async (name, other) => {
  const open = (one: string) =>
    storeKinds['oci']?.open({
      connection: { url: 'http://127.0.0.1:9' },
      place,
      repository: { owner: 'ada', name: one },
    });
  const { model } = localModel({ 'late.onnx': 'the model' });
  const [file] = model.files;
  if (file === undefined) throw new Error('expected a file in the built model, found none');
  const uri = `oci://127.0.0.1:9/ada/${other}/late:1.0.0/sha256-${'a'.repeat(64)}`;

  await expect(open(other)?.open(uri, file)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(open(name)?.open(uri, file)).rejects.toMatchObject({ code: 'not-permitted' });
});
