import { describe, expect, test } from 'vitest';
import { renderChecks } from '../../src/render/checks.ts';
import { renderComment } from '../../src/render/comment.ts';
import { judged, model, result, training, view } from './fixture.ts';

describe('the log of a training', () => {
  test('is shown by its end when it brought no model, in the comment and in the check', () => {
    const logTail = ['epoch 1', 'KeyError: ```hour'];
    const report = { ...training(), outcome: 'failed' as const, exitCode: 3, logTail };
    const shown = view({ models: [model(judged({ result: result({ training: report, evaluation: null }) }))] });

    expect(renderComment(shown)).toMatch(/<details open><summary>Last 2\slines of the log<\/summary>/);
    expect(renderComment(shown)).toContain('KeyError: ```hour');
    expect(renderChecks(shown)[0]?.text).toMatch(/#### The end of the log[\s\S]*KeyError: ```hour/);
  });

  test('is not shown when it brought one', () => {
    expect(renderComment(view())).not.toContain('of the log');
    expect(renderChecks(view())[0]?.text).not.toContain('of the log');
  });
});
