import { describe, expect, it } from 'vitest';
import { openTriton } from '../../../src/rollout/serving/triton.ts';
import type { Faults } from './faults.ts';
import { type DoubleRequest, startHttpDouble } from './http-double.ts';
import { modelOf } from './models.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';
import { startProxy } from './proxy-double.ts';

const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two] = models;

/** Triton's model repository extension with the model `fraud` in versions 1 to 3. */
async function startTriton(shared?: Faults) {
  const loaded = { versions: [] as string[], config: null as Record<string, unknown> | null };
  const reasons = new Map<string, string>();
  const answer = ({ path, body }: DoubleRequest) => {
    if (path === '/v2/repository/index') {
      const entries = ['1', '2', '3', ...reasons.keys()].map((version) => {
        const isReady = loaded.versions.includes(version);
        const reason = isReady ? '' : (reasons.get(version) ?? 'unloaded');
        return { name: 'fraud', version, state: isReady ? 'READY' : 'UNAVAILABLE', reason };
      });
      return { json: entries };
    }
    if (path === '/v2/models/fraud/config') {
      if (loaded.config === null) {
        return { status: 400, json: { error: "Request for unknown model: 'fraud' is not found" } };
      }
      return { json: loaded.config };
    }
    if (path !== '/v2/repository/models/fraud/load') return { status: 400, json: { error: 'unknown model' } };
    const given = (body as { parameters?: { config?: string } }).parameters?.config;
    const config = given === undefined ? { name: 'fraud', backend: 'onnxruntime' } : JSON.parse(given);
    const wanted: string[] = (config.version_policy?.specific?.versions ?? [3]).map(String);
    const absent = wanted.find((version) => !['1', '2', '3'].includes(version));
    if (absent !== undefined) {
      // The documentation: a failed reload leaves what is loaded.
      reasons.set(absent, 'unable to find model file');
      return { status: 400, json: { error: `failed to load 'fraud', version ${absent} is not there` } };
    }
    Object.assign(loaded, { versions: wanted, config });
    return { text: '' };
  };
  const double = await startHttpDouble({
    answer,
    isWrite: ({ path }) => path.endsWith('/load'),
    idle: { text: '' },
    ...(shared === undefined ? {} : { faults: shared }),
  });
  return { double, loaded };
}

async function openStage() {
  const champion = await startTriton();
  const candidate = await startTriton(champion.double.faults);
  const proxy = await startProxy();
  const opened = (model: string, timeoutMs = 10_000) =>
    openTriton(
      { name: 'triton', champion: champion.double.url, candidate: candidate.double.url, model, timeoutMs },
      proxy.platform,
    );
  return {
    champion,
    candidate,
    proxy,
    platform: opened('fraud'),
    absent: opened('nobody'),
    impatient: opened('fraud', 100),
    models,
    faults: champion.double.faults,
    writes: proxy.double.faults,
    settle: async () => {},
    share: proxy.share,
    async [Symbol.asyncDispose]() {
      await champion.double[Symbol.asyncDispose]();
      await candidate.double[Symbol.asyncDispose]();
      await proxy.double[Symbol.asyncDispose]();
    },
  };
}

describePlatform('Triton', openStage, { digests: true, fence: true });
describeFaults('Triton', openStage);

describe('Triton', () => {
  it('gives each arm a server with one version, and keeps the rest of its configuration', async () => {
    await using stage = await openStage();

    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 10 }));

    expect(stage.champion.loaded).toMatchObject({ versions: ['1'], config: { backend: 'onnxruntime' } });
    expect(stage.candidate.loaded).toMatchObject({ versions: ['2'], config: { backend: 'onnxruntime' } });
    expect(stage.proxy.share()).toBe(10);
  });

  it('promotes by loading the version at the champion before the proxy is told', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));

    await stage.platform.apply(wish({ fence: 1, champion: two }));

    expect(stage.champion.loaded.versions).toEqual(['2']);
    expect(stage.proxy.share()).toBe(0);
  });

  it('says of a version that is not in the repository that it cannot be loaded', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one }));

    const refused = stage.platform.apply(wish({ fence: 1, champion: one, candidate: modelOf('9'), weight: 5 }));

    await expect(refused).rejects.toThrow(/version 9 is not there/);
    expect(stage.proxy.share()).toBe(0);
    expect(stage.champion.loaded.versions).toEqual(['1']);
  });

  it('sees that a server was restarted, and loads the version again', async () => {
    await using stage = await openStage();
    await stage.platform.apply(wish({ fence: 1, champion: one }));
    Object.assign(stage.champion.loaded, { versions: [], config: null });

    expect(await stage.platform.observe()).toMatchObject({
      champion: { version: null },
      trouble: 'the champion: Triton serves no version and not 1',
    });
    await stage.platform.apply(wish({ fence: 1, champion: one }));

    expect(await stage.platform.observe()).toMatchObject({ champion: { version: '1' }, trouble: null });
  });
});
