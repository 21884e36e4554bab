import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, stopped, until } from './process.ts';

/** A real nginx with the service `fraud`, whose versions answer with the number at the end of their address. */
export interface NginxServer extends AsyncDisposable {
  readonly folder: string;
  readonly status: string;
  readonly test: string[];
  readonly reload: string[];
  /** Where version 1, 2 or 3 answers. */
  readonly address: string;
  /** How many of so many requests version 1, 2 and 3 answered. */
  answers(
    requests: number,
    headers?: (index: number) => Readonly<Record<string, string>>,
  ): Promise<Record<string, number>>;
  /** How many requests a version got, as a copy or not. */
  received(version: number): Promise<number>;
}

/** Starts the program with the configuration of docs/serving.md. */
export async function startNginx(program: string): Promise<NginxServer> {
  const root = await mkdtemp(join(tmpdir(), 'nginx-'));
  const folder = join(root, 'siskin');
  await mkdir(folder);
  const [port, models] = [await freePort(), await freePort()];
  const config = join(root, 'nginx.conf');
  const versions = [1, 2, 3].map(
    (version) => `
  server {
    listen 127.0.0.${version}:${models};
    access_log ${root}/${version}.log;
    location / { return 200 "${version}"; }
  }`,
  );
  await writeFile(
    config,
    `
daemon off;
user root;
pid ${root}/nginx.pid;
error_log ${root}/error.log;
worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${root}/body;
  proxy_temp_path ${root}/proxy;
  fastcgi_temp_path ${root}/fastcgi;
  uwsgi_temp_path ${root}/uwsgi;
  scgi_temp_path ${root}/scgi;
  include ${folder}/*.conf;
  server {
    listen 127.0.0.1:${port};
    location / {
      mirror /siskin-mirror/fraud;
      proxy_pass http://$siskin_fraud_upstream;
    }
    location = /siskin-mirror/fraud {
      internal;
      if ($siskin_fraud_mirror = "") { return 204; }
      proxy_pass http://$siskin_fraud_mirror$request_uri;
    }
    location = /siskin/fraud {
      default_type text/plain;
      allow 127.0.0.1;
      deny all;
      return 200 $siskin_fraud_state;
    }
  }
  ${versions.join('')}
}
`,
  );
  const first = `127.0.0.1:${models}`;
  await writeFile(
    join(folder, 'fraud.conf'),
    `map "" $siskin_fraud_upstream { default "${first}"; }
map "" $siskin_fraud_mirror { default ""; }
map "" $siskin_fraud_state { default none; }
`,
  );
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ['-c', config], { stdio: 'ignore' });
  await until('nginx to answer', async () => (await fetch(url)).status === 200);
  return {
    folder,
    status: `${url}/siskin`,
    test: [program, '-t', '-c', config],
    reload: [program, '-s', 'reload', '-c', config],
    address: `127.0.0.{version}:${models}`,
    async answers(requests, headers = () => ({})) {
      const counts: Record<string, number> = {};
      for (let index = 0; index < requests; index += 1) {
        // A worker that is about to end still serves the connections that it has.
        const version = await (await fetch(url, { headers: { connection: 'close', ...headers(index) } })).text();
        counts[version] = (counts[version] ?? 0) + 1;
      }
      return counts;
    },
    async received(version) {
      return (await readFile(join(root, `${version}.log`), 'utf8')).split('\n').length - 1;
    },
    async [Symbol.asyncDispose]() {
      await stopped(child, 'SIGTERM');
      await rm(root, { recursive: true, force: true });
    },
  };
}
