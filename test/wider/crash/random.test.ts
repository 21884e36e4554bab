import { expect, it, vi } from 'vitest';
import { effectsOn } from './effects.ts';
import { generator } from './generator.ts';
import { openStage, playWith, type Stage } from './stage.ts';
import { play } from './story.ts';

vi.setConfig({ testTimeout: 600_000 });

const isServer = process.env['SISKIN_TEST_DATABASE_URL'] !== undefined;
/** Printed, so that a failure can be played again with SISKIN_SEED. */
const seed = Number(process.env['SISKIN_SEED'] ?? Date.now() % 1_000_000);

it.each(isServer ? [1, 3] : [1])(
  'killed at random while GitHub fails and webhooks go astray, %i of the App end as if nothing had been',
  async (replicas) => {
    console.log(`SISKIN_SEED=${seed}`);
    const expected = (await playWith({ replicas: 1 })).effects;
    await using stage = await openStage({ replicas });
    const trouble = makeTrouble(stage, seed);

    const commits = await play(stage, { beforeRest: trouble.end });

    expect(trouble.kills()).toBeGreaterThan(2);
    expect(await effectsOn(stage.github, stage.registered.app, commits)).toEqual(expected);
  },
);

/** On a server each waits for ten seconds and more until its lanes are free: more of them would leave no time to work. */
const mostKills = isServer ? 6 : 12;

/** Kills at random instants, and lets GitHub answer late, wrongly or not at all, and lose, double and reorder webhooks. */
function makeTrouble({ github, registered, replicas }: Stage, from: number) {
  const next = generator(from);
  let kills = 0;
  github.faults.onWebhook = () => {
    registered.app.webhookUrl = replicas.nextUrl();
    const chance = next();
    if (chance < 0.05) return 'drop';
    if (chance < 0.15) return 'double';
    return chance < 0.25 ? 'hold' : null;
  };
  // By the request and not by the clock, so that a slow machine gets as far between two of them as a quick one.
  const onRequest = () => {
    const chance = next();
    if (chance < 0.1) github.faults.releaseWebhooks();
    if (chance < 0.3) github.faults.latencyMs = chance < 0.1 ? Math.floor(next() * 200) : 0;
    const failures = [502, 503, 'secondary-limit', 'disconnect'] as const;
    const kind = failures[Math.floor(next() * failures.length)] ?? 502;
    const write = /^(POST|PATCH|PUT) \/repos/;
    const limited = kind === 'secondary-limit' ? { retryAfterSeconds: 1 } : {};
    // After a limit nothing was done; after all else nobody can know.
    const done = kind !== 'secondary-limit' && next() < 0.5 ? ({ afterDoing: true } as const) : {};
    if (next() < 0.04) github.faults.fail({ kind, times: 1, only: write, ...limited, ...done });
    if (next() < 0.07 && kills < mostKills) {
      kills += 1;
      setTimeout(() => replicas.killOne(kills), next() * 100);
    }
  };
  const observer = { onRequest };
  github.observers.add(observer);
  return {
    kills: () => kills,
    end(): void {
      github.observers.delete(observer);
      github.faults.latencyMs = 0;
      github.faults.onWebhook = () => {
        registered.app.webhookUrl = replicas.nextUrl();
        return null;
      };
      github.faults.releaseWebhooks();
    },
  };
}
