import { expect, it } from 'vitest';
import { runErrands } from '../../../src/decide/rollout/run-errands.ts';
import type { ErrandFacts } from '../../../src/facts/errand-facts.ts';
import type { OpenJob, QueuedErrand } from '../../../src/rollout/errands/next-job.ts';
import { outline } from '../../world.ts';

const open: OpenJob = {
  claim: '0d6f3a2e-5f0e-4a4e-9a55-0c9f9d9f9c01',
  runId: 7,
  isUrgent: false,
  begunAt: '2026-03-01T12:00:00.000Z',
  until: '2026-03-01T12:15:00.000Z',
};

function anErrand(id: string, isUrgent: QueuedErrand['isUrgent']): QueuedErrand {
  const errand = { kind: 'observe' } as const;
  return { id, model: 'late', serving: { connection: 'edge' }, errand, runner: ['edge'], isUrgent };
}

function facts(changes: Partial<ErrandFacts> = {}): ErrandFacts {
  return {
    repository: { installation: 5, id: 1, owner: 'acme', name: 'flights' },
    environment: 'production',
    queued: [],
    open: null,
    ended: null,
    isWatch: false,
    branch: 'main',
    freshClaim: '22222222-5f0e-4a4e-9a55-0c9f9d9f9c01',
    now: '2026-03-01T12:05:00.000Z',
    ...changes,
  };
}

const away = { kind: 'refused', code: 'unavailable', message: 'away', observed: null } as const;
const answered: ErrandFacts['ended'] = { kind: 'answers', answers: [{ id: 'ro-1/probe:2', answer: away }] };

it.each<[string, Partial<ErrandFacts>, readonly string[]]>([
  [
    'starts one job for what waits, and looks after it',
    { queued: [anErrand('ro-1/observe', false), anErrand('ro-2/observe', false)] },
    ['begin 2 errands of production', 'ask run-errands', 'dispatch 2 errands'],
  ],
  ['starts nothing beside a job', { queued: [anErrand('ro-1/observe', false)], open }, []],
  [
    'ends a job for traffic that has to go back, and does later what that one was to do',
    { queued: [anErrand('ro-1/apply:9', true)], open },
    [
      'end errands: 0 answered, others queued again',
      'begin 1 errands of production',
      'ask run-errands',
      'cancel run 7',
      'dispatch 1 errands at once',
    ],
  ],
  [
    'keeps the answers of a job that ended',
    { open, ended: answered, isWatch: true },
    ['end errands: 1 answered, others refused'],
  ],
  [
    'refuses all errands of a job that left nothing to be believed',
    { open, ended: { kind: 'none', reason: 'found no artifact' }, isWatch: true },
    ['end errands: 0 answered, others refused'],
  ],
  ['goes on looking after a job that goes on', { open, isWatch: true }, ['ask run-errands']],
  [
    'takes a job that never ends for lost, and goes on without it',
    { open, queued: [anErrand('ro-1/observe', false)], now: '2026-03-01T12:18:00.000Z' },
    [
      'end errands: 0 answered, others refused',
      'begin 1 errands of production',
      'ask run-errands',
      'cancel run 7',
      'dispatch 1 errands',
    ],
  ],
])('%s', (_, changes, lines) => {
  expect(outline(runErrands(facts(changes)))).toEqual(lines);
});

it('gives a job a time in which it may begin, shorter for traffic that has to go back', () => {
  const plans = [false, true].map((isUrgent) => runErrands(facts({ queued: [anErrand('ro-1/observe', isUrgent)] })));
  const untils = plans.map(({ effects }) =>
    effects.map((effect) => (effect.kind === 'dispatch-errands' ? effect.plan.until : null)),
  );

  expect(untils).toEqual([['2026-03-01T12:20:00.000Z'], ['2026-03-01T12:10:00.000Z']]);
});

it('takes no answer of another kind than was asked for', () => {
  const answers = [
    { id: 'ro-1/apply:2', answer: { kind: 'measured' as const, measured: { kind: 'failed' as const, reason: 'x' } } },
    { id: 'nonsense', answer: away },
  ];
  const { changes } = runErrands(facts({ open, ended: { kind: 'answers', answers }, isWatch: true }));

  expect(changes[0]).toMatchObject({ kind: 'end-errands', answers: [], otherwise: { kind: 'refused' } });
});
