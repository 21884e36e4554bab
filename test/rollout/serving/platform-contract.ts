import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/error.ts';
import type { Observed, ServedModel, ServingPlatform, Traffic } from '../../../src/ports/serving.ts';
import { type Faults, noFaults } from './faults.ts';

/** A platform with one service, which nothing was applied to yet. */
export interface PlatformStage extends AsyncDisposable {
  readonly platform: ServingPlatform;
  /** Three that it can serve. */
  readonly models: readonly [ServedModel, ServedModel, ServedModel];
  /** What goes wrong on the far side from now on; null where the far side is the real thing. */
  readonly faults: Faults | null;
  /** What goes wrong where weights are written, when that is another far side. */
  readonly writes?: Faults;
  /** Lets what is asynchronous on the far side come to its end. */
  settle(): Promise<void>;
  /** The percent that the candidate gets by the far side's own account, not by the adapter's. */
  share(): number | Promise<number>;
  /** The same service asked for where it cannot be: problems, no exception. */
  readonly absent: ServingPlatform;
}

/** What one platform may do differently, with its reason in docs/serving.md. */
export interface PlatformTraits {
  /** Whether the platform keeps digests; else they are seen as null. */
  readonly digests: boolean;
  /** Whether the platform keeps a fence. */
  readonly fence: boolean;
}

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

/** Claims on a far side that misbehaves; they need one that can be told to. */
export function describeFaults(name: string, open: () => Promise<PlatformStage & { readonly faults: Faults }>): void {
  describe(`${name}, when the far side fails`, () => {
    it('reaches the wish after a failure at any of its requests, by applying it again', async () => {
      for (let before = 0; before < 40; before += 1) {
        await using stage = await open();
        const [one, two, three] = stage.models;
        await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
        await converge(stage, wish({ fence: 2, champion: two }));
        const traffic = wish({ fence: 3, champion: two, candidate: three, weight: 10 });
        Object.assign(stage.faults, { kind: 'broken', after: before });
        const error = await converge(stage, traffic, 1).then(
          () => null,
          (thrown: unknown) => thrown,
        );
        const isDone = stage.faults.befallen === 0;
        Object.assign(stage.faults, noFaults());
        if (!isDone) expect(error).toBeInstanceOf(AppError);
        // A candidate that was never announced gets nothing, however far it came.
        expect([0, 10]).toContain(await stage.share());

        await converge(stage, traffic);

        expect(await stage.share()).toBe(10);
        if (isDone) return;
      }
      expect.fail('expected fewer requests for one step');
    });

    it('goes back to the champion after a failure at any of its requests', async () => {
      for (let before = 0; before < 40; before += 1) {
        await using stage = await open();
        const [one, two] = stage.models;
        await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
        Object.assign(stage.faults, { kind: 'broken', after: before });
        await converge(stage, wish({ fence: 1, champion: one }), 1).catch(() => {});
        const isDone = stage.faults.befallen === 0;
        Object.assign(stage.faults, noFaults());

        await converge(stage, wish({ fence: 1, champion: one }));

        expect(await stage.share()).toBe(0);
        expect((await stage.platform.observe()).weight).toBe(0);
        if (isDone) return;
      }
      expect.fail('expected fewer requests for a rollback');
    });

    it('sees that a far side answers well and does nothing', async () => {
      await using stage = await open();
      const [one, two] = stage.models;
      await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
      (stage.writes ?? stage.faults).kind = 'idle';

      await stage.platform.apply(wish({ fence: 2, champion: one, candidate: two, weight: 50 })).catch(() => {});
      await stage.settle();

      expect((await stage.platform.observe()).weight).toBe(5);
    });

    it('says that permission was lost halfway, and goes on when it is given again', async () => {
      await using stage = await open();
      const [one, two] = stage.models;
      await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
      Object.assign(stage.faults, { kind: 'denied', after: 1 });

      const refused = stage.platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 25 }));

      await expect(refused).rejects.toMatchObject({ code: 'not-permitted' });
      Object.assign(stage.faults, noFaults());
      await converge(stage, wish({ fence: 1, champion: one, candidate: two, weight: 25 }));
      expect(await stage.share()).toBe(25);
    });

    it.each([
      ['hangs', 'hung', /^timed-out$/],
      // Whichever limit is reached first.
      ['answers without end', 'huge', /^(too-large|timed-out)$/],
    ] as const)('gives up on a far side that %s', async (_, kind, codes) => {
      const code = expect.stringMatching(codes);
      await using stage = await open();
      const [one] = stage.models;
      await converge(stage, wish({ fence: 1, champion: one }));
      stage.faults.kind = kind;

      await expect(stage.platform.observe()).rejects.toMatchObject({ code });
      await expect(stage.platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({ code });
      const { problems } = await stage.platform.probe();
      expect(problems.length).toBeGreaterThan(0);
      stage.faults.kind = 'none';
    });

    it.each(['garbled', 'broken'] as const)(
      'throws no other error than its own at a far side that is %s',
      async (kind) => {
        await using stage = await open();
        const [one] = stage.models;
        await converge(stage, wish({ fence: 1, champion: one }));
        stage.faults.kind = kind;

        await expect(stage.platform.observe()).rejects.toBeInstanceOf(AppError);
        await expect(stage.platform.apply(wish({ fence: 1, champion: one }))).rejects.toBeInstanceOf(AppError);
        expect((await stage.platform.probe()).problems.length).toBeGreaterThan(0);
      },
    );
  });
}

/** A wish with nothing but what matters. */
export function wish(traffic: Partial<Traffic> & Pick<Traffic, 'fence' | 'champion'>): Traffic {
  return { rollout: 'ro_1', candidate: null, weight: 0, shadow: 0, audience: null, ...traffic };
}

/** Applies a wish until it is seen, as the engine does: what becomes ready late needs more than one call. */
export async function converge(
  stage: Pick<PlatformStage, 'platform' | 'settle'>,
  traffic: Traffic,
  turns = 5,
): Promise<void> {
  for (let turn = 1; turn <= turns; turn += 1) {
    try {
      await stage.platform.apply(traffic);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'unavailable' || turn === turns) throw thrown;
    }
    await stage.settle();
    const seen = await stage.platform.observe();
    const isSeen =
      seen.weight === traffic.weight &&
      seen.champion?.version === traffic.champion?.version &&
      (seen.candidate === null) === (traffic.candidate === null) &&
      (seen.candidate === null || seen.candidate.ready);
    if (isSeen) return;
  }
}

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
