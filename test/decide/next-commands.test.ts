import { describe, expect, it } from 'vitest';
import { commandsIn } from '../../src/command/parse.ts';
import type { Freeze } from '../../src/decide/freeze.ts';
import { nextCommands } from '../../src/decide/next-commands.ts';
import { verdictReasonsOf } from '../../src/decide/verdict-reasons.ts';
import type { ModelState, ModelView } from '../../src/decide/view.ts';
import type { Result } from '../../src/result.ts';
import { compared, type Gates, judged, type Metrics, result } from './judge-fixture.ts';

const head = '9d0e77c1f3a24b5d6e7f8091a2b3c4d5e6f70819';

function state(gates: Gates, metrics: Metrics | null, given: Partial<Result> = {}): ModelState {
  const judgement = judged(gates, metrics, given);
  const rest = { isFirstChampion: false, reusedFrom: null, waitedSeconds: null, ranSeconds: null };
  return { kind: 'judged', judgement, result: result(metrics, given), ...rest };
}

function reasons(of: ModelState) {
  return of.kind === 'judged' ? verdictReasonsOf(of.judgement, of.result) : [];
}

function next(...states: readonly ModelState[]): readonly string[] {
  const models = states.map(
    (one, at): ModelView => ({
      model: `m${at}`,
      causes: [],
      files: [],
      pointers: [],
      runUrl: null,
      state: one,
    }),
  );
  return nextCommands({ models, head });
}

const gates = { 'roc-auc': { 'not-worse-by': 0.005 } };
const failing = state(gates, { 'roc-auc': compared(-0.02, -0.03, -0.01) });
const open = state(gates, { 'roc-auc': compared(-0.004, -0.01, 0.002) });
const passing = state(gates, { 'roc-auc': compared(0.01, 0.005, 0.015) });
const freeze: Freeze = {
  scope: { kind: 'repository', repositoryId: 1 },
  target: 'runs',
  by: 'ada',
  reason: 'maintenance',
  since: '2026-03-01T12:00:00.000Z',
  until: '2026-03-01T14:00:00.000Z',
  number: 5,
};
const failed: ModelState = {
  kind: 'failed',
  failure: { code: 'training-failed', message: 'x', model: null, logTail: [] },
};

describe('the reasons of a verdict', () => {
  it('have a stable code, the number seen and the limit', () => {
    expect(reasons(failing)).toEqual([
      {
        code: 'gate-failed',
        metric: 'roc-auc',
        seen: 'ROC AUC: worse by 0.02 (limit 0.005)',
      },
    ]);
    expect(reasons(open)).toMatchObject([{ code: 'gate-inconclusive', metric: 'roc-auc' }]);
    expect(reasons(passing)).toEqual([]);
  });

  it('are those of data too, and what decides worst stands first', () => {
    const problem = { column: 'age', check: 'max', expected: '≤ 120', found: '400', rows: 3, file: null, line: null };
    const validation = {
      schema: 'present' as const,
      rows: 9,
      checks: 1,
      problems: [problem],
      verdict: 'fail' as const,
    };
    const failures = [{ part: 'drift' as const, code: 'bad-input', message: 'no reference' }];
    const given = { validation, failures };

    expect(reasons(state(gates, { 'roc-auc': compared(-0.004, -0.01, 0.002) }, given))).toMatchObject([
      {
        code: 'schema-violated',
        seen: 'the data break their schema in 1 place, first in column `age`: expected ≤ 120, found 400',
      },
      { code: 'gate-inconclusive' },
      { code: 'drift-unmeasured', seen: 'no reference' },
    ]);
  });

  it('name what could not be measured, that nothing decides, and that there is nothing to compare with', () => {
    const missing = { 'roc-auc': { ...compared(0, 0, 0), candidate: { kind: 'missing', reason: 'no rows' } } } as const;

    expect(reasons(state(gates, missing))).toMatchObject([{ code: 'gate-unmeasured' }]);
    expect(reasons(state({ 'roc-auc': { kind: 'info' } }, { 'roc-auc': compared(0, 0, 0) }))).toMatchObject([
      { code: 'no-gate' },
    ]);
    expect(reasons(state(gates, null))).toMatchObject([{ code: 'no-schema' }]);
  });
});

describe('the next commands', () => {
  it.each([
    ['while something waits', [{ kind: 'queued', since: '' }, failed], ['/status', '/cancel']],
    ['after a failure', [failed], ['/retry', '/explain training-failed', '/evaluate', '/train', '/help']],
    [
      'after a missed gate',
      [failing],
      ['/explain gate-failed', '/override-gate roc-auc --reason "…"', '/evaluate', '/train', '/help'],
    ],
    [
      'after a missed gate of one of two models',
      [passing, failing],
      ['/explain gate-failed', '/override-gate roc-auc -m m1 --reason "…"', '/evaluate', '/train', '/help'],
    ],
    ['when all is well', [passing], ['/evaluate', '/train', '/help']],
    ['of a fork', [{ kind: 'refused', code: 'fork', reason: '', fix: '' }], ['/approve-run @9d0e77c', '/help']],
    ['while frozen', [{ kind: 'frozen', freeze }], ['/locks', '/cancel']],
    ['of what an earlier version refused', [{ kind: 'refused', reason: '', fix: '' }], ['/help']],
    ['where nothing is concerned', [{ kind: 'nothing', reason: '' }], ['/help']],
  ] satisfies readonly (readonly [string, readonly ModelState[], readonly string[]])[])('%s', (_, states, commands) => {
    expect(next(...states)).toEqual(commands);
  });

  it('can be typed as they stand, once a reason takes the place of the dots', () => {
    const all = [...next(failed), ...next(failing, passing), ...next(open)].join('\n').replaceAll('…', 'known');

    expect(commandsIn(all).filter(({ verb }) => verb === 'unknown')).toEqual([]);
  });
});
