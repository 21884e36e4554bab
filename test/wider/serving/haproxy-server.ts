import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askRuntime } from '../../../src/rollout/serving/haproxy/runtime.ts';
import { freePort, stopped, until } from './process.ts';

/** A real HAProxy with one backend of two servers. */
export interface HaproxyServer extends AsyncDisposable {
  readonly url: string;
  /** With `level admin`, and with `level operator`. */
  readonly socket: { readonly path: string };
  readonly lowerSocket: { readonly path: string };
  readonly map: string;
  /** Where version 1, 2 or 3 answers, if nothing else was said to be behind it. */
  readonly address: string;
  /** Saves the state of its servers, as `systemctl reload` is to do, and starts anew; the map is as its file says. */
  reload(): Promise<void>;
  /** How many of so many requests got which answer. */
  answers(
    requests: number,
    headers?: (index: number) => Readonly<Record<string, string>>,
  ): Promise<Record<string, number>>;
}

/**
 * Starts the program with the configuration of docs/serving.md. The servers of the backend `fraud` answer with the number
 * at the end of their address, unless it is told what is `behind` it: both servers begin at that address.
 */
export async function startHaproxy(
  program: string,
  behind?: { readonly backend: string; readonly host: string; readonly port: number },
): Promise<HaproxyServer> {
  const folder = await mkdtemp(join(tmpdir(), 'haproxy-'));
  const port = await freePort();
  const { backend, host, port: models } = behind ?? { backend: 'fraud', host: '127.0.0.1', port: await freePort() };
  const map = join(folder, 'siskin.map');
  const socket = { path: join(folder, 'admin.sock') };
  const lowerSocket = { path: join(folder, 'operator.sock') };
  const state = join(folder, 'servers');
  await writeFile(map, '');
  await writeFile(state, '');
  const config = `
global
  stats socket ${socket.path} mode 600 level admin
  stats socket ${lowerSocket.path} mode 600 level operator
  server-state-file ${state}
defaults
  mode http
  load-server-state-from-file global
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend predictions
  bind 127.0.0.1:${port}
  default_backend ${backend}
backend ${backend}
  balance roundrobin
  http-request set-var(txn.share) str(${backend}/share),map_str(${map},0)
  http-request set-var(txn.cohort) str(${backend}/audience),map_str(${map},-)
  use-server %[str(${backend}/candidate),map_str(${map})] if { req.hdr(x-cohort),strcmp(txn.cohort) eq 0 } { rand(100),sub(txn.share) lt 0 }
  use-server %[str(${backend}/candidate),map_str(${map})] if { req.cook(uid),crc32(1),mod(100),sub(txn.share) lt 0 }
  server a siskin-a.invalid:${models} weight 100 init-addr last,${host}
  server b siskin-b.invalid:${models} weight 0 init-addr last,${host}
${(behind === undefined ? [1, 2, 3] : [])
  .map(
    (version) => `
frontend version-${version}
  bind 127.0.0.${version}:${models}
  http-request return status 200 content-type text/plain string ${version}`,
  )
  .join('')}
`;
  const path = join(folder, 'haproxy.cfg');
  await writeFile(path, config);
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(program, ['-db', '-f', path], { stdio: 'ignore' });
    await until('HAProxy to answer', async () => (await fetch(url)).status === 200);
  };
  await start();
  return {
    url,
    socket,
    lowerSocket,
    map,
    address: `127.0.0.{version}:${models}`,
    async reload() {
      await writeFile(state, await askRuntime({ socket, timeoutMs: 1000 }, ['show servers state']));
      await stopped(child);
      await start();
    },
    async answers(requests, headers = () => ({})) {
      const counts: Record<string, number> = {};
      for (let index = 0; index < requests; index += 1) {
        const version = await (await fetch(url, { headers: headers(index) })).text();
        counts[version] = (counts[version] ?? 0) + 1;
      }
      return counts;
    },
    async [Symbol.asyncDispose]() {
      await stopped(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
