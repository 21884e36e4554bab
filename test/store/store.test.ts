import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckContent, Effect, Plan } from '../../src/effect.ts';
import type { PendingEffect } from '../../src/ports.ts';
import { migrate } from '../../src/store/migrations.ts';
import { aResult } from '../result-builder.ts';
import { aRun } from '../run-builder.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

const { claim } = aRun();
const lane = 'pull/1/5';

function aPlan(plan: Partial<Plan>): Plan {
  return { changes: [], effects: [], ...plan };
}

function aCheck(changes: Partial<CheckContent> = {}): CheckContent {
  return {
    name: 'siskin / late',
    status: 'queued',
    conclusion: null,
    title: 'Queued',
    summary: '',
    text: '',
    detailsUrl: null,
    annotations: [],
    ...changes,
  };
}

const dispatch: Effect = {
  kind: 'dispatch-run',
  workflow: '.github/workflows/siskin.yml',
  ref: 'main',
  plan: {
    schema: 'siskin.plan/v1',
    claim,
    repository: 'acme/flights',
    head: sha('b'),
    base: sha('a'),
    pullRequest: 5,
    train: [],
    evaluate: [
      {
        model: 'late',
        runner: ['ubuntu-latest'],
        timeoutMinutes: 10,
        candidate: { kind: 'file', path: 'm.onnx' },
        champion: { kind: 'none', reason: 'first' },
        artifact: 'siskin-result-late',
      },
    ],
  },
};
const comment = (body: string): Effect => ({ kind: 'publish-comment', number: 5, body });
const check = (title: string): Effect => ({
  kind: 'publish-check',
  head: sha('b'),
  number: 5,
  check: aCheck({ title }),
});
const delivery = (id: string, number: number | null = 5) => ({
  id,
  event: 'pull_request',
  payload: '{"a":1}',
  hint: { repositoryId: 1, number, claim: null, head: null },
});

// The same claims hold for both databases. PostgreSQL takes part where the environment names an empty one.
const servers = [undefined, process.env['SISKIN_TEST_DATABASE_URL']].filter((url, index) => index === 0 || url);

describe.each(servers)('the store on %s', (url) => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore(url);
  });
  afterAll(() => opened[Symbol.asyncDispose]());
  beforeEach(() => opened.clear());

  const due = () => opened.store.outbox.listDue(lane);
  const bodies = async () => (await due()).map(({ effect }) => (effect.kind === 'publish-comment' ? effect.body : ''));
  async function settleAll(): Promise<readonly PendingEffect[]> {
    const effects = await due();
    for (const effect of effects) {
      await opened.store.outbox.begin(effect.id);
      await opened.store.outbox.settle(effect, { kind: 'done', learnt: null });
    }
    return effects;
  }

  describe('deliveries', () => {
    it('keeps a delivery once, however often it comes', async () => {
      const { store } = opened;

      const first = await store.accept([delivery('a'), delivery('a'), delivery('b')]);
      const second = await store.accept([delivery('b'), delivery('c')]);

      expect([first, second]).toEqual([
        [true, false, true],
        [false, true],
      ]);
      expect((await store.readBacklog()).waitingDeliveries).toBe(3);
    });

    it('keeps one copy when the same delivery comes over several connections at once', async () => {
      const { store } = opened;

      const answers = await Promise.all(Array.from({ length: 10 }, () => store.accept([delivery('a')])));

      expect(answers.flat().filter(Boolean)).toHaveLength(1);
    });

    it('hands deliveries of a lane out in the order of their arrival, each with its attempt counted', async () => {
      const { store } = opened;
      await store.accept([delivery('z'), delivery('a'), delivery('other', 6)]);

      const first = await store.takeDelivery(lane);
      await store.endDelivery('z', { kind: 'done' });
      const second = await store.takeDelivery(lane);

      expect([first?.id, first?.attempts, second?.id]).toEqual(['z', 1, 'a']);
    });

    it('lets others pass a delivery that must wait, and comes back to it', async () => {
      const { store, clock } = opened;
      await store.accept([delivery('a'), delivery('b')]);
      await store.takeDelivery(lane);

      await store.endDelivery('a', { kind: 'later', seconds: 60, error: 'GitHub is away' });

      expect((await store.takeDelivery(lane))?.id).toBe('b');
      await store.endDelivery('b', { kind: 'done' });
      expect(await store.takeDelivery(lane)).toBeNull();
      clock.now = new Date(clock.now.getTime() + 61_000);
      expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 2 });
    });

    it('gives a delivery out again after a crash in the middle of it', async () => {
      const { store } = opened;
      await store.accept([delivery('a')]);

      await store.takeDelivery(lane);

      expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 2 });
    });

    it('takes a delivery that failed for good up again when it is sent again', async () => {
      const { store } = opened;
      await store.accept([delivery('a')]);
      await store.takeDelivery(lane);
      await store.endDelivery('a', { kind: 'failed', error: 'poison' });

      const again = await store.accept([delivery('a')]);

      expect(again).toEqual([true]);
      expect(await store.takeDelivery(lane)).toMatchObject({ id: 'a', attempts: 1 });
    });

    it('puts what belongs to one pull request into one lane: by number, by claim and by head', async () => {
      const { store } = opened;
      await store.record(
        repository,
        aPlan({
          changes: [
            { kind: 'save-run', run: aRun() },
            { kind: 'save-head', number: 5, head: sha('b'), at: '2026-03-01T12:00:00Z' },
          ],
        }),
      );

      await store.accept([
        { ...delivery('by-claim'), hint: { repositoryId: 1, number: null, claim, head: null } },
        { ...delivery('by-head'), hint: { repositoryId: 1, number: null, claim: null, head: sha('b') } },
        { ...delivery('of-the-repository'), hint: { repositoryId: 1, number: null, claim: null, head: null } },
        { ...delivery('of-nothing'), hint: { repositoryId: null, number: 5, claim: null, head: null } },
      ]);

      const lanes = await opened.database.query('select id, lane from siskin.deliveries order by sequence', []);
      expect(lanes.map((row) => row['lane'])).toEqual([lane, lane, 'repository/1', 'app']);
    });

    it('asks for one intent once, whoever asks', async () => {
      const { store } = opened;

      await store.ask({ kind: 'reconcile', repository }, 'reconcile/1/77');
      await store.ask({ kind: 'reconcile', repository }, 'reconcile/1/77');

      expect((await store.readBacklog()).waitingDeliveries).toBe(1);
    });

    it('forgets what ended long ago and nothing that waits', async () => {
      const { store, clock } = opened;
      await store.accept([delivery('done'), delivery('waiting')]);
      await store.endDelivery('done', { kind: 'done' });
      clock.now = new Date(clock.now.getTime() + 15 * 86_400_000);

      await store.prune(14);

      expect(await store.listKnownDeliveries(['done', 'waiting'])).toEqual(['waiting']);
    });
  });

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

    it('remembers since when a pull request points at a head, also when it comes back to an old one', async () => {
      const { store } = opened;
      const seen = (head: string, minute: number) =>
        store.record(
          repository,
          aPlan({ changes: [{ kind: 'save-head', number: 5, head, at: `2026-03-01T12:0${minute}:00.000Z` }] }),
        );

      await seen(sha('a'), 1);
      await seen(sha('a'), 2);
      const first = await store.readPull(1, 5);
      await seen(sha('b'), 3);
      await seen(sha('a'), 4);

      expect(first).toMatchObject({ head: sha('a'), headSince: '2026-03-01T12:01:00.000Z' });
      expect(await store.readPull(1, 5)).toMatchObject({ head: sha('a'), headSince: '2026-03-01T12:04:00.000Z' });
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

    it('keeps the newest champion', async () => {
      const { store } = opened;
      const champion = {
        repositoryId: 1,
        model: 'late',
        commit: sha('a'),
        runId: 7,
        artifact: 'siskin-model-late',
        digest: `sha256:${'1'.repeat(64)}`,
        trainingKey: null,
        acceptedAt: '2026-03-02T00:00:00.000Z',
      };
      const older = { ...champion, commit: sha('c'), acceptedAt: '2026-03-01T00:00:00.000Z' };

      await store.record(repository, aPlan({ changes: [{ kind: 'save-champion', champion }] }));
      await store.record(repository, aPlan({ changes: [{ kind: 'save-champion', champion: older }] }));

      expect(await store.readChampion(1, 'late')).toEqual(champion);
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

  describe('outbox', () => {
    it('gives effects back in the order of the plan', async () => {
      const { store } = opened;

      await store.record(repository, aPlan({ effects: [dispatch, check('Queued'), comment('queued')] }));

      expect((await due()).map(({ effect }) => effect)).toEqual([dispatch, check('Queued'), comment('queued')]);
    });

    it('publishes only the newest of what waits for one place', async () => {
      const { store } = opened;

      for (const word of ['queued', 'running', 'done']) {
        await store.record(repository, aPlan({ effects: [comment(word), check(word)] }));
      }

      expect(await bodies()).toEqual(['done', '']);
    });

    it('does not publish again what stands there already', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ effects: [comment('done')] }));
      await settleAll();

      await store.record(repository, aPlan({ effects: [comment('done')] }));
      const same = await bodies();
      await store.record(repository, aPlan({ effects: [comment('worse')] }));
      await settleAll();
      await store.record(repository, aPlan({ effects: [comment('done')] }));

      expect([same, await bodies()]).toEqual([[], ['done']]);
    });

    it('publishes the old words again when newer ones may have been shown in between', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ effects: [comment('done')] }));
      await settleAll();
      await store.record(repository, aPlan({ effects: [comment('running')] }));
      const [begun] = await due();
      await store.outbox.begin(begun?.id ?? 0);

      await store.record(repository, aPlan({ effects: [comment('done')] }));

      expect(await bodies()).toEqual(['done']);
    });

    it('dispatches one claim once, however often its plan is recorded', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ effects: [dispatch] }));
      await store.record(repository, aPlan({ effects: [dispatch] }));
      const once = await settleAll();

      await store.record(repository, aPlan({ effects: [dispatch] }));

      expect(once).toHaveLength(1);
      expect(await due()).toEqual([]);
    });

    it('never sends a dispatch that was cancelled before it began', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun() }], effects: [dispatch] }));

      await store.record(
        repository,
        aPlan({ effects: [{ kind: 'cancel-run', claim, runId: null, reason: 'a newer head' }] }),
      );

      expect((await due()).map(({ effect }) => effect.kind)).toEqual(['cancel-run']);
    });

    it('holds a cancellation back while the dispatch before it must be tried again', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun() }], effects: [dispatch] }));
      const [begun] = await due();
      if (begun === undefined) throw new Error('expected a dispatch');
      await store.outbox.begin(begun.id);
      await store.outbox.settle(begun, { kind: 'later', seconds: 30, error: 'no answer' });

      await store.record(
        repository,
        aPlan({ effects: [{ kind: 'cancel-run', claim, runId: null, reason: 'a newer head' }] }),
      );

      expect(await due()).toEqual([]);
    });

    it('knows after a crash between record and apply what is to be done, and after one in the middle that it began', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ effects: [dispatch] }));

      const [before] = await due();
      await store.outbox.begin(before?.id ?? 0);
      const [after] = await due();

      expect([before?.attempts, after?.attempts]).toEqual([0, 1]);
    });

    it('does not count waiting for our own quota as an attempt', async () => {
      const { store, clock } = opened;
      await store.record(repository, aPlan({ effects: [comment('x')] }));
      const [begun] = await due();
      if (begun === undefined) throw new Error('expected a comment');
      await store.outbox.begin(begun.id);

      await store.outbox.settle(begun, { kind: 'later', seconds: 10, error: null });
      clock.now = new Date(clock.now.getTime() + 11_000);

      expect((await due())[0]?.attempts).toBe(0);
    });

    it('refuses to begin what was replaced meanwhile', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ effects: [comment('old')] }));
      const [old] = await due();
      await store.record(repository, aPlan({ effects: [comment('new')] }));

      expect(await store.outbox.begin(old?.id ?? 0)).toBe(false);
    });

    it('keeps what was learnt with the end of an effect', async () => {
      const { store } = opened;
      await store.record(
        repository,
        aPlan({
          changes: [
            { kind: 'save-run', run: aRun() },
            { kind: 'save-head', number: 5, head: sha('b'), at: '2026-03-01T12:00:00Z' },
          ],
          effects: [dispatch, check('Queued'), comment('queued')],
        }),
      );
      const [first, second, third] = await due();
      if (!first || !second || !third) throw new Error('expected three effects');

      const { outbox } = store;
      await outbox.settle(first, { kind: 'done', learnt: { kind: 'run-dispatched', claim, runId: 9, url: 'u' } });
      await outbox.settle(second, {
        kind: 'done',
        learnt: { kind: 'check', number: 5, head: sha('b'), name: 'siskin / late', checkId: 31 },
      });
      await outbox.settle(third, {
        kind: 'done',
        learnt: { kind: 'comment', number: 5, commentId: 41, edited: true },
      });

      expect(await store.readRun(claim)).toMatchObject({ state: 'dispatched', runId: 9, url: 'u' });
      expect(await store.readPull(1, 5)).toMatchObject({
        commentId: 41,
        checks: { [`${sha('b')}/siskin / late`]: 31 },
      });
      expect(await outbox.readEdits(1, 5)).toEqual({ edits: 1, oldestSecondsAgo: 0, running: true });
    });

    it('ends a refused run and asks for it to be shown', async () => {
      const { store } = opened;
      await store.record(repository, aPlan({ changes: [{ kind: 'save-run', run: aRun() }], effects: [dispatch] }));
      const [effect] = await due();
      if (effect === undefined) throw new Error('expected a dispatch');
      const failure = { code: 'workflow-missing', message: 'no such workflow', model: null, logTail: [] } as const;

      await store.outbox.settle(effect, {
        kind: 'failed',
        error: 'no such workflow',
        learnt: { kind: 'run-refused', claim, failure },
      });

      expect(await store.readRun(claim)).toMatchObject({ state: 'failed', failures: [failure] });
      expect(JSON.parse((await store.takeDelivery(lane))?.payload ?? '')).toEqual({
        kind: 'show-run',
        repository,
        claim,
      });
    });
  });

  it('migrates once when several processes start at the same time', async () => {
    await Promise.all([migrate(opened.database), migrate(opened.database)]);

    const rows = await opened.database.query('select number from siskin.migrations', []);
    expect(rows).toEqual([{ number: 1 }]);
  });
});
