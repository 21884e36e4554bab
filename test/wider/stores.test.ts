import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ArtifactStore } from '../../src/registry/stores/artifact-store.ts';
import { storeKinds } from '../../src/registry/stores/kinds.ts';
import { secretReader } from '../../src/rollout/connections/secret.ts';
import { localModel, storeClaims } from '../registry/stores/store-claims.ts';
import { freePort, stopped, until } from './serving/process.ts';
import { toolAt } from './tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'siskin-stores-'));
const place = { name: 'models', secret: secretReader({ KEY: 'AKIDEXAMPLE', SECRET: 'wJalrXUtnFEMI' }), now: Date.now };
const repository = { owner: 'Ada', name: 'flights.ml' };
const started: ChildProcess[] = [];
const ports = { s3: 0, oci: 0 };

beforeAll(async () => {
  [ports.s3, ports.oci] = [await freePort(), await freePort()];
  const registry = join(folder, 'registry.yml');
  writeFileSync(
    registry,
    `version: 0.1\nlog: { accesslog: { disabled: true } }\nstorage: { filesystem: { rootdirectory: ${join(folder, 'registry')} } }\nhttp: { addr: 127.0.0.1:${ports.oci} }\n`,
  );
  const server = ['-H', '127.0.0.1', '-p', String(ports.s3)];
  started.push(spawn(toolAt('SISKIN_REGISTRY'), ['serve', registry], { stdio: 'ignore' }));
  started.push(spawn(toolAt('SISKIN_S3'), server, { stdio: 'ignore' }));
  await until('a registry', async () => (await fetch(`http://127.0.0.1:${ports.oci}/v2/`)).ok);
  const create = () => fetch(`http://127.0.0.1:${ports.s3}/models`, { method: 'PUT' });
  await until('a bucket', async () => (await create()).ok);
}, 60_000);
afterAll(async () => {
  for (const program of started) await stopped(program);
  rmSync(folder, { recursive: true, force: true });
});

function opened(kind: string, connection: object): ArtifactStore {
  const store = storeKinds[kind]?.open({ connection, place, repository });
  if (store === undefined) throw new Error(`expected a store of kind ${kind}, found none`);
  return store;
}

const bucket = () => ({
  url: `http://127.0.0.1:${ports.s3}`,
  region: 'eu-central-1',
  bucket: 'models',
  'access-key-id': { env: 'KEY' },
  'secret-access-key': { env: 'SECRET' },
});

storeClaims('a bucket of S3', { open: () => opened('s3', { ...bucket(), prefix: 'team/a' }) });
storeClaims('a remote of DVC in a bucket', { open: () => opened('dvc-s3', bucket()) });
storeClaims('a registry of OCI', {
  open: () => opened('oci', { url: `http://127.0.0.1:${ports.oci}`, prefix: 'acme/models' }),
});

it('a registry keeps the bytes of a version as they were first stored', async () => {
  const store = opened('oci', { url: `http://127.0.0.1:${ports.oci}` });
  const first = localModel({ 'late.onnx': 'first' });
  await store.put(first.model, first.read);
  const second = localModel({ 'late.onnx': 'second' });

  await expect(store.put({ ...second.model, version: first.model.version }, second.read)).rejects.toThrow(
    /versions are immutable/,
  );
});

it('a bucket that is not there is said', async () => {
  const { model, read } = localModel({ 'late.onnx': 'x' });

  await expect(opened('s3', { ...bucket(), bucket: 'nothing-here' }).put(model, read)).rejects.toThrow(
    /expected the bucket nothing-here at `models`, found none/,
  );
});
