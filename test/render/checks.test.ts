import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ModelState } from '../../src/decide/view.ts';
import { renderChecks } from '../../src/render/checks.ts';
import { renderComment } from '../../src/render/comment.ts';
import { judged, judgement, model, otherStates, result, view, worse } from './fixture.ts';
import { hostileViews } from './hostile-view.ts';

const checkOf = (state: ModelState) => renderChecks(view({ models: [model(state)] }))[0];
const judgedAs = (verdict: 'pass' | 'inconclusive' | 'fail' | 'error', review: boolean) =>
  judged({ judgement: judgement({ verdict, review }) });
const firstChampion = judged({ judgement: judgement({ verdict: 'inconclusive' }), isFirstChampion: true });

describe('the check of a model', () => {
  test.each<readonly [string, ModelState, string, string | null]>([
    ['passes', judgedAs('pass', false), 'completed', 'success'],
    ['passes but wants a look', judgedAs('pass', true), 'completed', 'neutral'],
    ['fails', judgedAs('fail', false), 'completed', 'failure'],
    ['could not be measured', judgedAs('error', false), 'completed', 'failure'],
    ['is not decided', judgedAs('inconclusive', true), 'completed', 'action_required'],
    ['is the first champion', firstChampion, 'completed', 'neutral'],
    ['waits', otherStates.queued, 'queued', null],
    ['runs', otherStates.running, 'in_progress', null],
    ['failed to run', otherStates.failed, 'completed', 'failure'],
    ['was cancelled', otherStates.cancelled, 'completed', 'cancelled'],
    ['was superseded', otherStates.superseded, 'completed', 'cancelled'],
    ['was refused', otherStates.refused, 'completed', 'action_required'],
    ['is not concerned', otherStates.nothing, 'completed', 'neutral'],
  ])('that %s ends as it must', (_, state, status, conclusion) => {
    expect(checkOf(state)).toMatchObject({ name: 'siskin: late-arrival', status, conclusion });
  });

  test('has the words of the comment', () => {
    const check = checkOf(worse());
    const [, heading = ''] = renderComment(view({ models: [model(worse())] })).split('\n');

    expect(check?.title).toBe('Fail: ROC AUC is worse by 0.0121 (limit 0.005)');
    expect(check?.summary.split('\n')[0]).toBe(heading);
    expect(check?.text).toContain('#### Slices (1 of 4 worse)');
  });

  test('says that a first champion had nothing to be compared with', () => {
    expect(checkOf(firstChampion)?.title).toBe('First champion: nothing to compare with yet');
  });

  test('points at the lines of the data that break the schema', () => {
    const problem = {
      column: 'delay',
      check: 'range',
      expected: 'at least −60',
      found: '-999',
      rows: 12,
      file: 'data/june.csv',
      line: 7,
    };
    const validation = {
      schema: 'present' as const,
      rows: 9,
      checks: 4,
      problems: [problem, { ...problem, file: null }],
      verdict: 'fail' as const,
    };

    expect(checkOf(judged({ result: result({ validation }) }))?.annotations).toEqual([
      {
        path: 'data/june.csv',
        line: 7,
        level: 'failure',
        title: 'late-arrival: delay, range',
        message: 'expected at least −60, found -999 in 12 rows',
      },
    ]);
  });
});

describe('annotations of rows', () => {
  const broken = {
    column: 'carrier',
    check: 'one-of',
    expected: 'one of AA, UA',
    found: '2 of 9 rows break it with 1 new value, e.g. "XX"',
    rows: 2,
    file: 'schema.yml',
    line: 12,
    fix: 'correct the spelling',
  };
  const examples = [
    { file: 'data/june.csv', row: 3, line: 4, key: null, value: 'XX' },
    { file: 'data/june.parquet', row: 5, line: null, key: null, value: 'XX' },
  ];

  test('stand on the lines of the data as well as on the rule, rules first, warnings as warnings', () => {
    const validation = {
      schema: 'present' as const,
      rows: 9,
      checks: 4,
      problems: [{ ...broken, examples }],
      warnings: [{ ...broken, column: '', line: 13 }],
      verdict: 'fail' as const,
    };

    const annotations = checkOf(judged({ result: result({ validation }) }))?.annotations ?? [];

    const text = 'expected one of AA, UA, found 2 of 9 rows break it with 1 new value, e.g. "XX"; correct the spelling';
    expect(
      annotations.map(({ path, line, level, title, message }) => [`${path}:${line}`, level, title, message]),
    ).toEqual([
      ['schema.yml:12', 'failure', 'late-arrival: carrier, one-of', text],
      ['schema.yml:13', 'warning', 'late-arrival: the data, one-of', text],
      ['data/june.csv:4', 'failure', 'late-arrival: carrier, one-of', `here "XX": ${text}`],
    ]);
  });
});

describe('the check of the policy', () => {
  const problem = {
    file: '.github/siskin.yml',
    path: 'models.a.tusk',
    line: 4,
    column: 5,
    expected: 'a known key',
    found: '`tusk`',
    fix: 'did you mean `task`?',
  };

  test('is not there when the policy is neither broken nor edited', () => {
    expect(renderChecks(view()).map((check) => check.name)).toEqual(['siskin: late-arrival']);
  });

  test('fails with a line annotation for each problem that the edit has', () => {
    const check = renderChecks(view({ models: [], proposedPolicy: { problems: [problem], changes: [] } }))[0];

    expect(check).toMatchObject({ name: 'siskin policy', conclusion: 'failure' });
    expect(check?.annotations).toEqual([
      {
        path: '.github/siskin.yml',
        line: 4,
        level: 'failure',
        title: 'models.a.tusk',
        message: '`models.a.tusk`: expected a known key, found `tusk`; did you mean `task`?',
      },
    ]);
  });

  test('passes for an edit that is valid, also where it mends a broken base', () => {
    const proposedPolicy = { problems: [], changes: ['a new model'] };

    for (const policy of [{ kind: 'valid' }, { kind: 'absent' }, { kind: 'invalid', problems: [problem] }] as const) {
      expect(renderChecks(view({ models: [], policy, proposedPolicy }))[0]).toMatchObject({ conclusion: 'success' });
    }
  });

  test('fails when the base is broken and nothing mends it', () => {
    const check = renderChecks(view({ models: [], policy: { kind: 'invalid', problems: [problem] } }))[0];

    expect(check).toMatchObject({ conclusion: 'failure', annotations: [] });
    expect(check?.summary).toContain('line 4');
  });
});

test('no check is longer than GitHub takes, whatever is in it', () => {
  fc.assert(
    fc.property(hostileViews, (hostile) => {
      for (const check of renderChecks(hostile)) {
        expect(check.summary.length).toBeLessThanOrEqual(65_535);
        expect(check.text.length).toBeLessThanOrEqual(65_535);
        expect([...check.title].length).toBeLessThanOrEqual(255 * 4);
        expect(check.title + check.summary + check.text).not.toMatch(/\u202e/);
        expect((check.conclusion === null) !== (check.status === 'completed')).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
