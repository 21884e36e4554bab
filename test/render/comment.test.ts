import { describe, expect, test } from 'vitest';
import type { PullView } from '../../src/decide/view.ts';
import { renderComment as renderedComment } from '../../src/render/comment.ts';
import { compared, gate, judged, judgement, model, otherStates, result, view, worse } from './fixture.ts';

/** No-break spaces as plain ones: what is tested is read by people. */
const renderComment = (shown: PullView) => renderedComment(shown).replace(/[\u00a0\u202f]/g, ' ');
const lines = (comment: string) => comment.split('\n').filter((line) => line !== '');
const headingOf = (comment: string) => lines(comment)[1];

describe('the comment of one model', () => {
  test('begins with the hidden marker and then the one sentence', () => {
    const comment = renderComment(view());

    expect(lines(comment).slice(0, 2)).toEqual([
      '<!-- siskin:pull -->',
      '### 🟡 Review · `late-arrival`: better in ROC AUC, not worse in the rest, but 2 of 5 columns moved (delay, hour) — review before merging',
    ]);
  });

  test('shows each metric with both values, the difference with its interval, its gate and its verdict', () => {
    expect(renderComment(view())).toContain(
      '| ROC AUC | 🟢 pass | 0.7312 | 0.7398 | ▲ +0.0086 (+0.0041 … +0.0131) | not worse by 0.005 |',
    );
  });

  test('points up at what is better, whatever the sign', () => {
    const gates = [gate('log-loss', compared(0.473, 0.4711, 0.0021)), gate('accuracy', compared(0.9, 0.91, 0.002))];
    const comment = renderComment(view({ models: [model(judged({ judgement: judgement({ gates }) }))] }));

    expect(comment).toContain('▲ −0.0019 (');
    expect(comment).toContain('▲ +0.0100 (');
  });

  test('puts what fails before what is not decided before the rest', () => {
    const comment = renderComment(view({ models: [model(worse())] }));
    const order = ['| ROC AUC', '| recall', '| log loss'].map((row) => comment.indexOf(row));

    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(comment).toContain(
      '| ROC AUC | 🔴 fail | 0.7312 | 0.7191 | ▼ −0.0121 (−0.0162 … −0.0080) | not worse by 0.005 |',
    );
    expect(comment).toContain('not worse by 0.02 — 280 000 more rows would decide |');
  });

  test('shows eight metrics and folds the rest', () => {
    const names = [
      'roc-auc',
      'pr-auc',
      'accuracy',
      'precision',
      'recall',
      'f1',
      'log-loss',
      'brier',
      'ece',
      'latency-p50',
    ] as const;
    const gates = names.map((name) => gate(name, compared(0.5, 0.5, 0.01)));
    const comment = renderComment(view({ models: [model(judged({ judgement: judgement({ gates }) }))] }));
    const [open = '', folded = ''] = comment.split('<summary>Other metrics (2)</summary>');

    expect(open.match(/not worse by 0\.005/g)).toHaveLength(8);
    expect(folded.match(/not worse by 0\.005/g)).toHaveLength(2);
  });

  test('says of a metric without a number why there is none', () => {
    const comparison = {
      ...compared(0.5, 0.5, 0.1),
      candidate: { kind: 'failed' as const, reason: 'found NaN in row 3' },
    };
    const gates = [gate('roc-auc', comparison, { verdict: 'error', reason: 'found NaN in row 3' })];
    const comment = renderComment(
      view({ models: [model(judged({ judgement: judgement({ gates, verdict: 'error' }) }))] }),
    );

    expect(comment).toContain('| 🔴 error | 0.50 | failed: found NaN in row 3 | — |');
  });

  test('shows how the data changed: rows, pointers, moved columns with their shapes', () => {
    const comment = renderComment(view());

    expect(comment).toContain('**Data** 502 222 rows added (2 574 183 → 3 076 405, +19.5 %). 2 of 5 columns moved.');
    expect(comment).toContain('- `data/train.parquet` (DVC) 23.1 MB → 27.6 MB, +19.5 %');
    expect(comment).toMatch(/\| `delay` \| [▁-█]{11} → [▁-█]{11} \| 0\.14 \| 0\.13 \| 6\.4 → 9\.0 \|/);
  });

  test('lists schema problems with what was expected and found', () => {
    const problems = [
      { column: 'delay', check: 'range', expected: 'at least −60', found: '-999', rows: 12, file: null, line: null },
    ];
    const state = judged({
      result: result({ validation: { schema: 'present', rows: 9, checks: 4, problems, verdict: 'fail' } }),
    });
    const comment = renderComment(view({ models: [model(state)] }));

    expect(comment).toContain('**1 schema problem.**');
    expect(comment).toContain('- `delay`: expected at least −60, found \\-999 in 12 rows');
  });

  test('folds slices, columns, training as reported and earlier commits', () => {
    expect(renderComment(view()).match(/<summary>.*<\/summary>/g)).toEqual([
      '<summary>Slices (1 of 4 worse)</summary>',
      '<summary>All columns (5)</summary>',
      '<summary>Training, parameters and environment</summary>',
      '<summary>Earlier commits of this pull request (2)</summary>',
    ]);
  });

  test('ends with the next commands and whose policy judged what, when', () => {
    expect(lines(renderComment(view())).slice(-2)).toEqual([
      '**Next** `/evaluate` · `/train` · `/help`',
      "<sub>Siskin judged 9d0e77c against 3f2c1ab with the policy of `main` · ▲ better, ▼ worse, whatever the sign · full report in the run's artifacts · updated 14:02 UTC</sub>",
    ]);
  });

  test('says where a reused result comes from', () => {
    const state = judged({ reusedFrom: 'https://github.com/acme/flights/actions/runs/4700' });

    expect(renderComment(view({ models: [model(state)] }))).toContain(
      '**Reused** Nothing that determines this training changed',
    );
  });

  test('says what could not be done', () => {
    const failures = [
      { part: 'drift' as const, code: 'too-large', message: 'expected at most 1 GB, found 3 GB; sample it' },
    ];

    expect(renderComment(view({ models: [model(judged({ result: result({ drift: null, failures }) }))] }))).toContain(
      '- Drift could not be done, `too-large`: expected at most 1 GB, found 3 GB; sample it',
    );
  });
});

describe('the comment of every other state', () => {
  test.each([
    ['queued', '### 🔵 Queued · `late-arrival`: waiting for a runner since 13:55 UTC'],
    ['running', '### 🔵 Running · `late-arrival`: `evaluate`, since 13:56 UTC, 1 of 3 stages done'],
    ['failed', '### 🔴 Failed · `late-arrival`: the training failed, so there is nothing to judge'],
    ['cancelled', '### ⚪ Cancelled · `late-arrival`: by octocat'],
    ['superseded', '### ⚪ Superseded · `late-arrival`: by a newer commit'],
    [
      'refused',
      '### 🟡 Refused · `late-arrival`: the pull request comes from a fork, whose code gets no runner of this repository',
    ],
    ['nothing', '### ⚪ Not concerned: nothing in this pull request touches a model'],
  ] as const)('%s is said in its first sentence', (state, heading) => {
    expect(headingOf(renderComment(view({ models: [model(otherStates[state])] })))).toBe(heading);
  });

  test('running shows each stage with a word and its time', () => {
    const comment = renderComment(view({ models: [model(otherStates.running)] }));

    expect(comment).toContain('- ✔ done: train · 5:41\n- ▶ running: evaluate · 0:12\n- ○ waiting: collect');
  });

  test('failed shows code, message and the last lines of the log without colours', () => {
    const comment = renderComment(view({ models: [model(otherStates.failed)] }));

    expect(comment).toContain('**`training-failed`** expected `node train/late-arrival.js` to end with 0');
    expect(comment).toContain('\n```text\nepoch 1/12  loss 0.6931\nRangeError: Invalid typed array length: -1\n');
  });

  test('refused says how to go on', () => {
    expect(renderComment(view({ models: [model(otherStates.refused)] }))).toContain('**To go on** read the change');
  });
});

describe('the comment of several models', () => {
  const several = view({
    models: [
      model(judged({ judgement: judgement({ review: false, headline: 'better in ROC AUC' }) }), { model: 'good' }),
      model(otherStates.nothing, { model: 'elsewhere' }),
      model(worse(), { model: 'bad' }),
    ],
  });

  test('begins with a count and a table, the worst first, without those not concerned', () => {
    expect(lines(renderComment(several)).slice(1, 6)).toEqual([
      '### 🔴 2 models: 1 fail, 1 pass',
      '| model | verdict | in a sentence |',
      '| --- | --- | --- |',
      '| `bad` | 🔴 fail | ROC AUC is worse by 0.0121 (limit 0.005) |',
      '| `good` | 🟢 pass | better in ROC AUC |',
    ]);
  });

  test('shows data that two models share once', () => {
    const comment = renderComment(
      view({ models: [model(judged(), { model: 'one' }), model(judged(), { model: 'two' })] }),
    );

    expect(comment.match(/502 222 rows added/g)).toHaveLength(1);
    expect(comment).toContain('**Data** As for `one` above.');
  });

  test('folds the model that is well and not the one that is not', () => {
    const comment = renderComment(several);

    expect(comment).toContain('#### 🔴 Fail · `bad`');
    expect(comment).toContain('<details><summary>🟢 <code>good</code> pass: better in ROC AUC</summary>');
  });
});

describe('the comment about a policy', () => {
  const problem = {
    file: '.github/siskin.yml',
    path: 'models.a.tusk',
    line: 4,
    column: 5,
    expected: 'a known key',
    found: '`tusk`',
    fix: 'did you mean `task`?',
  };

  test('that cannot be used says where it is wrong', () => {
    const comment = renderComment(view({ models: [], policy: { kind: 'invalid', problems: [problem] } }));

    expect(headingOf(comment)).toBe(
      '### 🔴 Policy invalid: `.github/siskin.yml` of `main` has 1 problem, so nothing can be judged',
    );
    expect(comment).toContain('- line 4, `models.a.tusk`: expected a known key, found `tusk`; did you mean `task`?');
  });

  test('that is absent says how to begin', () => {
    const comment = renderComment(view({ models: [], policy: { kind: 'absent' } }));

    expect(headingOf(comment)).toBe('### ⚪ No policy: `main` has no `.github/siskin.yml`, so Siskin watches nothing');
    expect(comment).toContain('`npx siskin init`');
  });

  test('that is edited shows what changes and whose policy judges', () => {
    const proposedPolicy = { problems: [], changes: ['`late-arrival`: ROC AUC may be worse by 0.01 instead of 0.005'] };
    const comment = renderComment(view({ proposedPolicy }));

    expect(comment).toContain('What is judged here follows the policy of `main`');
    expect(comment).toContain('- `late-arrival`: ROC AUC may be worse by 0.01 instead of 0.005');
  });
});
