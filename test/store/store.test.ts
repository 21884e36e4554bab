import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aResult } from '../result-builder.ts';
import { aRun } from '../run-builder.ts';
import { aPlan, dispatch } from './effects.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

const { claim } = aRun();

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
});
afterAll(() => opened[Symbol.asyncDispose]());
beforeEach(() => opened.clear());

describe('records', () => {
  it('gives a run back as it was written, with its results', async () => {
    const { store } = opened;
    const run = aRun({
      state: 'completed',
      runId: 7,
      url: 'https://github.example/runs/7',
      startedAt: '2026-05-01T10:01:00.000Z',
      endedAt: '2026-05-01T10:06:00.000Z',
      stages: [{ name: 'train', state: 'done', seconds: 12.5 }],
      failures: [{ code: 'lost', message: 'the runner went away', model: null, logTail: ['last line'] }],
      results: { late: aResult() },
    });

    await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run }] }));

    expect(await store.readRun(claim)).toEqual(run);
    expect(await store.readRunById(1, 7)).toEqual(run);
    expect(await store.listOpenRuns(1)).toEqual([]);
  });

  it('never forgets the run id that GitHub told', async () => {
    const { store } = opened;
    await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun({ runId: 7, url: 'u' }) }] }));

    await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun({ state: 'running' }) }] }));

    expect(await store.readRun(claim)).toMatchObject({ state: 'running', runId: 7, url: 'u' });
  });

  it('lists runs of pushes apart from those of pull requests', async () => {
    const { store } = opened;
    const ofPush = aRun({ claim: '00000000-0000-8000-8000-000000000002', pullRequest: null });
    await store.record(
      repository,
      aPlan({
        changes: [
          { kind: 'save-run', run: aRun() },
          { kind: 'save-run', run: ofPush },
        ],
      }),
    );

    expect((await store.listRuns(1, 5)).map((run) => run.claim)).toEqual([claim]);
    expect((await store.listRuns(1, null)).map((run) => run.claim)).toEqual([ofPush.claim]);
  });

  it('finds a training by its key only while it goes on or after it brought a result', async () => {
    const { store } = opened;
    const models = aRun().models.map((model) => ({ ...model, trainingKey: 'k' }));
    const save = (run: Partial<ReturnType<typeof aRun>>) =>
      store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun({ models, ...run }) }] }));
    const find = async () => (await store.findByTrainingKey(1, 'late', 'k'))?.state;

    await save({ state: 'running' });
    const running = await find();
    await save({ state: 'failed' });
    const failed = await find();
    await save({ state: 'completed', results: { late: aResult() } });

    expect([running, failed, await find()]).toEqual(['running', undefined, 'completed']);
    expect(await store.findByTrainingKey(1, 'late', 'another')).toBeNull();
  });

  it('does not go back to a head whose webhook was overtaken', async () => {
    const { store } = opened;

    for (const [head, minute] of [
      [sha('b'), 3],
      [sha('a'), 1],
    ] as const) {
      await store.record(
        repository,
        aPlan({ changes: [{ kind: 'save-head', number: 5, head, at: `2026-03-01T12:0${minute}:00Z` }] }),
      );
    }

    expect((await store.readPull(1, 5))?.head).toBe(sha('b'));
  });

  describe('a champion', () => {
    const champion = {
      repositoryId: 1,
      model: 'late',
      commit: sha('a'),
      runId: 7,
      artifact: 'siskin-model-late',
      digest: `sha256:${'1'.repeat(64)}`,
      trainingKey: null,
      fence: 3,
      acceptedAt: '2026-03-02T00:00:00.000Z',
    };
    const keep = (changes: Partial<typeof champion>) =>
      opened.store.record(
        repository,
        aPlan({ changes: [{ kind: 'save-champion', champion: { ...champion, ...changes } }] }),
      );

    it.each([
      ['a later fence, whenever it was accepted', { fence: 4, acceptedAt: '2026-03-01T00:00:00.000Z' }, 'taken'],
      ['the same fence, later', { acceptedAt: '2026-03-03T00:00:00.000Z' }, 'taken'],
      ['the same fence, earlier', { acceptedAt: '2026-03-01T00:00:00.000Z' }, 'left'],
      ['an outdated fence, later', { fence: 2, acceptedAt: '2026-03-03T00:00:00.000Z' }, 'left'],
    ])('of %s', async (_, changes, outcome) => {
      await keep({});
      await keep({ commit: sha('c'), ...changes });

      expect((await opened.store.readChampion(1, 'late'))?.commit).toBe(sha(outcome === 'taken' ? 'c' : 'a'));
    });

    it('of a run after which the same model was asked about on the default branch again is none', async () => {
      const { store } = opened;
      const models = [{ model: 'late', trainingKey: null, evaluationKey: 'key', trains: true, evaluates: true }];
      await store.record(
        repository,
        aPlan({
          changes: [
            { kind: 'save-run', run: aRun({ claim: aRun().claim.replace(/1$/, '2'), pullRequest: 5, fence: 9 }) },
            { kind: 'save-run', run: aRun({ pullRequest: null, fence: 4, models }) },
          ],
        }),
      );

      await keep({ fence: 3 });
      const outdated = await store.readChampion(1, 'late');
      await keep({ fence: 3, model: 'early' });
      await keep({ fence: 4 });

      expect(outdated).toBeNull();
      expect(await store.readChampion(1, 'early')).not.toBeNull();
      expect(await store.readChampion(1, 'late')).toEqual({ ...champion, fence: 4 });
    });
  });

  it('keeps a plan wholly or not at all', async () => {
    const { store } = opened;
    const broken = aRun({ head: 'with a zero \u0000 character' });

    await expect(
      store.record(
        repository,
        aPlan({
          changes: [
            { kind: 'save-head', number: 5, head: sha('a'), at: '2026-03-01T12:00:00Z' },
            { kind: 'save-run', run: broken },
          ],
          effects: [dispatch],
        }),
      ),
    ).rejects.toThrow();

    expect(await store.readPull(1, 5)).toBeNull();
    expect((await store.readBacklog()).waitingEffects).toBe(0);
  });

  it('queues the intents that a plan asks for with the plan', async () => {
    const { store } = opened;

    await store.record(
      repository,
      aPlan({ changes: [{ kind: 'ask', intent: { kind: 'show-run', repository, claim } }] }),
    );

    expect(await store.takeDelivery('repository/1')).toMatchObject({ event: 'siskin.intent' });
  });

  it('counts a repository as active while a run goes on', async () => {
    const { store } = opened;
    await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun({ state: 'running' }) }] }));
    const during = await store.listActiveRepositories();
    await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun({ state: 'failed' }) }] }));

    expect([during, await store.listActiveRepositories()]).toEqual([[repository], []]);
  });
});
