import { setTimeout } from 'node:timers/promises';
import type { ServingPlatform, Traffic } from '../src/ports/serving.ts';
import { openEnvoy } from '../src/rollout/serving/envoy.ts';
import { openHaproxy } from '../src/rollout/serving/haproxy.ts';
import { openNginx } from '../src/rollout/serving/nginx.ts';
import { modelOf } from '../test/rollout/serving/models.ts';
import { startEnvoy } from '../test/wider/serving/envoy-server.ts';
import { startHaproxy } from '../test/wider/serving/haproxy-server.ts';
import { startNginx } from '../test/wider/serving/nginx-server.ts';
import { type Bench, type Figure, figure, quantile, shown } from './figure.ts';

const rounds = 100;

interface Opened extends AsyncDisposable {
  readonly platform: ServingPlatform;
  /** How many of so many requests each version answered. */
  answers(requests: number): Promise<Readonly<Record<string, number>>>;
}

const platforms: readonly {
  readonly name: string;
  readonly variable: string;
  open(program: string): Promise<Opened>;
}[] = [
  {
    name: 'HAProxy',
    variable: 'SISKIN_HAPROXY',
    async open(program) {
      const server = await startHaproxy(program);
      const { socket, map, address } = server;
      const platform = openHaproxy({
        connection: { socket, map, address, 'timeout-seconds': 5 },
        target: { backend: 'fraud', servers: ['a', 'b'] },
        place: { model: 'fraud' },
        placing: 'address',
      });
      return { ...server, platform };
    },
  },
  {
    name: 'nginx',
    variable: 'SISKIN_NGINX',
    async open(program) {
      const server = await startNginx(program);
      const { folder, status, test, reload, address } = server;
      const platform = openNginx({
        connection: { folder, status, test, reload, address, mirror: false, 'timeout-seconds': 5 },
        target: { service: 'fraud' },
        place: { model: 'fraud', name: 'edge' },
        placing: 'address',
      });
      return { ...server, platform };
    },
  },
  {
    name: 'Envoy',
    variable: 'SISKIN_ENVOY',
    async open(program) {
      const server = await startEnvoy(program);
      const { admin, folder, address } = server;
      const platform = openEnvoy({
        connection: { admin, folder, address, 'timeout-seconds': 5 },
        target: { prefix: 'routing.fraud', clusters: ['fraud-a', 'fraud-b'] },
        place: { model: 'fraud', name: 'edge' },
        placing: 'address',
      });
      return { ...server, platform };
    },
  },
];

/** From the call that takes a candidate's traffic away to the observation that it gets nothing, on real proxies. */
export const serving: Bench = {
  name: 'serving',
  async run(say) {
    const figures: Figure[] = [];
    for (const { name, variable, open } of platforms) {
      const program = process.env[variable];
      if (program === undefined) {
        say(`${name}: not measured, because ${variable} names no program; see .ci/with-tools`);
        continue;
      }
      await using opened = await open(program);
      const samples = await rollbacks(opened);
      say(`${name}: p50 ${shown(quantile(samples, 0.5))} ms, p99 ${shown(quantile(samples, 0.99))} ms`);
      figures.push(
        figure({
          name: `rollback called → seen that the candidate gets nothing, ${name}`,
          samples,
          unit: 'ms',
          promise: { text: 'p99 < 10 s', most: 10_000, of: 'most' },
          note: `p99 ${shown(quantile(samples, 0.99))} ms; then 50 requests to the champion only`,
        }),
      );
    }
    return figures;
  },
};

async function rollbacks({ platform, answers }: Opened): Promise<readonly number[]> {
  const [champion, candidate] = [modelOf('1'), modelOf('2')];
  const traffic: Traffic = { rollout: 'bench', fence: 1, champion, candidate, weight: 50, shadow: 0, audience: null };
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await until(platform, { ...traffic, fence: 2 * round + 1 });
    const began = performance.now();
    await until(platform, { ...traffic, fence: 2 * round + 2, candidate: null, weight: 0 });
    samples.push(performance.now() - began);
    const { 2: leaked = 0 } = round % 10 === 0 ? await answers(50) : {};
    if (leaked > 0) throw new Error(`expected no request at the candidate after its rollback, found ${leaked}`);
  }
  return samples;
}

async function until(platform: ServingPlatform, traffic: Traffic): Promise<void> {
  await platform.apply(traffic);
  for (;;) {
    const { weight, candidate, fence } = await platform.observe();
    const isSeen = weight === traffic.weight && fence === traffic.fence;
    if (isSeen && (candidate === null) === (traffic.candidate === null)) return;
    await setTimeout(1);
  }
}
