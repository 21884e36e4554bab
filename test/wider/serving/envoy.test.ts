import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openEnvoy } from '../../../src/rollout/serving/envoy.ts';
import { modelOf } from '../../rollout/serving/models.ts';
import { describePlatform } from '../../rollout/serving/platform-contract.ts';
import { wish } from '../../rollout/serving/platform-stage.ts';
import { toolAt } from '../tool.ts';
import { type EnvoyServer, startEnvoy } from './envoy-server.ts';

const envoy = toolAt('SISKIN_ENVOY');
const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two, three] = models;

function opened({ admin, folder, address }: EnvoyServer, prefix = 'routing.{model}') {
  return openEnvoy({
    connection: { admin, folder, address, 'timeout-seconds': 5 },
    target: { prefix, clusters: ['{model}-a', '{model}-b'] },
    place: { model: 'fraud', name: 'edge' },
    placing: 'address',
  });
}

describePlatform(
  'a real Envoy',
  async () => {
    const server = await startEnvoy(envoy);
    const platform = opened(server);
    return {
      platform,
      absent: opened(server, 'routing.nobody'),
      models,
      faults: null,
      settle: async () => {},
      share: async () => (await platform.observe()).weight,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  { digests: true, fence: true },
);

describe('a real Envoy', () => {
  it('can do all that its routes are made for', async () => {
    await using server = await startEnvoy(envoy);

    expect(await opened(server).probe()).toEqual({
      weights: 'any',
      mostWeight: 100,
      shadow: true,
      header: true,
      sticky: true,
      fence: true,
      problems: [],
    });
    expect((await opened(server, 'routing.nobody').probe()).problems).toEqual([
      expect.stringMatching(/expected a route of Envoy .*routing\.nobody/),
    ]);
  });

  it('gives the candidate its percent of the requests, wherever it is put', async () => {
    await using server = await startEnvoy(envoy);
    const platform = opened(server);

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 20 }));
    const { 2: share = 0 } = await server.answers(800);
    await platform.apply(wish({ fence: 1, champion: two }));
    const promoted = await server.answers(100);
    await platform.apply(wish({ fence: 2, champion: two, candidate: three, weight: 100 }));
    const full = await server.answers(100);
    await platform.apply(wish({ fence: 2, champion: two }));

    // Five standard deviations of a binomial with 800 trials.
    expect(Math.abs(share - 160)).toBeLessThan(5 * Math.sqrt(800 * 0.2 * 0.8));
    expect(promoted).toEqual({ 2: 100 });
    expect(full).toEqual({ 3: 100 });
    expect(await server.answers(100)).toEqual({ 2: 100 });
  });

  it('gives those with the header their share, and all others the champion', async () => {
    await using server = await startEnvoy(envoy);
    const platform = opened(server);
    const audience = { header: 'X-Cohort', value: 'beta' };

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 100, audience }));

    expect(await server.answers(30)).toEqual({ 1: 30 });
    expect(await server.answers(30, () => ({ 'x-cohort': 'beta' }))).toEqual({ 2: 30 });
    expect((await platform.observe()).weight).toBe(100);
    const other = { ...audience, value: 'gamma' };
    await expect(
      platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5, audience: other })),
    ).rejects.toMatchObject({ code: 'unsupported' });
    await platform.apply(wish({ fence: 1, champion: one }));
    expect(await server.answers(30, () => ({ 'x-cohort': 'beta' }))).toEqual({ 1: 30 });
  });

  it('keeps a user with the cookie where he is as the weight rises', async () => {
    await using server = await startEnvoy(envoy);
    const usersAt = async (weight: number): Promise<ReadonlySet<number>> => {
      const audience = { cookie: 'uid' };
      await opened(server).apply(wish({ fence: 1, champion: one, candidate: two, weight, audience }));
      const users = new Set<number>();
      for (let user = 0; user < 200; user += 1) {
        const { 2: candidate = 0 } = await server.answers(1, () => ({ cookie: `uid=user-${user}` }));
        if (candidate === 1) users.add(user);
      }
      return users;
    };

    const few = await usersAt(20);
    const again = await usersAt(20);
    const many = await usersAt(60);

    expect(again).toEqual(few);
    expect([...few].filter((user) => !many.has(user))).toEqual([]);
    expect(few.size).toBeGreaterThan(15);
    expect(many.size).toBeGreaterThan(90);
    expect(many.size).toBeLessThan(150);
  });

  it('copies a share of the requests to the candidate, whose answers reach nobody', async () => {
    await using server = await startEnvoy(envoy);
    await opened(server).apply(wish({ fence: 1, champion: one, candidate: two, shadow: 50 }));

    expect(await server.answers(400)).toEqual({ 1: 400 });

    await setTimeout(100);
    expect(Math.abs(server.received(2) - 200)).toBeLessThan(5 * Math.sqrt(400 * 0.25));
    expect((await opened(server).observe()).shadow).toBe(50);
  });

  it('says of a cluster whose file Envoy does not read that it is not where it was put', async () => {
    await using server = await startEnvoy(envoy);
    const platform = openEnvoy({
      connection: {
        admin: server.admin,
        folder: join(server.folder, '..'),
        address: server.address,
        'timeout-seconds': 0.2,
      },
      target: { prefix: 'routing.fraud', clusters: ['fraud-a', 'fraud-b'] },
      place: { model: 'fraud', name: 'edge' },
      placing: 'address',
    });

    const late = platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));

    await expect(late).rejects.toThrow(/expected cluster fraud-b of Envoy at 127.0.0.2:\d+ after its file was written/);
    expect(await server.answers(30)).toEqual({ 1: 30 });
  });
});
