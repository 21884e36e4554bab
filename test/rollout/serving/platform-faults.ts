import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/error.ts';
import { type Faults, noFaults } from './faults.ts';
import { converge, type PlatformStage, wish } from './platform-stage.ts';

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
      const [champion, candidate] = stage.models;
      const traffic = wish({ fence: 1, champion, candidate, weight: 5 });
      await converge(stage, traffic);
      const platform = stage.impatient ?? stage.platform;
      stage.faults.kind = kind;

      await expect(platform.observe()).rejects.toMatchObject({ code });
      await expect(platform.apply(traffic)).rejects.toMatchObject({ code });
      const { problems } = await platform.probe();
      expect(problems.length).toBeGreaterThan(0);
      stage.faults.kind = 'none';
    });

    it.each(['garbled', 'broken'] as const)(
      'throws no other error than its own at a far side that is %s',
      async (kind) => {
        await using stage = await open();
        const [champion, candidate] = stage.models;
        const traffic = wish({ fence: 1, champion, candidate, weight: 5 });
        await converge(stage, traffic);
        stage.faults.kind = kind;

        await expect(stage.platform.observe()).rejects.toBeInstanceOf(AppError);
        await expect(stage.platform.apply(traffic)).rejects.toBeInstanceOf(AppError);
        expect((await stage.platform.probe()).problems.length).toBeGreaterThan(0);
      },
    );
  });
}
