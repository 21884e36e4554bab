import { expect, test } from 'vitest';
import { renderComment } from '../../src/render/comment.ts';
import { judged, model, result, view } from './fixture.ts';

test('what stops several parts in the same words is said once', () => {
  const why = { code: 'bad-input', message: 'expected data, found none; check what writes it' };
  const other = { part: 'evaluation' as const, code: 'too-large', message: 'expected less, found more; sample it' };
  const failures = [{ part: 'validation' as const, ...why }, other, { part: 'drift' as const, ...why }];
  const shown = view({ models: [model(judged({ result: result({ failures }) }))] });

  expect(renderComment(shown).match(/- .* could not be done.*/g)).toEqual([
    '- Validation and drift could not be done, `bad-input`: expected data, found none; check what writes it',
    '- Evaluation could not be done, `too-large`: expected less, found more; sample it',
  ]);
});
