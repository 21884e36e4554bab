import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../../app/server.ts';
import { appOptions, deliver } from './app-options.ts';

interface Examples {
  readonly name: string;
  readonly examples: readonly { readonly action?: string; readonly repository?: { readonly full_name: string } }[];
}

const path = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
// The package's own data; each example is a payload as GitHub sent one.
const all = JSON.parse(readFileSync(path, 'utf8')) as readonly Examples[];

/** The events, with their actions, that give the App a reason to ask GitHub about the repository that they name. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened', 'ready_for_review', 'edited', 'closed', 'converted_to_draft'],
  push: [''],
  workflow_run: ['requested', 'in_progress', 'completed'],
  check_run: ['rerequested', 'requested_action'],
  check_suite: ['rerequested'],
  issue_comment: ['created'],
  installation: ['created'],
  installation_repositories: ['added'],
};

const calls: string[] = [];
/** A GitHub that hands out tokens and knows nothing else. */
const github = createServer((request, response) => {
  const call = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
  const token = { token: 'ghs_token', expires_at: '2099-01-01T00:00:00Z', permissions: {} };
  const known = /access_tokens$/.test(call) ? token : /^GET \/app$/.test(call) ? { id: 7, slug: 'siskin' } : null;
  if (!/^(GET|POST) \/app(\/|$)/.test(call)) calls.push(call);
  const status = known === null ? 404 : request.method === 'POST' ? 201 : 200;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ?? { message: 'Not Found' }));
});
let app: RunningApp;

beforeAll(async () => {
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address of this form.
  const { port } = github.address() as AddressInfo;
  app = await startApp(appOptions(`http://127.0.0.1:${port}`));
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  github.closeAllConnections();
  github.close();
});

it('knows every event that GitHub publishes an example of', () => {
  expect(all.length).toBeGreaterThan(50);
  expect(Object.keys(reasons).filter((name) => !all.some((one) => one.name === name))).toEqual([]);
});

it.each(all)('takes every published example of $name, and asks GitHub of nothing else', async ({ name, examples }) => {
  calls.length = 0;

  const answers = await Promise.all(
    examples.map((payload, place) => deliver(app.url, { id: `${name}-${place}`, event: name, payload })),
  );
  await app.idle();

  expect(answers.map(({ status }) => status)).toEqual(examples.map(() => 202));
  const asked = examples.filter(({ action }) => reasons[name]?.includes(action ?? ''));
  const about = asked.flatMap((payload) => namesIn(payload));
  const unasked = calls.filter((call) => !about.some((repository) => call.includes(` /repos/${repository}`)));
  expect(unasked).toEqual([]);
  // Nothing is written anywhere on the word of an example.
  expect(calls.filter((call) => !call.startsWith('GET '))).toEqual([]);
});

/** The repositories that a payload is about. */
function namesIn(payload: Examples['examples'][number]): readonly string[] {
  return [...JSON.stringify(payload).matchAll(/"full_name":"([^"]+)"/g)].flatMap(([, name]) => name ?? []);
}
