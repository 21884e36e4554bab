import { expect, it } from 'vitest';
import { nextJob, type OpenJob, type QueuedErrand } from '../../../src/rollout/errands/next-job.ts';

function anErrand(id: string, changes: Partial<QueuedErrand> = {}): QueuedErrand {
  return {
    id,
    model: 'late',
    serving: null,
    errand: { kind: 'observe' },
    runner: ['edge'],
    isUrgent: false,
    ...changes,
  };
}

const open: OpenJob = {
  claim: 'c',
  runId: 1,
  isUrgent: false,
  begunAt: '2026-03-01T12:00:00Z',
  until: '2026-03-01T12:15:00Z',
};
const urgent = anErrand('back', { isUrgent: true });

it.each<[string, readonly QueuedErrand[], OpenJob | null, readonly string[] | null]>([
  ['does nothing where nothing waits', [], null, null],
  ['does all that waits in one job', [anErrand('a'), anErrand('b')], null, ['a', 'b']],
  ['waits for the job under way', [anErrand('a')], open, null],
  ['lets traffic that goes back wait for nothing', [anErrand('a'), urgent], open, ['back']],
  ['sends traffic that goes back alone', [anErrand('a'), urgent, anErrand('b')], null, ['back']],
  ['does not end one rollback for another', [urgent], { ...open, isUrgent: true }, null],
  ['never mixes machines', [anErrand('a'), anErrand('b', { runner: ['other'] }), anErrand('c')], null, ['a', 'c']],
])('%s', (_, queued, under, expected) => {
  expect(nextJob(queued, under)?.errands.map(({ id }) => id) ?? null).toEqual(expected);
});

it('keeps within what GitHub takes as an input, and goes on with the next job', () => {
  const queued = Array.from({ length: 500 }, (_, at) => anErrand(`${at}${'x'.repeat(150)}`));
  const { errands } = nextJob(queued, null) ?? expect.fail();

  expect(JSON.stringify(errands).length).toBeLessThan(60_000);
  expect(errands.length).toBeGreaterThan(100);
  expect(errands.length).toBeLessThan(500);
});

it('does an errand that is too large alone rather than never', () => {
  const large = anErrand('large', { model: 'x'.repeat(55_000) });

  expect(nextJob([large, anErrand('a')], null)?.errands).toEqual([large]);
});
