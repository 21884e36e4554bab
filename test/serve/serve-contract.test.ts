import { expect, it } from 'vitest';
import { testContract } from '../../src/rollout/serving/contract-test.ts';
import { describePlatform } from '../rollout/serving/platform-contract.ts';
import { platformOf, released, secret, settled, startStage } from './serve-stage.ts';

const champion = released('binary-tensor.onnx', '1.0.0');
const candidate = released('regression.onnx', '1.1.0');
const third = released('nan.onnx', '1.2.0');

async function openPlatform() {
  const stage = await startStage();
  return {
    platform: stage.platform,
    models: [champion, candidate, third] as const,
    faults: null,
    settle: () => settled(stage.platform),
    share: async () =>
      Number(/siskin_serve_weight_percent\{model="fraud"\} (\S+)/.exec(await stage.metrics())?.[1] ?? 0),
    absent: platformOf('http://127.0.0.1:2'),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

describePlatform('siskin serve', openPlatform, { digests: true, fence: true });

it('keeps every promise of the serving contract', async () => {
  await using stage = await startStage();
  const service = {
    address: stage.server.adminAddress,
    secret: () => secret,
    service: 'fraud',
    timeoutMs: 5000,
    now: Date.now,
  };
  const findings = await testContract({ service, champion, candidate, waitMs: 20_000 }, () => {});
  expect(findings.filter(({ verdict }) => verdict !== 'kept')).toEqual([]);
});
