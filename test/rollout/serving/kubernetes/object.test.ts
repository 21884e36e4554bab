import { describe, expect, it } from 'vitest';
import { gatewayApi } from '../../../../src/rollout/serving/gateway-api.ts';
import { wish } from '../platform-stage.ts';
import { namespace, startApiDouble } from './api-double.ts';
import { openRoute, routeModels, routeStage } from './http-route.ts';
import { placeOf } from './place.ts';

const [one, two] = routeModels;

describe('an object in a cluster', () => {
  it('lets one of two writers through, and the one with the higher fence keep it', async () => {
    await using stage = await routeStage();
    const { double, platform } = stage;
    const other = openRoute(double.url);
    let isFirst = true;
    double.onPatch = () => {
      if (!isFirst) return;
      isFirst = false;
      // Not awaited: the server handles one request after the other.
      stage.route.metadata.resourceVersion = '9999';
      stage.route.metadata.annotations = { 'siskin.dev/fence': '8' };
    };

    await expect(platform.apply(wish({ fence: 7, champion: one }))).rejects.toMatchObject({ code: 'fenced' });
    await other.apply(wish({ fence: 8, champion: one, candidate: two, weight: 5 }));
    expect(await other.observe()).toMatchObject({ fence: 8 });
  });

  it('tries again when a controller was quicker, and gives up on an object that never stands still', async () => {
    await using stage = await routeStage();
    const { double, platform, route } = stage;
    let times = 2;
    double.onPatch = () => {
      times -= 1;
      if (times >= 0) route.metadata.resourceVersion = `${route.metadata.resourceVersion}1`;
    };
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    times = 100;

    await expect(platform.apply(wish({ fence: 2, champion: one }))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('to stand still for one change'),
    });
  });

  it('says which permission is missing, which API, which object, and what a webhook denied', async () => {
    await using stage = await routeStage();
    const { platform, double, route } = stage;
    double.denied.add('patch httproutes');
    expect((await platform.probe()).problems).toEqual([
      'expected that the credential of `cluster` may patch httproutes.gateway.networking.k8s.io in namespace models, found that it may not; give it a Role with verb patch on httproutes',
    ]);
    await expect(platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining(
        'may patch httproutes.gateway.networking.k8s.io in namespace models, found status 403 (httproutes',
      ),
    });
    double.denied.clear();
    route.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
    expect(await platform.observe()).toMatchObject({ trouble: 'HTTPRoute models/fraud is being deleted' });
    await expect(platform.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({ code: 'unavailable' });
    double.objects.clear();
    await expect(platform.observe()).rejects.toMatchObject({
      code: 'not-found',
      message: 'expected HTTPRoute models/fraud, found none; create it, or look whether its namespace was deleted',
    });
    await using bare = await startApiDouble([]);
    await expect(openRoute(bare.url).observe()).rejects.toMatchObject({
      message: expect.stringContaining('found none; install it'),
    });
    const stranger = gatewayApi.open({
      connection: { address: bare.url, namespace },
      target: {},
      place: placeOf('fraud'),
    });
    await expect(stranger.observe()).rejects.toMatchObject({
      code: 'not-permitted',
      message: expect.stringContaining('renew the token'),
    });
  });
});
