import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemText } from '../../src/error.ts';
import { parsePolicy } from '../../src/policy/parse.ts';

const shortest = `version: 1
models:
  fraud:
    task: binary
    target: label
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/fraud.onnx
    metrics:
      roc-auc: { not-worse-by: 0.005 }
`;

/** The problems as a person reads them, one a line. */
function problemsOf(text: string): readonly string[] {
  const parsed = parsePolicy({ text });
  if (parsed.kind === 'valid') return [];
  return parsed.problems.map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`);
}

/** The shortest policy with one line replaced or added, by its beginning. */
function edited(beginning: string, replacement: string): string {
  const lines = shortest.split('\n');
  const index = lines.findIndex((line) => line.trim().startsWith(beginning));
  if (index < 0) throw new Error(`the fixture has no line that begins with ${beginning}`);
  return lines.with(index, replacement).join('\n');
}

test('a policy of nine lines is enough, and safe defaults fill the rest', () => {
  const parsed = parsePolicy({ text: shortest });

  expect(shortest.trim().split('\n').length).toBeLessThanOrEqual(10);
  expect(parsed).toMatchObject({
    kind: 'valid',
    policy: {
      workflow: 'siskin.yml',
      models: { fraud: { confidence: 0.95, drift: { rule: 'warn' }, data: { train: ['data/train.csv'] } } },
    },
  });
});

test('the digest is of the meaning: comments, order and written-out defaults do not change it', () => {
  const digest = (text: string) => {
    const parsed = parsePolicy({ text });
    return parsed.kind === 'valid' ? parsed.digest : problemsOf(text);
  };

  expect(digest(`# a comment\nworkflow: siskin.yml\n${shortest}`)).toBe(digest(shortest));
  expect(digest(edited('roc-auc', '      roc-auc: { not-worse-by: 0.006 }'))).not.toBe(digest(shortest));
});

test('ten mistakes are ten problems, all at once, each with its place and what to do', () => {
  const text = `version: 2
workflows: siskin.yml
models:
  late-arrival:
    task: binary
    target: late
    features: [hour, late, distance]
    data:
      train: /data/train.csv
      holdout: data/holdout.csv
    train:
      comand: node train.js
      output: data
      timeout-minutes: 0
    metrics:
      roc-auc: {}
      acuracy: { at-least: 0.9 }
      f1: { at-least: "0.5" }
`;

  const problems = problemsOf(text);

  expect(problems).toHaveLength(10);
  expect(problems).toMatchInlineSnapshot(`
    [
      "1:10 \`version\`: expected the number 1, found the number 2; write 1",
      "2:1 \`workflows\`: expected a known key, found \`workflows\`; did you mean \`workflow\`?",
      "7:22 \`models.late-arrival.features.1\`: expected columns other than the target, found the target \`late\`; remove it: a model that reads the truth is not measured",
      "9:14 \`models.late-arrival.data.train\`: expected a path inside the repository, found the text \`/data/train.csv\`; write it relative to the root of the repository, with \`/\` and without \`..\`",
      "12:7 \`models.late-arrival.train.comand\`: expected a known key, found \`comand\`; did you mean \`command\`?",
      "13:15 \`models.late-arrival.train.output\`: expected a place of its own, found \`data\`, which collides with \`data.holdout\` (\`data/holdout.csv\`); let the command write elsewhere, e.g. into \`out/\`",
      "14:24 \`models.late-arrival.train.timeout-minutes\`: expected a number of at least 0.05, found the number 0; write a number of at least 0.05",
      "16:16 \`models.late-arrival.metrics.roc-auc\`: expected a bound (\`not-worse-by\`, \`better-by\`, \`at-least\`, \`at-most\`), found an empty mapping; add one, e.g. \`not-worse-by: 0.01\`, or \`kind: info\` to only show the metric",
      "17:7 \`models.late-arrival.metrics.acuracy\`: expected a known metric, found \`acuracy\`; did you mean \`accuracy\`?",
      "18:23 \`models.late-arrival.metrics.f1.at-least\`: expected a number, found the text \`0.5\`; remove the quotes",
    ]
  `);
});

test.each([
  ['an empty file', ''],
  ['only comments', '# nothing yet\n'],
  ['a list', '- version: 1\n'],
  ['a bare text', 'version 1'],
  ['binary content', 'version: 1\0'],
  ['another encoding', 'version: 1 # caf\ufffd'],
  ['too many bytes', `# ${'x'.repeat(100_000)}`],
  ['thousands of nested brackets', '['.repeat(50_000)],
  ['sixty levels', `a: ${'['.repeat(60)}${']'.repeat(60)}`],
  ['two documents', `${shortest}---\n${shortest}`],
  ['a tab as indentation', 'version: 1\nmodels:\n\tfraud: {}\n'],
  ['an unclosed quote', 'version: 1\nworkflow: "siskin.yml\n'],
  ['an unknown tag', `!danger ${shortest}`],
  ['an alias without anchor', shortest.replace('data/train.csv', '*train')],
  ['a model without source', edited('model:', '')],
  ['no models', 'version: 1\nmodels: {}\n'],
  ['a prototype key', `__proto__: { polluted: true }\n${shortest}`],
  ['a key that every object has', shortest.replace('fraud:', 'constructor:')],
  ['a path that leaves the repository', edited('model:', '    model: ../fraud.onnx')],
  ['a Windows path', edited('model:', '    model: C:\\models\\fraud.onnx')],
  ['a path into .git', edited('model:', '    model: .git/config')],
  ['an unknown task', edited('task:', '    task: regresion')],
  ['a metric of another task', edited('roc-auc', '      rmse: { at-most: 3 }')],
  ['an abbreviated metric', edited('roc-auc', '      auc: { not-worse-by: 0.005 }')],
  ['bounds that exclude each other', edited('roc-auc', '      roc-auc: { at-least: 0.9, at-most: 0.8 }')],
  ['a key at the wrong level', edited('model:', '    command: python train.py\n    model: a.onnx')],
  ['a misspelt train', edited('model:', '    trian: { command: make, output: out/m }')],
  ['the holdout among the training data', shortest.replace('data/train.csv', 'data/**')],
  ['a positive label for regression', edited('task:', '    task: regression\n    positive-label: 1')],
  ['a workflow in a folder', `workflow: ../evil.yml\n${shortest}`],
  ['not a number', edited('roc-auc', '      roc-auc: { at-least: .nan }')],
])('says what is wrong with %s', (_, text) => {
  expect(problemsOf(text)).toMatchSnapshot();
  expect(problemsOf(text)).not.toHaveLength(0);
});

test('a bomb of aliases is refused before it grows', () => {
  const layers = Array.from({ length: 12 }, (_, level) => {
    const item = level === 0 ? 'x' : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: 9 }, () => item).join(', ')}]`;
  });

  const problems = problemsOf(layers.join('\n'));

  expect(problems.join('\n')).toContain('at most 100 aliases');
});

test('an alias is the value of its anchor, and its mistakes are shown where they stand', () => {
  const gates = 'metrics: &gates { roc-auc: { not-worse-by: 0.1 } }\n    slices: *gates';

  expect(problemsOf(edited('metrics:', `    ${gates}`).replace(/\n {6}roc-auc.*\n$/, '\n'))).toEqual([
    '9:13 `models.fraud.slices`: expected a list, found a mapping; change it: Columns by whose values the metrics are shown separately.',
  ]);
});

test('twelve thousand keys are read in well under a second', () => {
  const text = Array.from({ length: 12_000 }, (_, index) => `k${index}:`).join('\n');
  const started = process.cpuUsage();

  const problems = problemsOf(text);

  expect(problems).toHaveLength(100);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(3000);
});

test('no text makes it throw, and every problem has a place in the text', () => {
  const tokens = fc.constantFrom(
    ...[
      'version: 1\n',
      'models:\n',
      '  a:\n',
      '    task: ',
      'binary\n',
      '{',
      '}',
      '[',
      ']',
      ': ',
      '- ',
      '&x ',
      '*x',
      '|\n',
      '"',
      "'",
      '\t',
    ],
    ...[
      '? ',
      '!!binary ',
      '%YAML 1.1\n---\n',
      '<<: ',
      '__proto__: ',
      '    metrics:\n',
      '    data: 7\n',
      '\n',
      '2001-01-01',
      '.inf',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(tokens, { maxLength: 40 }).map((parts) => parts.join('')),
  );

  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parsePolicy({ text });
      if (parsed.kind === 'valid') return;
      const lines = text.split('\n').length;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const { line } of parsed.problems) expect(line).toBeLessThanOrEqual(lines + 1);
    }),
    { numRuns: 1500 },
  );
});

test('nothing that stands in the file can end the code span that shows it', () => {
  const texts = ['"a`b\\n# @team": 1', 'models: { "x`\\u202e</details>": 7 }', '!`tag x', 'a: *`x`', '"`": 1\n"`": 2'];

  for (const problem of texts.flatMap((text) => problemsOf(text))) {
    expect(problem.match(/`/g)?.length ?? 0, problem).toSatisfy((count: number) => count % 2 === 0);
    expect(problem).not.toMatch(/[\n\u202e]/);
  }
});

test('no mutilation of a good policy makes it throw', () => {
  fc.assert(
    fc.property(fc.nat(shortest.length), fc.nat(20), fc.string({ unit: 'binary', maxLength: 5 }), (at, cut, put) => {
      expect(() => parsePolicy({ text: shortest.slice(0, at) + put + shortest.slice(at + cut) })).not.toThrow();
    }),
    { numRuns: 1000 },
  );
});
