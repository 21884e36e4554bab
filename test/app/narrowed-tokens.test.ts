import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Repository } from '../../sandbox/github/state.ts';
import { type AppWorld, shop, startAppWorld } from './sandbox-app.ts';

/** A token that GitHub gave to the App, and what the App asked it to be. */
interface Given {
  readonly token: string;
  readonly repositories: readonly number[];
  readonly permissions: Readonly<Record<string, string>> | null;
}

const given: Given[] = [];
let world: AppWorld;
let ours: Repository;
let other: Repository;

beforeAll(async () => {
  world = await startAppWorld();
  const { github } = world;
  github.createUser({ login: 'ada' });
  github.observers.add({
    onExchange({ call, requestBody, answer }) {
      if (!call.route.endsWith('/access_tokens') || call.status !== 201) return;
      // The sandbox answers as GitHub's description says.
      const { token } = answer.json as { readonly token: string };
      const asked = requestBody as {
        readonly repository_ids?: number[];
        readonly permissions?: Record<string, string>;
      };
      given.push({ token, repositories: asked.repository_ids ?? [], permissions: asked.permissions ?? null });
    },
  });
  ours = await github.createRepository({ owner: 'ada', name: 'ours', files: shop, private: true });
  other = await github.createRepository({ owner: 'ada', name: 'other', files: shop, private: true });
  github.install(world.registered, [ours, other]);
  await world.rest();
  await github.commitFiles({
    repository: ours,
    branch: 'b',
    message: 'b',
    files: { 'models/fraud.onnx': 'two' },
    author: 'ada',
  });
  await github.openPullRequest({ repository: ours, author: 'ada', title: 'b', head: 'b' });
  await world.rest();
});
afterAll(() => world[Symbol.asyncDispose]());

async function status(token: string | undefined, method: string, path: string, body?: object): Promise<number> {
  const answer = await fetch(`${world.github.apiUrl}/repos/ada/${path}`, {
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.status;
}

const reading = () =>
  given.find(({ repositories, permissions }) => repositories[0] === ours.id && permissions !== null);
const writing = () =>
  given.find(({ repositories, permissions }) => repositories[0] === ours.id && permissions === null);

it('asks for no token that reaches more than one repository', () => {
  expect(given.map(({ repositories }) => repositories.length)).toEqual(given.map(() => 1));
  expect(given.length).toBeLessThanOrEqual(4);
});

it('reads with a token that cannot read another repository of the same installation', async () => {
  expect(await status(reading()?.token, 'GET', 'ours/contents/README.md')).toBe(404);
  expect(await status(reading()?.token, 'GET', 'ours/pulls')).toBe(200);
  expect(await status(reading()?.token, 'GET', 'other/pulls')).toBe(404);
});

it('reads with a token that can write nothing', async () => {
  const comment = { body: 'hello' };

  expect(Object.values(reading()?.permissions ?? {})).not.toContain('write');
  expect(await status(reading()?.token, 'POST', 'ours/issues/1/comments', comment)).toBe(403);
  expect(await status(reading()?.token, 'PUT', 'ours/contents/x', { message: 'x', content: '' })).toBe(403);
  expect(await status(reading()?.token, 'POST', 'ours/check-runs', { name: 'x', head_sha: ours.defaultBranch })).toBe(
    403,
  );
  expect(await status(reading()?.token, 'POST', 'ours/actions/workflows/siskin.yml/dispatches', { ref: 'main' })).toBe(
    403,
  );
});

it('writes with a token that cannot write to another repository', async () => {
  const comment = { body: 'hello' };

  expect(await status(writing()?.token, 'POST', 'ours/issues/1/comments', comment)).toBe(201);
  expect(await status(writing()?.token, 'POST', 'other/issues/1/comments', comment)).toBe(404);
  expect(await status(writing()?.token, 'PUT', 'other/contents/x', { message: 'x', content: '' })).toBe(404);
});

it('makes one token of each kind however much is asked', async () => {
  const before = given.length;
  world.github.comment({ repository: ours, number: 1, author: 'ada', body: '/status' });
  await world.rest();

  expect(given.length).toBe(before);
});
