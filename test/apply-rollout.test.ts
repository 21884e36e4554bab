import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../src/effect.ts';
import { parseManifest } from '../src/registry/manifest.ts';
import { assignment, namedTags } from '../src/rollout/release-tags.ts';
import { revertedManifest } from '../src/rollout/reverted-manifest.ts';
import type { Reversion } from '../src/rollout/rollout-effect.ts';
import { applying, asked, away } from './applying.ts';
import { localGithub, repository } from './github/local-github.ts';
import { aRollout } from './rollout/rollout-builder.ts';
import { openTestStore, type TestStore } from './store/test-store.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const manifest = `# Kept by people and by Siskin.
format: 1
model: late
version: 1.0.2
artifact: {uri: 'https://m.example/2', digest: '${digest('2')}', bytes: 5, format: onnx}
lineage: {commit: ${'a'.repeat(40)}}
environments:
  production: {version: 1.0.2, digest: '${digest('2')}', uri: 'https://m.example/2'} # the shop
`;
const reversion: Reversion = {
  model: 'late',
  environment: 'production',
  from: digest('2'),
  to: { version: '1.0.1', digest: digest('1'), uri: 'https://m.example/1' },
  rejected: {
    ...{ digest: digest('2'), version: '1.0.2', environment: 'production', reason: 'errors 5 ×' },
    ...{ rollout: 'ro-1', at: '2026-03-01T12:00:00.000Z' },
  },
};
const path = 'models/late/release.yml';

describe('a manifest that is put back', () => {
  it('says what served before and what is rejected, and keeps what people wrote', () => {
    const text = revertedManifest(manifest, { path, reversion });
    const parsed = parseManifest(text, path);

    expect(parsed).toMatchObject({
      kind: 'valid',
      value: {
        environments: { production: { version: '1.0.1', digest: digest('1') } },
        rejected: [{ digest: digest('2'), rollout: 'ro-1' }],
      },
    });
    expect(text).toContain('# Kept by people and by Siskin.');
    expect(revertedManifest(text, { path, reversion })).toBe(text);
  });

  it('leaves an environment alone that git gave something else meanwhile, and rejects all the same', () => {
    const newer = manifest.replaceAll(digest('2'), digest('3')).replaceAll('1.0.2', '1.0.3');
    const parsed = parseManifest(revertedManifest(newer, { path, reversion }), path);

    expect(parsed).toMatchObject({
      value: { environments: { production: { digest: digest('3') } }, rejected: [{ digest: digest('2') }] },
    });
  });

  it('is none where it cannot be read', () => {
    expect(() => revertedManifest('format: 2\n', { path, reversion })).toThrow(/^models\/late\/release\.yml:1: /);
  });
});

describe('the tags of an environment', () => {
  const [one, two] = ['1'.repeat(40), '2'.repeat(40)];
  const of = { model: 'late', environment: 'production' };

  it('go on counting, and unassign what the environment had', () => {
    const names = ['late@v1.0.1', 'late#production#1', 'late#staging#4', 'other#production#9', 'late#production#x'];
    const { counter, ofStage } = namedTags(names, of);

    expect({ counter, ofStage }).toEqual({ counter: 4, ofStage: ['late#production#1'] });
    expect(assignment([{ name: 'late#production#1', sha: one }], { ...of, sha: two, counter })).toEqual({
      stands: null,
      tags: [
        { name: 'late#production!#5', sha: one },
        { name: 'late#production#6', sha: two },
      ],
    });
  });

  it('are made once, also when a version comes back', () => {
    const history = [
      { name: 'late#production#4', sha: one },
      { name: 'late#production!#3', sha: two },
      { name: 'late#production#2', sha: two },
      { name: 'late#production#1', sha: one },
    ];

    expect(assignment(history, { ...of, sha: one, counter: 4 })).toEqual({ stands: 'late#production#4', tags: [] });
    expect(assignment([], { ...of, sha: one, counter: 0 }).tags).toEqual([{ name: 'late#production#1', sha: one }]);
  });
});

describe('what git must say of a rollout', () => {
  let test: TestStore;
  beforeAll(async () => {
    test = await openTestStore();
  });
  afterAll(() => test[Symbol.asyncDispose]());
  beforeEach(() => test.clear());
  const { record, apply, wait } = applying(() => test);
  const lane = 'repository/1';
  const rollout = aRollout().id;
  const revert: Effect = {
    kind: 'open-revert',
    rollout,
    branch: 'siskin/revert-late',
    title: 'Revert',
    body: 'b',
    reversion,
  };

  const pull = {
    ...{ number: 7, state: 'open', merged: false, mergeable: true, node_id: 'PR_7', user: { login: 'siskin[bot]' } },
    head: { sha: 'e'.repeat(40), ref: 'siskin/revert-late' },
  };
  const world = {
    'GET ': { status: 200, json: { default_branch: 'main', allow_squash_merge: true } },
    'GET branches/main': { status: 200, json: { commit: { sha: 'f'.repeat(40) } } },
    [`GET contents/${path}`]: (_: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(200, { 'content-type': 'application/vnd.github.raw' }).end(manifest);
    },
    'GET branches/siskin/revert-late': { status: 404, json: {} },
    'GET pulls': { status: 200, json: [] },
    'POST git/trees': { status: 201, json: { sha: 'a'.repeat(40) } },
    'POST git/commits': { status: 201, json: { sha: 'e'.repeat(40) } },
    'POST git/refs': { status: 201, json: {} },
    'POST pulls': { status: 201, json: { number: 7 } },
    'GET pulls/7': { status: 200, json: pull },
    'PUT pulls/7/merge': { status: 200, json: {} },
  } as const;

  it('is written when GitHub is back after hours, once, and then shown', async () => {
    await record([revert], [{ kind: 'request-rollout', rollout: aRollout() }]);
    await using down = await localGithub({ 'GET ': away });
    const tries: string[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      for (let round = 0; round < 14; round += 1) {
        tries.push(...(await apply(down, lane)));
        wait(300);
      }
    }
    await using up = await localGithub(world);
    const then = await apply(up, lane);
    const traces = await test.store.readTraces(rollout);
    await record([revert]);

    expect(new Set(tries)).toEqual(new Set(['later']));
    expect(then).toEqual(['done']);
    expect(traces).toEqual({ revert: 7, 'revert-state': 'merged' });
    expect(await apply(up, lane)).toEqual([]);
    expect(asked(up).filter((one) => one === 'POST pulls')).toHaveLength(1);
  }, 60_000);

  it('has nothing to say where git says so already', async () => {
    const done = revertedManifest(manifest, { path, reversion });
    await record([revert], [{ kind: 'request-rollout', rollout: aRollout() }]);
    await using github = await localGithub({
      ...world,
      [`GET contents/${path}`]: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/vnd.github.raw' }).end(done);
      },
    });

    await apply(github, lane);

    expect(await test.store.readTraces(rollout)).toEqual({ revert: 0, 'revert-state': 'not-needed' });
    expect(asked(github).some((one) => one.startsWith('POST'))).toBe(false);
  });

  it('asks a person where the manifest cannot be read', async () => {
    await record([revert], [{ kind: 'request-rollout', rollout: aRollout() }]);
    await using github = await localGithub({
      ...world,
      [`GET contents/${path}`]: (_, response) => {
        response.writeHead(200, { 'content-type': 'application/vnd.github.raw' }).end('format: [');
      },
    });

    expect(await apply(github, lane)).toEqual(['failed']);
    expect(await test.store.readTraces(rollout)).toEqual({ 'revert-state': 'needs-person' });
  });

  it('shows a comment at most four times in a minute, the newest last', async () => {
    await record([], [{ kind: 'request-rollout', rollout: aRollout() }]);
    const comment = (body: string): Effect => ({ kind: 'publish-rollout-comment', rollout, number: 12, body });
    await using github = await localGithub({
      'GET issues/12/comments': { status: 200, json: [] },
      'POST issues/12/comments': { status: 201, json: { id: 3 } },
      'PATCH issues/comments/3': { status: 200, json: {} },
    });
    const ends: string[] = [];
    for (const body of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      await record([comment(body)]);
      ends.push(...(await apply(github, 'pull/1/12')));
    }
    wait(61);
    ends.push(...(await apply(github, 'pull/1/12')));

    expect(ends).toEqual(['done', 'done', 'done', 'done', 'done', 'later', 'later', 'done']);
    expect(github.seen.at(-1)?.body).toMatchObject({ body: `g\n<!-- siskin:rollout:${rollout} -->` });
  });

  it('asks the reviewers once, also when no answer came to the first try', async () => {
    await record(
      [
        {
          kind: 'dispatch-gate',
          rollout,
          workflow: 'siskin-environment.yml',
          branch: 'main',
          environment: 'production',
        },
      ],
      [{ kind: 'request-rollout', rollout: aRollout() }],
    );
    const key = 'POST actions/workflows/siskin-environment.yml/dispatches';
    await using lost = await localGithub({ [key]: (_, response) => void response.destroy() });
    const first = await apply(lost, lane);
    wait(20);
    const run = {
      id: 9,
      run_attempt: 1,
      display_title: `siskin environment ${rollout}`,
      status: 'waiting',
      conclusion: null,
      event: 'workflow_dispatch',
      head_branch: 'main',
    };
    const full = {
      ...run,
      run_started_at: '2026-03-01T12:00:00Z',
      html_url: 'https://github.example/9',
      actor: { login: 'siskin[bot]' },
    };
    await using found = await localGithub({
      'GET actions/workflows/siskin-environment.yml/runs': {
        status: 200,
        json: { total_count: 1, workflow_runs: [full] },
      },
    });
    const second = await apply(found, lane);

    expect([first, second]).toEqual([['later'], ['done']]);
    expect(await test.store.readTraces(rollout)).toEqual({ gate: 9 });
    expect(repository.id).toBe(1);
  });
});
