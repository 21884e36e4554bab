import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/error.ts';
import type { Observed, ServedModel, Traffic } from '../../../src/ports/serving.ts';
import { converge, type PlatformStage, type PlatformTraits, wish } from './platform-stage.ts';

/** Claims that hold for every serving platform, whatever is behind it. */
export function describePlatform(name: string, open: () => Promise<PlatformStage>, traits: PlatformTraits): void {
  describe(`${name}, as every platform`, () => {
    let stage: PlatformStage;
    const begin = async (): Promise<PlatformStage> => {
      stage = await open();
      return stage;
    };
    afterEach(async () => {
      if (stage.faults !== null) stage.faults.kind = 'none';
      await stage[Symbol.asyncDispose]();
    });
    const put = async (traffic: Traffic): Promise<void> => {
      await converge(stage, traffic);
      expectServed(await stage.platform.observe(), traffic, traits);
      expect(await stage.share()).toBe(traffic.weight);
    };

    it('has nothing against a service that can be rolled out', async () => {
      const { platform } = await begin();

      expect((await platform.probe()).problems).toEqual([]);
    });

    it('says in a sentence why a service cannot be rolled out', async () => {
      const { absent } = await begin();

      const { problems } = await absent.probe();

      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) expect(problem).toMatch(/expected .*, found /);
    });

    it('reads back every step of a rollout, the promotion, and the next rollout with its rollback', async () => {
      const { platform, models } = await begin();
      const [one, two, three] = models;
      await put(wish({ fence: 1, champion: one }));
      const { mostWeight } = await platform.probe();
      for (const weight of [0, 5, 25, 50, 100].filter((step) => step <= mostWeight)) {
        await put(wish({ fence: 2, champion: one, candidate: two, weight }));
      }
      await put(wish({ fence: 2, champion: two }));
      await put(wish({ fence: 3, champion: two, candidate: three, weight: 0 }));
      await put(wish({ fence: 3, champion: two, candidate: three, weight: 10 }));
      await put(wish({ fence: 3, champion: two }));
      await put(wish({ fence: 4, champion: one }));
    });

    it('changes nothing when the same is applied again', async () => {
      const { platform, models } = await begin();
      const [one, two] = models;
      await converge(stage, wish({ fence: 1, champion: one }));
      const traffic = wish({ fence: 2, champion: one, candidate: two, weight: 25 });
      await converge(stage, traffic);
      const before = await platform.observe();

      await platform.apply(traffic);
      await stage.settle();

      expect(await platform.observe()).toEqual(before);
      expect(await stage.share()).toBe(25);
    });

    it.runIf(traits.fence)('refuses an outdated fence and leaves everything as it is', async () => {
      const { platform, models } = await begin();
      const [one, two] = models;
      const traffic = wish({ fence: 7, champion: one, candidate: two, weight: 25 });
      await converge(stage, traffic);

      const late = platform.apply(wish({ fence: 6, champion: one, candidate: two, weight: 50 }));

      await expect(late).rejects.toMatchObject({ code: 'fenced' });
      await stage.settle();
      expectServed(await platform.observe(), traffic, traits);
      expect(await stage.share()).toBe(25);
    });

    it('refuses what it does not say that it can do', async () => {
      const { platform, models } = await begin();
      const [champion, candidate] = models;
      const capability = await platform.probe();
      const base = wish({ fence: 1, champion, candidate, weight: 10 });
      const beyond: readonly Traffic[] = [
        ...(capability.weights === 'any' ? [] : [{ ...base, weight: 2.5 }]),
        ...(capability.shadow ? [] : [{ ...base, shadow: 10 }]),
        ...(capability.header ? [] : [{ ...base, audience: { header: 'x-cohort', value: 'beta' } }]),
        ...(capability.sticky ? [] : [{ ...base, audience: { cookie: 'uid' } }]),
        ...(capability.mostWeight === 100 ? [] : [{ ...base, weight: capability.mostWeight + 1 }]),
      ];

      for (const traffic of beyond) {
        await expect(platform.apply(traffic)).rejects.toMatchObject({ code: 'unsupported' });
      }
    });

    it('serves a version of any text as it is called, or refuses it and serves what it did', async () => {
      const { platform, models } = await begin();
      const [one, two] = models;
      for (const version of strangeVersions) {
        await converge(stage, wish({ fence: 1, champion: one }));
        const traffic = wish({ fence: 1, champion: one, candidate: { ...two, version }, weight: 10 });

        const error = await converge(stage, traffic).then(
          () => null,
          (thrown: unknown) => thrown,
        );

        const seen = await platform.observe();
        if (error === null) {
          expectServed(seen, traffic, traits);
          continue;
        }
        expect(error).toBeInstanceOf(AppError);
        expect(await stage.share()).toBe(0);
        expect(seen.weight).toBe(0);
        expect(seen.champion?.version).toBe(one.version);
      }
    });
  });
}

const strangeVersions: readonly string[] = [
  '2.0.0; set x 1',
  '2.0.0\nadmin',
  '../../etc/passwd',
  '${HOME}',
  '"><&',
  "2'; return 1",
  '二.零',
  '',
  'x'.repeat(5000),
];

function expectServed(
  seen: Observed,
  { fence, champion, candidate, weight, shadow }: Traffic,
  traits: PlatformTraits,
): void {
  const shown = (model: ServedModel | null) =>
    model === null ? null : { version: model.version, digest: traits.digests ? model.digest : null };
  expect(seen).toEqual({
    fence: traits.fence ? fence : null,
    champion: shown(champion),
    candidate: candidate === null ? null : { ...shown(candidate), ready: true },
    weight,
    shadow,
    trouble: null,
  });
}
