import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SandboxApp, SandboxGithub } from '../sandbox/github/github.ts';

/** The App in a process of its own, as `npm start` runs it. */
export interface AppProcess {
  readonly url: string;
  readonly startMilliseconds: number;
  /** Kills it at once, as a machine that fails does. */
  kill(): Promise<void>;
}

/** Starts it before a local GitHub, its database in a folder; resolves once it listens. */
export async function startAppProcess(options: {
  readonly github: SandboxGithub;
  readonly registered: SandboxApp;
  readonly folder: string;
}): Promise<AppProcess> {
  const { github, registered, folder } = options;
  const started = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../app/start.ts')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      APP_ID: String(registered.appId),
      PRIVATE_KEY: registered.privateKey,
      WEBHOOK_SECRET: registered.webhookSecret,
      GITHUB_API_URL: github.apiUrl,
      SISKIN_DATA: join(folder, 'data'),
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
    },
  });
  const ended = once(child, 'exit');
  const url = await Promise.race([
    addressIn(child.stdout),
    ended.then(() => Promise.reject(new Error('expected the App to start, found that it ended; see above'))),
  ]);
  return {
    url,
    startMilliseconds: performance.now() - started,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function addressIn(log: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(log)) {
    const url = /Listening on (http:\/\/[\w.:]+)/.exec(line)?.[1];
    if (url === undefined) continue;
    log.resume();
    return url;
  }
  throw new Error('expected the App to say where it listens, found the end of its log');
}
