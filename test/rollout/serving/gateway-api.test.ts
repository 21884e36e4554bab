import { describe, expect, it } from 'vitest';
import { openRoute, type Rule, reconcile, routeModels, routeSpec, routeStage } from './kubernetes/http-route.ts';
import { describePlatform } from './platform-contract.ts';
import { describeFaults } from './platform-faults.ts';
import { wish } from './platform-stage.ts';

const [one, two, three] = routeModels;

describePlatform('an HTTPRoute', routeStage, { digests: true, fence: true });
describeFaults('an HTTPRoute', routeStage);

describe('an HTTPRoute', () => {
  it('has its weights changed, and nothing else of it', async () => {
    await using stage = await routeStage();
    const { platform, rules, route } = stage;

    await platform.apply(wish({ rollout: 'ro_7', fence: 3, champion: one, candidate: two, weight: 2.5 }));

    const [first] = routeSpec()['rules'] as Rule[]; // written above
    expect(rules()).toEqual([
      {
        ...first,
        backendRefs: [
          { name: 'fraud-1-0-0', port: 8080, weight: 9750 },
          { name: 'fraud-1-1-0', port: 8080, weight: 250 },
        ],
      },
      (routeSpec()['rules'] as Rule[])[1],
    ]);
    expect(route.metadata.annotations).toMatchObject({ 'siskin.dev/fence': '3', 'siskin.dev/rollout': 'ro_7' });
    await platform.apply(wish({ rollout: 'ro_7', fence: 3, champion: two }));
    expect(rules()[0]?.backendRefs).toEqual([{ name: 'fraud-1-1-0', port: 8080, weight: 10_000 }]);
  });

  it('counts the share that was in force until the Gateway took the new one', async () => {
    await using stage = await routeStage();
    const { platform } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 50 }));
    await stage.settle();

    await platform.apply(wish({ fence: 2, champion: one }));

    expect(await platform.observe()).toMatchObject({
      weight: 50,
      candidate: null,
      trouble: 'Gateway public has not taken it',
    });
    await stage.settle();
    expect(await platform.observe()).toMatchObject({ weight: 0, trouble: null });
  });

  it('does not take a candidate for ready whose Service is not there', async () => {
    await using stage = await routeStage();
    const { platform, double } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    reconcile(double, { status: 'False', reason: 'BackendNotFound', message: 'Service fraud-1-1-0 not found' });

    expect(await platform.observe()).toMatchObject({
      candidate: { version: '1.1.0', ready: false },
      trouble: 'Gateway public does not take it: BackendNotFound Service fraud-1-1-0 not found',
    });
  });

  it('mirrors a share, gives an audience its own rules, and takes both away again', async () => {
    await using stage = await routeStage();
    const { platform, rules } = stage;
    const before = structuredClone(rules());
    const audience = { header: 'x-cohort', value: 'beta' };
    const traffic = wish({ fence: 1, champion: one, candidate: two, weight: 20, shadow: 12.5, audience });

    await platform.apply(traffic);
    await stage.settle();

    const mirror = { numerator: 1250, denominator: 10_000 };
    expect(
      rules().map(({ name, matches, filters, backendRefs }) => ({
        name,
        headers: matches?.map(({ headers }) => headers),
        filters: filters?.length,
        weights: backendRefs.map(({ weight }) => weight),
      })),
    ).toEqual([
      {
        name: 'siskin-audience-0',
        headers: [
          [{ type: 'Exact', name: 'x-cohort', value: 'beta' }],
          [{ type: 'Exact', name: 'x-cohort', value: 'beta' }],
        ],
        filters: 2,
        weights: [8000, 2000],
      },
      { name: undefined, headers: [undefined, undefined], filters: 2, weights: [10_000, 0] },
      { name: undefined, headers: [undefined], filters: undefined, weights: [undefined] },
    ]);
    expect(rules()[1]?.filters?.[1]).toEqual({
      type: 'RequestMirror',
      requestMirror: { backendRef: { name: 'fraud-1-1-0', port: 8080 }, fraction: mirror },
    });
    expect(await platform.observe()).toMatchObject({ weight: 20, shadow: 12.5, trouble: null });
    await platform.apply(wish({ fence: 1, champion: one }));
    const [first, docs] = before;
    expect(rules()).toEqual([{ ...first, backendRefs: [{ name: 'fraud-1-0-0', port: 8080, weight: 10_000 }] }, docs]);
  });

  it('splits the rules that the policy names, and says which are not there', async () => {
    await using stage = await routeStage();
    const { double, route } = stage;
    const rules = [
      { name: 'rest', backendRefs: [{ name: 'old', port: 8080 }] },
      { name: 'grpc', backendRefs: [{ name: 'old', port: 9000 }] },
      { name: 'docs', backendRefs: [{ name: 'docs', port: 80 }] },
    ];
    double.write(route, { spec: { ...routeSpec(), rules } });
    const platform = openRoute(double.url, { target: { rules: ['rest', 'grpc'] } });

    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 10 }));

    expect(stage.rules().map(({ backendRefs }) => backendRefs.map(({ name, port }) => `${name}:${port}`))).toEqual([
      ['fraud-1-0-0:8080', 'fraud-1-1-0:8080'],
      ['fraud-1-0-0:9000', 'fraud-1-1-0:9000'],
      ['docs:80'],
    ]);
    const wrong = openRoute(double.url, { target: { rules: ['rest', 'web'] } });
    await expect(wrong.apply(wish({ fence: 1, champion: one }))).rejects.toMatchObject({
      code: 'bad-config',
      message:
        'expected the rules web in HTTPRoute models/fraud, found none; name its rules, and those names in `serving.rules`',
    });
  });

  it('sees what a hand has changed', async () => {
    await using stage = await routeStage();
    const { platform, double, route } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    const [rule, docs] = structuredClone(stage.rules());
    const backendRefs = [
      { name: 'fraud-1-0-0', port: 8080, weight: 1 },
      { name: 'mine', port: 80, weight: 1 },
    ];
    double.write(route, { spec: { ...route.spec, rules: [{ ...rule, backendRefs }, docs] } });
    await stage.settle();

    expect(await platform.observe()).toMatchObject({ weight: 50, trouble: 'requests also go to mine' });
    const annotations = route.metadata.annotations ?? {};
    annotations['siskin.dev/state'] = '{"champion":7}';
    expect(await platform.observe()).toMatchObject({ fence: 1, champion: { version: null, digest: null } });
  });

  it('refuses names that two versions share, or that no object can have', async () => {
    await using stage = await routeStage();
    const { platform, double } = stage;
    const twin = { ...two, version: '1.0_0' };
    await expect(platform.apply(wish({ fence: 1, champion: one, candidate: twin, weight: 1 }))).rejects.toMatchObject({
      code: 'bad-config',
    });
    expect(() => openRoute(double.url, { target: { route: '../x' } })).toThrow(
      'expected `serving.route` to name an object',
    );
    await openRoute(double.url, { target: { service: '{model}-{digest}' } })
      .apply(wish({ fence: 1, champion: three }))
      .catch(() => {});
    expect(double.seen.every(({ path }) => path.startsWith('/apis/'))).toBe(true);
  });

  it('gives everything away when no rule leads to a version any more', async () => {
    await using stage = await routeStage();
    const { platform, double, route } = stage;
    await platform.apply(wish({ fence: 1, champion: one, candidate: two, weight: 5 }));
    const [rule, docs] = structuredClone(stage.rules());
    double.write(route, {
      spec: { ...route.spec, rules: [{ ...rule, backendRefs: [{ name: 'mine', port: 80 }] }, docs] },
    });
    await stage.settle();

    expect(await platform.observe()).toMatchObject({
      fence: 1,
      champion: { version: null },
      weight: 100,
      trouble: expect.stringContaining('expected a rule that leads to fraud-1-0-0 or fraud-1-1-0'),
    });
  });
});
