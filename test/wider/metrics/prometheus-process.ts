import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A process with counters that a test sets, as it shows them to Prometheus. */
export interface Target {
  readonly address: string;
  /** Lines of the text format; null while the process is down. */
  text: string | null;
  stop(): void;
}

/** Starts a process with counters. */
export async function startTarget(): Promise<Target> {
  const server = createServer((_, response) => {
    if (target.text === null) return void response.destroy();
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(target.text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const target: Target = {
    address: `127.0.0.1:${port}`,
    text: '',
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return target;
}

/** Starts a real Prometheus that scrapes these targets, by default every half second. */
export async function startPrometheus(
  program: string,
  targets: readonly Pick<Target, 'address'>[],
  interval = '500ms',
) {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  const addresses = JSON.stringify(targets.map(({ address }) => address));
  const job = `- {job_name: models, static_configs: [{targets: ${addresses}}]}`;
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: {scrape_interval: ${interval}, scrape_timeout: ${interval}}\nscrape_configs:\n  ${job}\n`,
  );
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  // It begins to scrape some seconds after it is ready.
  while (!(await isScraping(url, targets.length))) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isScraping(url: string, targets: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent('count(up == 1)')}`);
    return (await response.text()).includes(`"${targets}"`);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  await new Promise((resolve) => server.close(resolve));
  return port;
}
