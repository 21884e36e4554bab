import { openHaproxy } from '../../../src/rollout/serving/haproxy.ts';
import { type RuntimeDouble, startRuntimeDouble } from './haproxy/runtime-double.ts';

/** A proxy before a model server: the double of HAProxy, whose first server is the champion's. */
export async function startProxy() {
  const double: RuntimeDouble = await startRuntimeDouble();
  const platform = openHaproxy({
    connection: { socket: double.socket, map: '/etc/haproxy/siskin.map', 'timeout-seconds': 2 },
    target: { backend: 'fraud', servers: ['a', 'b'] },
    place: { model: 'fraud' },
    placing: 'loader',
  });
  return { double, platform, share: () => double.servers.get('b')?.weight ?? Number.NaN };
}
