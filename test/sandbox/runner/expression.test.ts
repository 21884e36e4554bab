import { describe, expect, it } from 'vitest';
import { condition, evaluate, evaluateTemplate, interpolate, type Json } from '../../../sandbox/runner/expression.ts';

const contexts = {
  github: { ref: 'refs/heads/main', event: { commits: [{ id: 'a' }, { id: 'b' }] } },
  inputs: { plan: '{"train":[{"model":"fraud"}],"empty":[],"claim":"c-1"}', flag: true, 'with-dash': 'x' },
  needs: { train: { result: 'success', outputs: { n: '3' } } },
  env: {},
  matrix: { job: { runner: ['self-hosted', 'gpu'], minutes: 30 } },
};
const scope = { contexts };
const status = { succeeded: true, failed: false, cancelled: false };

describe('an expression', () => {
  it.each<[string, Json]>([
    ["1 == 1 && 'a' == 'A'", true],
    ['fromJSON(inputs.plan).train[0].model', 'fraud'],
    ['fromJSON(inputs.plan).train[0] != null', true],
    ['fromJSON(inputs.plan).empty[0] != null', false],
    ['fromJSON(inputs.plan).missing.deep', null],
    ["inputs['with-dash']", 'x'],
    ['github.event.commits.*.id', ['a', 'b']],
    ["join(github.event.commits.*.id, '+')", 'a+b'],
    ['matrix.job.runner', ['self-hosted', 'gpu']],
    ['needs.train.outputs.n > 2', true],
    ["format('{0}-{{x}}-{1}', 'a', 2)", 'a-{x}-2'],
    ["contains(fromJSON('[1,2]'), 2)", true],
    ["startsWith(github.ref, 'refs/heads/') && !endsWith(github.ref, 'x')", true],
    ["env.nothing || 'fallback'", 'fallback'],
    ['toJSON(needs.train.outputs)', '{\n  "n": "3"\n}'],
    ["'it''s'", "it's"],
    ['0.5 < 1', true],
    ["'' == 0", true],
    ['null == 0', true],
  ])('%s', (expression, value) => {
    expect(evaluate(expression, scope)).toEqual(value);
  });

  it.each([
    ['github.ref ==', /expression `github.ref ==` is not valid/],
    ['secrets.TOKEN', /Unrecognized named-value: 'secrets'/],
    ['nonsense(1)', /Unrecognized function: 'nonsense'/],
    ['success()', /Unrecognized function/],
    ["fromJSON('{')", /is not valid/],
  ])('%s is refused', (expression, message) => {
    expect(() => evaluate(expression, scope)).toThrow(message);
  });
});

describe('a template', () => {
  it.each<[string, string]>([
    ['siskin ${{ fromJSON(inputs.plan).claim }}', 'siskin c-1'],
    ['plain', 'plain'],
    ['${{ inputs.flag }}${{ inputs.flag }}', 'truetrue'],
    ['${{ inputs.nothing }}', ''],
    ["a ${{ '}}' }} b", 'a }} b'],
    ['${{ github.event }}', 'Object'],
    ['$${{ 1 }}', '$1'],
    ['${{ 0.1 }} ${{ 30 }}', '0.1 30'],
  ])('%s', (template, text) => {
    expect(interpolate(template, scope)).toBe(text);
  });

  it('keeps the type of a lone expression', () => {
    expect(evaluateTemplate(' ${{ matrix.job.minutes }} ', scope)).toBe(30);
    expect(evaluateTemplate('${{ matrix.job.runner }}', scope)).toEqual(['self-hosted', 'gpu']);
    expect(evaluateTemplate('x${{ matrix.job.minutes }}', scope)).toBe('x30');
  });

  it('says that an expression has no end', () => {
    expect(() => interpolate('a ${{ github.ref', scope)).toThrow('expected `}}`');
  });
});

describe('a condition', () => {
  const failed = { succeeded: false, failed: true, cancelled: false };
  const cancelled = { succeeded: false, failed: false, cancelled: true };

  it.each<[string | null, typeof status, boolean]>([
    [null, status, true],
    [null, failed, false],
    ['', failed, false],
    ['always()', failed, true],
    ['${{ always() }}', cancelled, true],
    ['failure()', failed, true],
    ['failure()', status, false],
    ['cancelled()', cancelled, true],
    ['!cancelled()', failed, true],
    ['${{ !cancelled() }}', cancelled, false],
    ['inputs.flag', status, true],
    ['inputs.flag', failed, false],
    ["inputs.flag && always() && github.ref == 'refs/heads/main'", failed, true],
    ["github.ref == 'failure()'", failed, false],
    ["needs.train.result == 'success' || success()", failed, true],
    ['Always()', failed, true],
    // Text around an expression makes a string of it, which is never false.
    ['${{ inputs.flag }} == false', status, true],
    ['false', status, false],
    ['${{ false }}', status, false],
  ])('%s', (text, at, holds) => {
    expect(condition(text, { contexts, status: at })).toBe(holds);
  });
});
