import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { applyPending } from '../src/apply.ts';
import type { Effect } from '../src/effect.ts';
import { AppError } from '../src/error.ts';
import type { ReleaseRequest } from '../src/registry/release-request.ts';
import { commentsPath, ours } from './applying.ts';
import { localGithub, repository } from './github/local-github.ts';
import { memoryReleases } from './memory-releases.ts';
import { openTestStore, type TestStore } from './store/test-store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() => test.clear());

const digest = `sha256:${'a'.repeat(64)}` as const;
const request: ReleaseRequest = {
  ...{ id: 'comment-9', model: 'late', version: '1.0.0', versionBy: 'next', part: 'patch', claim: 'c', commit: '1' },
  ...{ source: { kind: 'run', runId: 7, artifact: 'siskin-model-late' }, digest, bytes: 1, format: 'onnx' },
  ...{ number: 5, by: 'ada' },
};
const store: Effect = { kind: 'store-artifact', request, store: null };
const propose: Effect = {
  kind: 'propose-release',
  id: 'comment-9',
  tell: 5,
  proposal: {
    ...{ model: 'late', base: { ref: 'main', sha: '1' }, title: 'Release late', body: '', files: {}, cause: 'asked' },
    digest,
  },
};
const lane = 'repository/1';

/** The intent that the lane of the repository has next. */
async function next(): Promise<unknown> {
  const delivery = await test.store.takeDelivery(lane);
  return delivery === null ? null : JSON.parse(delivery.payload);
}

it('asks for the proposal once the bytes are stored, with where they are', async () => {
  await using github = await localGithub({});
  const releases = memoryReleases();
  await test.store.record(repository, { changes: [], effects: [store, store] });
  await applyPending(lane, { github: github.writer, releases, outbox: test.store.outbox });

  expect(releases.stored).toEqual([request]);
  expect(await next()).toMatchObject({
    kind: 'propose-release',
    wish: { kind: 'release', request: { id: 'comment-9' }, stored: { kind: 'stored', artifact: { digest } } },
  });
});

it('tells why bytes can never be stored, and tries again while the world is away', async () => {
  await using github = await localGithub({});
  const failing = (code: 'unavailable' | 'too-large') => ({
    ...memoryReleases(),
    storeArtifact: async () => {
      throw new AppError(code, 'expected x, found y; do z');
    },
  });
  await test.store.record(repository, { changes: [], effects: [store] });
  const [away] = await applyPending(lane, {
    github: github.writer,
    releases: failing('unavailable'),
    outbox: test.store.outbox,
  });
  test.clock.now = new Date(test.clock.now.getTime() + 60_000);
  const [refused] = await applyPending(lane, {
    github: github.writer,
    releases: failing('too-large'),
    outbox: test.store.outbox,
  });

  expect(away?.outcome.kind).toBe('later');
  expect(refused?.outcome.kind).toBe('failed');
  expect(await next()).toMatchObject({ wish: { stored: { kind: 'refused', message: 'expected x, found y; do z' } } });
});

it('tells whoever asked where it is proposed, or who committed to the branch', async () => {
  for (const [proposed, words] of [
    [{ kind: 'opened', number: 77 }, 'Proposed in #77'],
    [
      { kind: 'held', number: 77, by: 'grace', commit: 'c'.repeat(40) },
      'grace committed `ccccccc` to `siskin/release/late`',
    ],
  ] as const) {
    await test.clear();
    await using github = await localGithub({ [`POST ${commentsPath}`]: { status: 201, json: ours(1, '') } });
    const releases = { ...memoryReleases(), proposeRelease: async () => proposed };
    await test.store.record(repository, { changes: [], effects: [propose] });
    await applyPending(lane, { github: github.writer, releases, outbox: test.store.outbox });

    expect(JSON.stringify(github.seen)).toContain(words);
  }
});
