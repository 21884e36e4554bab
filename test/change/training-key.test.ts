import { expect, test } from 'vitest';
import { trainingKeyOf } from '../../src/change/training-key.ts';
import { files, policyFixture, treeOf } from './change-fixture.ts';

function keyOf(edit: Readonly<Record<string, string>> = {}, policy = policyFixture()) {
  const tree = treeOf({ ...files, ...edit });
  return trainingKeyOf({ tree: tree.entries.toReversed(), policy, model: 'late', texts: tree.texts });
}

test.each([
  ['code', { 'train.js': 'x' }],
  ['a new code file', { 'src/new.js': '' }],
  ['data', { 'data/train/feb.parquet': 'PAR1 feb' }],
  ['parameters', { 'params.yml': 'lr: 1' }],
  ['environment', { 'package-lock.json': '[]' }],
])('another key for other %s', (_, edit) => {
  expect(keyOf(edit)).not.toBe(keyOf());
});

test.each([
  ['documentation', { 'README.md': 'x', 'docs/new.md': 'x' }],
  ['the holdout', { 'data/holdout.parquet': 'x' }],
  ['the schema', { 'data/schema.yml': 'x' }],
  ['the model of another', { 'models/delay.onnx': 'x' }],
  ['a committed result', { 'out/late/model.json': '{}' }],
  ['the policy file itself', { '.github/siskin.yml': 'x' }],
])('the same key whatever happens to %s', (_, edit) => {
  expect(keyOf(edit)).toBe(keyOf());
});

test('command, output and seed are part of the key, the time limit and the gates are not', () => {
  const policy = policyFixture();
  const late = policy.models['late'];
  if (late?.train === undefined) throw new Error('the fixture trains this model');
  const withTrain = (edit: object) => ({
    ...policy,
    models: { ...policy.models, late: { ...late, train: { ...late.train, ...edit } } },
  });

  const keys = [{}, { command: 'node x.js' }, { output: 'o' }, { seed: 2 }].map((edit) =>
    keyOf({}, withTrain(edit) as typeof policy),
  );

  expect(new Set(keys).size).toBe(4);
  expect(keyOf({}, withTrain({ 'timeout-minutes': 5, runner: ['x'] }) as typeof policy)).toBe(keys[0]);
});

test('a DVC pointer counts by what it stands for, and is needed', () => {
  const pointer = (md5: string, more = '') => `outs:\n- {md5: ${md5}.dir, path: train, hash: md5}\n${more}`;
  const tree = treeOf({ ...files, 'data/train.dvc': pointer('aa') });

  expect(keyOf({ 'data/train.dvc': pointer('aa') })).toBe(keyOf({ 'data/train.dvc': pointer('aa', 'desc: x\n') }));
  expect(keyOf({ 'data/train.dvc': pointer('aa') })).not.toBe(keyOf({ 'data/train.dvc': pointer('bb') }));
  expect(trainingKeyOf({ tree: tree.entries, policy: policyFixture(), model: 'late', texts: new Map() })).toBeNull();
});

test('a pointer that was not read still tells two trees apart', () => {
  const keyWith = (text: string) => {
    const tree = treeOf({ ...files, 'elsewhere/raw.dvc': text });
    return trainingKeyOf({ tree: tree.entries, policy: policyFixture(), model: 'late', texts: new Map() });
  };

  expect(keyWith('wdir: ../data\nouts: [{md5: a, path: train}]')).not.toBe(
    keyWith('wdir: ../data\nouts: [{md5: b, path: train}]'),
  );
});

test('there is no key for a tree that is not whole, nor for a model that is not trained', () => {
  expect(trainingKeyOf({ tree: null, policy: policyFixture(), model: 'late', texts: new Map() })).toBeNull();
  expect(trainingKeyOf({ tree: [], policy: policyFixture(), model: 'delay', texts: new Map() })).toBeNull();
});
