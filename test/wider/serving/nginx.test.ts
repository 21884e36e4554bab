import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Traffic } from '../../../src/ports/serving.ts';
import { openNginx } from '../../../src/rollout/serving/nginx.ts';
import { modelOf } from '../../rollout/serving/models.ts';
import { describePlatform } from '../../rollout/serving/platform-contract.ts';
import { wish } from '../../rollout/serving/platform-stage.ts';
import { toolAt } from '../tool.ts';
import { type NginxServer, startNginx } from './nginx-server.ts';

const nginx = toolAt('SISKIN_NGINX');
const models = [modelOf('1'), modelOf('2'), modelOf('3')] as const;
const [one, two] = models;

function opened({ folder, status, test, reload, address }: NginxServer, service = 'fraud') {
  return openNginx({
    connection: { folder, status, test, reload, address, mirror: true, 'timeout-seconds': 5 },
    target: { service },
    place: { model: 'fraud', name: 'edge' },
    placing: 'address',
  });
}

async function put(server: NginxServer, traffic: Traffic): Promise<void> {
  await opened(server).apply(traffic);
}

describePlatform(
  'a real nginx',
  async () => {
    const server = await startNginx(nginx);
    const platform = opened(server);
    return {
      platform,
      absent: opened(server, 'nobody'),
      models,
      faults: null,
      settle: async () => {},
      share: async () => (await platform.observe()).weight,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
  { digests: true, fence: true },
);

describe('a real nginx', () => {
  it('gives the candidate its percent of the requests', async () => {
    await using server = await startNginx(nginx);

    await put(server, wish({ fence: 1, champion: one, candidate: two, weight: 20 }));
    const { 2: share = 0 } = await server.answers(800);
    await put(server, wish({ fence: 1, champion: one, candidate: two, weight: 100 }));
    expect(await server.answers(50)).toEqual({ 2: 50 });
    await put(server, wish({ fence: 1, champion: one }));

    // Five standard deviations of a binomial with 800 trials.
    expect(Math.abs(share - 160)).toBeLessThan(5 * Math.sqrt(800 * 0.2 * 0.8));
    expect(await server.answers(200)).toEqual({ 1: 200 });
  });

  it('gives those with the header their share, and all others the champion', async () => {
    await using server = await startNginx(nginx);
    const value = '~beta; "x" $y \\ default';
    const audience = { header: 'X-Cohort', value };

    await put(server, wish({ fence: 1, champion: one, candidate: two, weight: 100, audience }));

    expect(await server.answers(20)).toEqual({ 1: 20 });
    expect(await server.answers(20, () => ({ 'x-cohort': value.toUpperCase() }))).toEqual({ 1: 20 });
    expect(await server.answers(20, () => ({ 'x-cohort': value }))).toEqual({ 2: 20 });
  });

  it('keeps a user with the cookie where he is as the weight rises', async () => {
    await using server = await startNginx(nginx);
    const usersAt = async (weight: number): Promise<ReadonlySet<number>> => {
      await put(server, wish({ fence: 1, champion: one, candidate: two, weight, audience: { cookie: 'uid' } }));
      const users = new Set<number>();
      for (let user = 0; user < 200; user += 1) {
        const { 2: candidate = 0 } = await server.answers(1, () => ({ cookie: `uid=user-${user}` }));
        if (candidate === 1) users.add(user);
      }
      return users;
    };

    const few = await usersAt(20);
    const many = await usersAt(60);

    expect([...few].filter((user) => !many.has(user))).toEqual([]);
    expect(few.size).toBeGreaterThan(15);
    expect(many.size).toBeGreaterThan(90);
    expect(many.size).toBeLessThan(150);
    expect(await server.answers(50)).toEqual({ 1: 50 });
  });

  it('copies a share of the requests to the candidate, whose answers reach nobody', async () => {
    await using server = await startNginx(nginx);
    await put(server, wish({ fence: 1, champion: one, candidate: two, shadow: 50 }));

    expect(await server.answers(400)).toEqual({ 1: 400 });

    await setTimeout(100);
    const copies = await server.received(2);
    expect(Math.abs(copies - 200)).toBeLessThan(5 * Math.sqrt(400 * 0.25));
  });

  it('reloads nothing while another file is broken, and says which', async () => {
    await using server = await startNginx(nginx);
    await put(server, wish({ fence: 1, champion: one, candidate: two, weight: 20 }));
    await writeFile(join(server.folder, 'other.conf'), 'nonsense;');

    const refused = opened(server).apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));

    await expect(refused).rejects.toThrow(/unknown directive "nonsense" in .*other\.conf:1/);
    expect((await opened(server).observe()).weight).toBe(20);
    expect((await opened(server).probe()).problems).toEqual([expect.stringContaining('unknown directive "nonsense"')]);
  });

  it('says of a candidate at which nobody answers that it is not ready', async () => {
    await using server = await startNginx(nginx);
    await put(server, wish({ fence: 1, champion: one, candidate: modelOf('9'), weight: 0 }));

    expect(await opened(server).observe()).toMatchObject({
      candidate: { version: '9', ready: false },
      trouble: expect.stringMatching(/^nobody answers at 127\.0\.0\.9:/),
    });
  });
});
