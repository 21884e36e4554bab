import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { freePort, stopped, until } from './process.ts';

/** A real API server of Kubernetes with a real etcd behind it, in a folder that goes away with both. */
export interface KubeApiserver extends AsyncDisposable {
  readonly url: string;
  /** The file of the certificate authority. */
  readonly ca: string;
  /** Asks as somebody who may do everything. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    type?: string,
    // biome-ignore lint/suspicious/noExplicitAny: any object of Kubernetes, known by the test that made it
  ): Promise<{ readonly status: number; readonly json: any }>;
  /** Installs a kind from the module of its project, as `go mod download` has it. */
  install(module: string, file: string, plural: string): Promise<void>;
}

const admin = 'the-token-of-the-admin';

/** Starts both; `tokens` are those of other users, by name. */
export async function startKubeApiserver(
  programs: { readonly apiserver: string; readonly etcd: string },
  tokens: Readonly<Record<string, string>>,
): Promise<KubeApiserver> {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-kube-'));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const etcdUrl = `http://127.0.0.1:${client}`;
  const etcd = spawn(
    programs.etcd,
    [
      ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
      ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--log-level', 'error'],
    ],
    { stdio: 'ignore' },
  );
  const key = join(folder, 'accounts.key');
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' });
  const users = Object.entries(tokens).map(([name, token]) => `${token},${name},${name}`);
  writeFileSync(join(folder, 'tokens.csv'), [`${admin},admin,admin,system:masters`, ...users, ''].join('\n'));
  const url = `https://127.0.0.1:${port}`;
  const apiserver = spawn(
    programs.apiserver,
    [
      ...['--etcd-servers', etcdUrl, '--secure-port', String(port), '--bind-address', '127.0.0.1'],
      ...['--cert-dir', folder, '--token-auth-file', join(folder, 'tokens.csv'), '--authorization-mode', 'RBAC'],
      ...[
        '--service-account-issuer',
        url,
        '--service-account-key-file',
        key,
        '--service-account-signing-key-file',
        key,
      ],
      ...['--service-cluster-ip-range', '10.0.0.0/24', '--disable-admission-plugins', 'ServiceAccount'],
    ],
    { stdio: 'ignore' },
  );
  const ca = join(folder, 'apiserver.crt');
  const ask: KubeApiserver['ask'] = async (method, path, body, type = 'application/json') =>
    await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${admin}`, 'content-type': type };
      const asked = request(`${url}${path}`, { method, headers, ca: readFileSync(ca) }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, json: text.startsWith('{') ? JSON.parse(text) : text });
      });
      asked.once('error', reject);
      asked.end(body === undefined ? '' : JSON.stringify(body));
    });
  const stop = async (): Promise<void> => {
    await stopped(apiserver);
    await stopped(etcd);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (let turn = 0; ; turn += 1) {
      const isUp = await until('an API server', async () => (await ask('GET', '/readyz')).status === 200).then(
        () => true,
        () => false,
      );
      if (isUp) break;
      if (turn === 5) throw new Error('expected an API server within a minute');
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    ca,
    ask,
    install: async (module, file, plural) => {
      const { Dir } = JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' }));
      const all = parseAllDocuments(readFileSync(join(Dir, file), 'utf8')).map((document) => document.toJS());
      const definition = all.find((one) => one?.spec?.names?.plural === plural);
      const { status } = await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
      if (status !== 201) throw new Error(`expected ${plural} to be installed, found status ${status}`);
      const { group, versions } = definition.spec;
      const path = `/apis/${group}/${versions.find((one: { served: boolean }) => one.served).name}/namespaces/default/${plural}`;
      await until(plural, async () => (await ask('GET', path)).status === 200);
    },
    [Symbol.asyncDispose]: stop,
  };
}
