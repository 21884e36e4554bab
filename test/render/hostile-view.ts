import fc from 'fast-check';
import type { ModelState, PullView } from '../../src/decide/view.ts';
import { drift } from './drift-fixture.ts';
import { unequalState } from './fairness-fixture.ts';
import { judged, model, otherStates, result, view, worse } from './fixture.ts';
import { rich } from './rich-fixture.ts';

const pieces = [
  '@octocat',
  '#12',
  'https://evil.example/x',
  'www.evil.example',
  'a@b.example',
  '<script>alert(1)</script>',
  '<img src=x onerror=y>',
  '<!-- ',
  '-->',
  '</details>',
  '</summary>',
  '![a](https://x.example/y.png)',
  '[a](javascript:alert(1))',
  '`',
  '```',
  '|',
  '\\',
  '\n\n# x',
  '\u202e',
  '\ud800',
  '👩‍👩‍👧',
  'e\u0301\u0301',
  '\u{e0041}',
  '$x$',
  ' ',
];
const hostile = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));

/** The members that hold what people, files or jobs wrote. All else is ours or an enumeration. */
const foreign = new Set([
  'ref',
  'files',
  'message',
  'logTail',
  'reason',
  'headline',
  'reasons',
  'column',
  'value',
  'expected',
  'found',
  'fix',
  'path',
  'notes',
  'outcome',
  'runUrl',
  'command',
  'target',
  'by',
  'changes',
  'next',
  'name',
  'examples',
  'labels',
  'reusedFrom',
  'bound',
  'check',
  'file',
  'signal',
  'columns',
  'values',
  'positive',
  'note',
  'label',
  'word',
  'row',
  'id',
  'key',
  'class',
  'explainedClass',
  'championAbsence',
  'start',
  'size',
  'time',
  'with',
  'warning',
  'domain',
]);

/** The same view with every foreign string, and every key of a foreign record, made of `strings` in turn, `times` long. */
export function poisoned(original: PullView, strings: readonly string[], times: number): PullView {
  let index = 0;
  const next = () => (strings[index++ % strings.length] ?? '').repeat(times);
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return foreign.has(key) ? next() : value;
    if (Array.isArray(value)) return value.map((item) => walk(item, typeof item === 'object' ? '' : key));
    if (value === null || typeof value !== 'object') return value;
    const isRecord = ['columns', 'parameters', 'environment', 'texts', 'embeddings'].includes(key);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) =>
        isRecord ? [`${next()}${name}`, walk(member, 'value')] : [name, walk(member, name)],
      ),
    );
  };
  // The walk keeps every shape and every enumeration, so it is a view again.
  return walk(original, '') as PullView;
}

const problem = { file: 'f', path: 'p', line: 3, column: 1, expected: 'e', found: 'f', fix: 'x' };
const schemaProblem = { column: 'c', check: 'type', expected: 'e', found: 'f', rows: 3, file: 'data.csv', line: 7 };

const states: readonly ModelState[] = [
  judged(),
  worse(),
  unequalState(),
  judged(rich()),
  judged({
    reusedFrom: 'x',
    result: result({
      validation: { schema: 'present', rows: 1, checks: 1, problems: [schemaProblem], verdict: 'fail' },
    }),
  }),
  judged({
    result: result({
      drift: { ...drift(), added: ['a'], removed: ['b'] },
      failures: [{ part: 'drift', code: 'x', message: 'm' }],
    }),
  }),
  ...Object.values(otherStates),
];

/** Views of any number of models in any state, with whatever strings. */
export const hostileViews = fc
  .record({
    states: fc.array(fc.constantFrom(...states), { maxLength: 6 }),
    policy: fc.constantFrom<PullView['policy']>(
      { kind: 'valid' },
      { kind: 'absent' },
      { kind: 'invalid', problems: [problem, problem] },
    ),
    proposed: fc.constantFrom(null, { problems: [problem], changes: ['c'] }, { problems: [], changes: ['c', 'd'] }),
    strings: fc.array(hostile, { minLength: 1, maxLength: 8 }),
    times: fc.constantFrom(1, 1, 1, 40),
  })
  .map(({ states: all, policy, proposed, strings, times }) => {
    const models = all.map((state, index) => model(state, { model: `model-${index}` }));
    return poisoned(view({ models, policy, proposedPolicy: proposed, notes: ['n'] }), strings, times);
  });
