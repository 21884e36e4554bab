import { expect, it } from 'vitest';
import { noConnections } from '../../../src/rollout/connections.ts';
import { doErrands } from '../../../src/rollout/errands/do-errands.ts';
import type { PlannedErrand } from '../../../src/rollout/errands/errand-plan.ts';
import { memoryPlatform } from '../memory-platform.ts';
import { memorySource } from '../memory-source.ts';
import { aModel, aRollout } from '../rollout-builder.ts';

const at = Date.parse('2026-03-01T12:00:00Z');
const traffic = {
  rollout: 'ro-1',
  fence: 5,
  champion: aModel('v1'),
  candidate: aModel('v2'),
  weight: 25,
  shadow: 0,
  audience: null,
} as const;

function planned(id: string, errand: PlannedErrand['errand']): PlannedErrand {
  return { id, model: 'late', serving: { connection: 'edge' }, errand };
}

function opened(kind = 'http') {
  const platform = memoryPlatform(aModel('v1'));
  const source = memorySource(() => 25);
  const settings = { name: 'prom', kind, settings: {}, repositories: [], environments: [] };
  const connections = {
    ...noConnections,
    all: [settings],
    openServing: () => platform,
    openMetricSource: () => source,
  };
  const doAll = (errands: readonly PlannedErrand[], now = at) =>
    doErrands({
      connections,
      plan: {
        repository: 'acme/flights',
        environment: 'production',
        until: '2026-03-01T12:15:00Z',
        errands: [...errands],
      },
      now: () => now,
    });
  return { platform, source, doAll };
}

const measure = planned('m', {
  kind: 'measure',
  connection: 'prom',
  question: {
    name: 'errors',
    metric: aRollout().policy.metrics['errors'] ?? expect.fail(),
    model: 'late',
    arm: 'candidate',
    version: 'v2',
    from: '2026-03-01T11:58:00Z',
    to: '2026-03-01T11:59:00Z',
  },
});

it('sets traffic before it looks, and answers each errand', async () => {
  const { doAll } = opened();
  const answers = await doAll([planned('o', { kind: 'observe' }), measure, planned('a', { kind: 'apply', traffic })]);

  expect(answers).toMatchObject([
    { id: 'a', answer: { kind: 'observed', observed: { weight: 25, fence: 5 } } },
    { id: 'o', answer: { kind: 'observed', observed: { weight: 25 } } },
    { id: 'm', answer: { kind: 'measured', measured: { kind: 'value', counts: { n: 75_000, x: 1500 } } } },
  ]);
});

it('is refused by a platform that has seen a higher fence, and says what serves there', async () => {
  const { platform, doAll } = opened();
  platform.edit({ fence: 9 });

  expect(await doAll([planned('a', { kind: 'apply', traffic })])).toMatchObject([
    { answer: { kind: 'refused', code: 'fenced', observed: { weight: 0, fence: 9 } } },
  ]);
  expect(platform.history).toEqual([]);
});

it('does nothing at all once its time is over', async () => {
  const { platform, doAll } = opened();
  const answers = await doAll([planned('a', { kind: 'apply', traffic }), measure], at + 901_000);

  expect(answers.map(({ answer }) => answer)).toMatchObject([
    { kind: 'refused', code: 'timed-out' },
    { kind: 'refused', code: 'timed-out' },
  ]);
  expect(platform.history).toEqual([]);
});

it('waits for a model to be ready as long as it lasts', async () => {
  const { platform, doAll } = opened();
  platform.isReady = false;
  setTimeout(() => {
    platform.isReady = true;
  }, 300);

  expect(await doAll([planned('a', { kind: 'apply', traffic })])).toMatchObject([
    { answer: { kind: 'observed', observed: { candidate: { ready: true } } } },
  ]);
});

it('says of a port that breaks what it said, and goes on', async () => {
  const { platform, doAll } = opened();
  platform.faults.onApply = () => 'lose-answer';

  expect(await doAll([planned('a', { kind: 'apply', traffic }), planned('o', { kind: 'observe' })])).toMatchObject([
    { answer: { kind: 'refused', code: 'timed-out', observed: { weight: 25 } } },
    { answer: { kind: 'observed' } },
  ]);
});

it('names a source that has to remember between its windows as one that a job cannot ask', async () => {
  const { doAll } = opened('openmetrics');

  expect(await doAll([measure])).toMatchObject([{ answer: { kind: 'refused', code: 'unsupported' } }]);
});
