import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PendingEffect } from '../../src/ports.ts';
import { aRun } from '../run-builder.ts';
import { aPlan, check, comment, dispatch } from './effects.ts';
import { openTestStore, repository, sha, type TestStore } from './test-store.ts';

const { claim } = aRun();
const lane = 'pull/1/5';

let opened: TestStore;
beforeAll(async () => {
  opened = await openTestStore();
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

  it('remembers that GitHub may have been reached when other words take the place of those that were begun', async () => {
    const { store } = opened;
    await store.record(repository, aPlan({ effects: [check('Queued')] }));
    const [begun] = await due();
    await store.outbox.begin(begun?.id ?? 0);

    await store.record(repository, aPlan({ effects: [check('Running')] }));
    const replaced = await due();
    await settleAll();
    await store.record(repository, aPlan({ effects: [check('Done')] }));

    expect(replaced.map(({ attempts }) => attempts)).toEqual([1]);
    expect((await due()).map(({ attempts }) => attempts)).toEqual([0]);
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
