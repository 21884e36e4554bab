import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hygieneRules } from '../../src/hygiene/judge-change.ts';
import { HygienePolicy } from '../../src/policy/hygiene-policy.ts';
import { facts, file, found, policy } from './facts.ts';

const notebook = (outputs: readonly unknown[], key = 'cells') => {
  const cells = [{ cell_type: 'markdown' }, { cell_type: 'code', execution_count: 1, outputs }];
  return JSON.stringify(key === 'cells' ? { cells } : { worksheets: [{ cells }] }, null, 1);
};

describe('the rules', () => {
  it('are those that the policy can switch', () => {
    expect(hygieneRules.map(({ name }) => name).sort()).toEqual(Object.keys(HygienePolicy.shape).sort());
  });

  it('are those that their page explains', () => {
    const page = readFileSync(new URL('../../docs/hygiene.md', import.meta.url), 'utf8');
    const [, table = '', explained = ''] = page.split(/<!-- rules:(?:start|end) -->/);
    const names = hygieneRules.map(({ name }) => name);

    expect([...table.matchAll(/^\| `([\w-]+)` /gm)].map(([, name]) => name)).toEqual(names);
    expect([...explained.matchAll(/\*\*`([\w-]+)`\*\*/g)].map(([, name]) => name)).toEqual(names);
  });

  it.each(hygieneRules.map((rule) => [rule.name, rule] as const))('%s says what, why and what to do', (_, rule) => {
    // Danger puts the first 17 letters of a message into an HTML comment as they are.
    expect(rule.title).toMatch(/^[A-Z][A-Za-z ,-]{19,}$/);
    expect(rule.reason).toMatch(/^[a-z].{30,}[^.]$/);
    expect(rule.fix).toMatch(/^[a-z].{20,}[^.]$/);
  });
});

describe('large-binary', () => {
  const binary = { content: 'binary', added: null, text: null } as const;

  it.each([
    ['model.bin', { ...binary, bytes: 1_200_000 }, ['model.bin 1.2 MB in git itself (limit 1.0 MB)']],
    ['model.bin', { ...binary, bytes: 1_000_000 }, []],
    ['data/x.csv', { bytes: 30_000_000, content: 'unknown' }, ['data/x.csv 30 MB in git itself (limit 1.0 MB)']],
    ['package-lock.json', { bytes: 3_000_000 }, []],
    ['model.bin', { ...binary, bytes: 9_000_000, status: 'deleted' }, []],
    ['model.bin', { ...binary, bytes: null, status: 'moved' }, []],
    ['models/late/late.onnx', { ...binary, bytes: 9_000_000 }, []],
    [
      'models/late/late.onnx',
      { ...binary, bytes: 60_000_000 },
      ['models/late/late.onnx 60 MB in git itself (limit 50 MB)'],
    ],
  ] as const)('%s %j', (path, changes, expected) => {
    expect(found('large-binary', facts([file(path, '', changes)]))).toEqual(expected);
  });
});

describe('gate-loosened', () => {
  it('repeats what is looser and what is broken, and nothing else', () => {
    const changes = ['`late`: no longer gates log loss (loosened).', '`late`: gates ROC AUC from now on.'];

    expect(found('gate-loosened', facts([], { proposed: { problems: ['line 3: bad'], changes } }))).toEqual([
      '.github/siskin.yml the edited policy cannot be used, so nothing would be checked: line 3: bad',
      '.github/siskin.yml `late`: no longer gates log loss',
    ]);
    expect(found('gate-loosened', facts([]))).toEqual([]);
  });
});

describe('holdout-changed', () => {
  it.each([
    ['data/holdout.csv', 1],
    ['data/holdout.csv.dvc', 1],
    ['data/train.csv', 0],
    ['src/holdout.csv', 0],
  ])('%s: %i', (path, count) => {
    expect(found('holdout-changed', facts([file(path, 'x', { status: 'modified' })]))).toHaveLength(count);
  });
});

describe('data-without-schema', () => {
  it.each([
    ['alone', ['data/train.csv'], 1],
    ['with its schema', ['data/train.csv', 'data/schema.yml'], 0],
    ['with a card beside it', ['data/train.csv', 'data/README.md'], 0],
    ['with the card of its model', ['data/train.csv', 'models/late/MODEL_CARD.md'], 0],
    ['with the README of the repository', ['data/train.csv', 'README.md'], 1],
    ['as a pointer', ['data/train.csv.dvc'], 1],
    ['the schema alone', ['data/schema.yml'], 0],
  ])('%s', (_, paths, count) => {
    expect(
      found('data-without-schema', facts(paths.map((path) => file(path, 'x', { status: 'modified' })))),
    ).toHaveLength(count);
  });
});

describe('model-without-card', () => {
  it.each([
    ['alone', ['out/a.onnx'], [], 1],
    ['a pointer to one', ['out/a.pt.dvc'], [], 1],
    ['with a card', ['out/a.onnx'], ['out/MODEL_CARD.md'], 0],
    ['with a README above', ['out/v1/a.onnx'], ['out/README.md'], 0],
    ['with the README of the repository only', ['out/a.onnx'], ['README.md'], 1],
    ['with a release manifest', ['models/late/late.onnx'], ['models/late/release.yml'], 0],
    ['in shards', ['out/a.safetensors', 'out/b.safetensors'], [], 1],
    ['for a test', ['test/fixtures/a.onnx'], [], 0],
    ['code', ['out/a.py'], [], 0],
  ])('%s', (_, paths, others, count) => {
    expect(
      found(
        'model-without-card',
        facts(
          paths.map((path) => file(path)),
          { others },
        ),
      ),
    ).toHaveLength(count);
  });

  it('claims nothing where the tree is too large to be listed', () => {
    expect(found('model-without-card', facts([file('out/a.onnx')], { paths: null }))).toEqual([]);
  });
});

describe('unseeded-training', () => {
  it.each([
    [
      'train.py',
      'import numpy as np\nx = np.random.rand(3)\n',
      ['train.py:2 `np.random.rand` and no seed in the whole file'],
    ],
    ['train.py', 'x = torch.randn(3)  # seed later\n', ['train.py:1 `torch.randn` and no seed in the whole file']],
    ['train.py', 'torch.manual_seed(3)\nx = torch.randn(3)\n', []],
    ['train.py', 'a, b = train_test_split(x, random_state=3)\n', []],
    ['train.py', 'a, b = train_test_split(x)\n', ['train.py:1 `train_test_split` and no seed in the whole file']],
    ['train.py', 'rng = np.random.default_rng(7)\n', []],
    ['train.py', '# x = np.random.rand(3)\n', []],
    ['train.py', 'print("nothing random")\n', []],
    ['train.js', 'const x = Math.random();\n', ['train.js:1 `Math.random` and no seed in the whole file']],
    ['train.js', 'const random = generator(process.env.SISKIN_SEED ?? seed); Math.random();\n', []],
    ['test/train.py', 'x = np.random.rand(3)\n', []],
    ['docs/train.md', 'x = np.random.rand(3)\n', []],
  ])('%s %j', (path, text, expected) => {
    expect(found('unseeded-training', facts([file(path, text)]))).toEqual(expected);
  });

  it('goes by names where no policy says what trains', () => {
    const text = 'x = np.random.rand(3)\n';
    const change = facts([file('train.py', text), file('training/loop.py', text), file('web/captcha.py', text)], {
      policy: null,
    });

    expect(found('unseeded-training', change)).toHaveLength(2);
  });

  it('leaves alone randomness that was there before', () => {
    const text = 'x = np.random.rand(3)\nprint(x)\n';
    const change = facts([file('train.py', text, { status: 'modified', added: [{ number: 2, text: 'print(x)' }] })]);

    expect(found('unseeded-training', change)).toEqual([]);
  });
});

describe('notebook-output', () => {
  it.each([
    ['without outputs', notebook([]), []],
    ['with outputs', notebook([{ output_type: 'stream' }]), ['a.ipynb:9 outputs in 1 of 2 cells']],
    ['of version 3', notebook([{}], 'sheets'), [expect.stringContaining('outputs in 1 of 2 cells')]],
    ['that is no JSON', '{', []],
    ['that is something else', '[1, null, "cells"]', []],
    ['whose cells are not', '{"cells": {"0": 1}, "worksheets": [null, 3]}', []],
    ['nested a million deep', `{"cells": [${'['.repeat(1e6)}${']'.repeat(1e6)}]}`, []],
  ])('%s', (_, text, expected) => {
    expect(found('notebook-output', facts([file('a.ipynb', text)]))).toEqual(expected);
  });

  it('needs not read one of 100 MB', () => {
    const huge = file('a.ipynb', null, { bytes: 104_000_000 });

    expect(found('notebook-output', facts([huge]))).toEqual([
      'a.ipynb a notebook of 104 MB, which only outputs can make so large',
    ]);
  });
});

describe('every rule', () => {
  it('finds nothing in a pull request of another concern', () => {
    const change = facts([file('README.md', '# Flights\n'), file('web/index.html', '<p>Hello</p>\n')]);

    for (const { name } of hygieneRules) expect(found(name, change)).toEqual([]);
    expect(policy.hygiene.secret).toBe('fail');
  });
});
