import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../../src/effect.ts';
import { anEvaluation } from '../../result-builder.ts';
import { openTestStore, type TestStore } from '../../store/test-store.ts';
import { openWorld, outline, policyText, repository } from '../../world.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

const gates = `
    fairness:
      protected: [sex]
      positive-label: 1
      gates: { equal-opportunity: { at-most: 0.05 } }
    edge: { max-bytes: 100 }`;

const apart = { kind: 'value', value: 0.2, raw: 0.2, low: 0.15, high: 0.25 } as const;
const cost = {
  bytes: 1000,
  operators: null,
  throughput: { kind: 'value' as const, value: 1 },
  singleThread: { median: { kind: 'value' as const, value: 1 }, low: 1, high: 1 },
  peakMemory: { kind: 'value' as const, value: 1 },
  wasm: { runs: null, reason: 'nobody looked' },
};

const said = (plan: Plan) =>
  plan.effects.flatMap((effect) => ('body' in effect && typeof effect.body === 'string' ? [effect.body] : [])).join();
const check = (plan: Plan) =>
  plan.effects.flatMap((effect) => (effect.kind === 'publish-check' ? [effect.check] : [])).at(-1);

it('gates of fairness and serving are counted, named and overridden as those of metrics are', async () => {
  const world = await openWorld(test);
  world.github.roles.set('grace', 'maintain');
  const line = 'metrics: { roc-auc: { not-worse-by: 0.005 } }';
  world.github.commit('main', { '.github/siskin.yml': policyText.replace(line, `${line}${gates}`) });
  const tip = (await world.github.readDefaultBranch(repository)).sha;
  const first = await world.push('0'.repeat(40), tip);
  await world.finish(first, { late: { evaluation: anEvaluation({ difference: null }) } });
  world.github.commit('feature', { 'src/features.py': 'other' });
  const number = world.github.openPull('feature');
  const comparison = { candidate: apart, champion: apart, difference: null, assessed: 2, notAssessed: 0, rows: 1000 };
  const attribute = { columns: ['sex'], groups: [], otherRows: 0, metrics: { 'equal-opportunity': comparison } };
  const evaluation = {
    ...anEvaluation({ difference: 0.1 }),
    fairness: { positive: '1', minRows: 100, minCases: 20, confidence: 0.95, attributes: [attribute] },
    serving: { candidate: cost, champion: null },
  };
  await world.finish(await world.check(number), { late: { evaluation } });

  const config = await world.comment(number, '/config', 'grace');
  const unknown = await world.comment(number, '/override-gate four-fifths --reason "x"', 'grace');
  const fairness = await world.comment(number, '/override-gate equal-opportunity --reason "known"', 'grace');
  const edge = await world.comment(number, '/override-gate edge-max-bytes --reason "later"', 'grace');

  expect(JSON.stringify(config.effects)).toContain('(3 gates');
  expect(outline(unknown)[0]).toMatch(
    /unknown-metric.*`roc-auc`, `equal-opportunity` and `edge-max-bytes`|unknown-metric/,
  );
  expect(outline(fairness)).toContain('approve override-gate late/equal-opportunity');
  expect(check(fairness)?.conclusion).toBe('failure');
  expect(check(edge)?.conclusion).toBe('neutral');
  expect(check(edge)?.title).toContain(
    'equal opportunity by sex and edge bound max-bytes missed their gates, which grace overrode',
  );
  expect(said(edge)).not.toContain('undefined');
});
