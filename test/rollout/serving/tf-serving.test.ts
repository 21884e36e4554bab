import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  reloadRefusal,
  reloadRequest,
  statusAnswer,
  statusRequest,
} from '../../../src/rollout/serving/tf-serving/messages.ts';
import { openTfServing } from '../../../src/rollout/serving/tf-serving.ts';
import goldens from '../../fixtures/tf-serving/messages.json' with { type: 'json' };
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';
import { startProxy } from './proxy-double.ts';
import { startServingDouble } from './tf-serving/serving-double.ts';

const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two, three] = models;

async function openStage() {
  const serving = await startServingDouble();
  const proxy = await startProxy();
  const opened = (model: string, timeoutMs = 10_000) =>
    openTfServing(
      { name: 'serving', address: serving.address, timeoutMs, model, basePath: `/models/${model}` },
      proxy.platform,
    );
  return {
    serving,
    proxy,
    platform: opened('fraud'),
    absent: opened('nobody'),
    impatient: opened('fraud', 100),
    models,
    faults: serving.faults,
    writes: proxy.double.faults,
    settle: async () => serving.finish(),
    share: proxy.share,
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]();
      await proxy.double[Symbol.asyncDispose]();
    },
  };
}

describePlatform('TensorFlow Serving', openStage, { digests: true, fence: true });
describeFaults('TensorFlow Serving', openStage);

describe('TensorFlow Serving', () => {
  it('gives nothing to a candidate that is still being loaded, and its share when it is applied again', async () => {
    await using stage = await openStage();
    const { platform, serving, proxy } = stage;
    await platform.apply(wish({ fence: 1, champion: one }));
    const traffic = wish({ fence: 2, champion: one, candidate: two, weight: 25 });

    await platform.apply(traffic);
    expect(proxy.share()).toBe(0);
    expect(await platform.observe()).toMatchObject({
      weight: 0,
      candidate: { version: '2', ready: false },
      trouble: 'the candidate is still being loaded',
    });
    serving.finish();
    await platform.apply(traffic);

    expect(proxy.share()).toBe(25);
    expect(Object.fromEntries(serving.labels)).toEqual({ champion: 1, candidate: 2 });
  });

  it('promotes by moving the label before the proxy, and keeps the old version loaded for a way back', async () => {
    await using stage = await openStage();
    const { platform, serving } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 0 }));
    serving.finish();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));

    await platform.apply(wish({ fence: 1, champion: two }));

    expect(Object.fromEntries(serving.labels)).toEqual({ champion: 2, candidate: 2 });
    expect([...serving.states.keys()].sort()).toEqual([1, 2]);
    await platform.apply(wish({ fence: 2, champion: one }));
    expect(serving.labels.get('champion')).toBe(1);
    await platform.apply(wish({ fence: 3, champion: one, candidate: three, weight: 0 }));
    serving.finish();
    await platform.apply(wish({ fence: 3, champion: one, candidate: three, weight: 5 }));
    expect([...serving.states.keys()].sort()).toEqual([1, 3]);
  });

  it('rolls back while the model server is gone', async () => {
    await using stage = await openStage();
    const { platform, impatient, serving, proxy } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 0 }));
    serving.finish();
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    serving.faults.kind = 'hung';

    await impatient.apply(wish({ fence: 2, champion: one }));

    expect(await impatient.observe()).toMatchObject({
      champion: { version: '1' },
      candidate: null,
      weight: 0,
      trouble: expect.stringContaining('expected an answer of `serving` within 0.1 seconds'),
    });
    expect(proxy.share()).toBe(0);
  });

  it('says of a version that cannot be loaded why, and goes on serving the champion', async () => {
    await using stage = await openStage();
    const { platform, serving, proxy } = stage;
    await platform.apply(wish({ fence: 1, champion: one }));
    const traffic = wish({ fence: 2, champion: one, candidate: modelOf('9'), weight: 5 });

    await platform.apply(traffic);

    expect(proxy.share()).toBe(0);
    expect(await platform.observe()).toMatchObject({
      champion: { version: '1' },
      candidate: { ready: false },
      trouble: 'the candidate: version 9 could not be loaded: status 5 (no such file)',
    });
    expect(serving.states.get(1)).toBe(30);
  });

  it('sees that the server was restarted without its labels, and puts them back', async () => {
    await using stage = await openStage();
    const { platform, serving } = stage;
    await platform.apply(wish({ fence: 1, champion: two })).catch(() => {});
    serving.finish();
    await platform.apply(wish({ fence: 1, champion: two }));
    serving.labels.clear();

    expect(await platform.observe()).toMatchObject({
      champion: { version: null, digest: null },
      trouble: 'the champion: the label champion is on no version and not on 2',
    });
    await platform.apply(wish({ fence: 1, champion: two }));

    expect(await platform.observe()).toMatchObject({ champion: { version: '2' }, trouble: null });
  });

  it('encodes and decodes as the library of TensorFlow Serving does', () => {
    const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
    const config = {
      name: 'fraud',
      basePath: '/models/fraud',
      versions: [1_004_000, 2 ** 53 - 1],
      labels: { champion: 1_004_000 },
    };

    expect(hex(reloadRequest([config]))).toBe(goldens.reload);
    expect(hex(statusRequest('fraud', null))).toBe(goldens.status);
    expect(hex(statusRequest('betrug-ä', 'candidate'))).toBe(goldens.labelled);
    expect(statusAnswer(Buffer.from(goldens.answer, 'hex'))).toEqual([
      { version: 1_004_000, state: 30, refusal: null },
      { version: 1_005_000, state: 20, refusal: null },
      { version: 7, state: 50, refusal: 'status 5 (no such file)' },
    ]);
    expect(reloadRefusal(Buffer.from(goldens.accepted, 'hex'))).toBeNull();
    expect(reloadRefusal(Buffer.from(goldens.refused, 'hex'))).toBe('status 9 (not loaded)');
  });

  it('reads any bytes without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        statusAnswer(data);
        reloadRefusal(data);
      }),
    );
  });
});
