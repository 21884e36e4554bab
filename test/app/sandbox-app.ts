import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type AppOptions, type RunningApp, startApp } from '../../app/server.ts';
import { type SandboxApp, type SandboxGithub, startGithub } from '../../sandbox/github/github.ts';
import { appOptions, secret } from './app-options.ts';

const root = join(import.meta.dirname, '..', '..');
const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});

/** The manifest's permissions and events. */
export const manifest = Manifest.parse(parse(readFileSync(join(root, 'app.yml'), 'utf8')));

/** A repository with one model whose file is committed, and the workflow. */
export const shop: Readonly<Record<string, string>> = {
  '.github/siskin.yml': `version: 1
models:
  fraud:
    task: binary
    target: label
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/fraud.onnx
    metrics:
      roc-auc: { not-worse-by: 0.005 }
`,
  '.github/workflows/siskin.yml': readFileSync(join(root, 'templates', 'workflows', 'siskin.yml'), 'utf8'),
  'models/fraud.onnx': 'one',
};

/** The App in front of a local GitHub on which it is registered, not yet installed anywhere. */
export interface AppWorld extends AsyncDisposable {
  readonly github: SandboxGithub;
  readonly registered: SandboxApp;
  readonly app: RunningApp;
  /** Resolves when webhooks, queue and outbox are all at rest. */
  rest(): Promise<void>;
}

/** Starts both. */
export async function startAppWorld(changes: Partial<AppOptions> = {}): Promise<AppWorld> {
  const github = await startGithub();
  const registered = github.registerApp({
    name: 'siskin',
    webhookSecret: secret,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const app = await startApp(
    appOptions(github.apiUrl, { appId: registered.appId, privateKey: registered.privateKey, ...changes }),
  );
  registered.app.webhookUrl = `${app.url}/api/github/webhooks`;
  return {
    github,
    registered,
    app,
    async rest() {
      // What the App does makes webhooks, and they make it do more: two rounds without news end it.
      for (let before = -1; before !== github.deliveries.length; ) {
        before = github.deliveries.length;
        await github.settled();
        await app.idle();
      }
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await github[Symbol.asyncDispose]();
    },
  };
}
