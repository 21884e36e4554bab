import { describe, expect, test } from 'vitest';
import { modelState } from '../../src/decide/model-state.ts';
import type { Result } from '../../src/result.ts';
import { anEvaluation, aResult } from '../result-builder.ts';
import { aRun } from '../run-builder.ts';
import { policy } from './judge-fixture.ts';

const gated = policy({ 'roc-auc': { 'not-worse-by': 0.005 } });
const alone = aResult({ evaluation: anEvaluation({ difference: null }) });
const compared = aResult({ evaluation: anEvaluation({ difference: 0.01 }) });
const failed = aResult({ evaluation: null, failures: [{ part: 'training', code: 'failed', message: 'no' }] });

describe('a model that was measured without a champion', () => {
  test.each<readonly [string, Result, number | null, boolean]>([
    ['is the first champion when a push brought it', alone, null, true],
    ['is not when a pull request brought it', alone, 5, false],
    ['is not when there was a champion', compared, null, false],
    ['is not when its training failed', failed, null, false],
  ])('%s', (_, result, number, isFirstChampion) => {
    const run = aRun({ pullRequest: number, state: 'completed', results: { late: result } });

    expect(modelState(run, { model: 'late', policy: gated, number })).toMatchObject({
      kind: 'judged',
      isFirstChampion,
    });
  });

  test('is no champion when its file is committed, which is its own champion', () => {
    const run = aRun({ pullRequest: null, state: 'completed', results: { late: alone } });
    const committed = { ...gated, model: 'late.onnx' };

    expect(modelState(run, { model: 'late', policy: committed, number: null })).toMatchObject({
      isFirstChampion: false,
    });
  });
});
