import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../../cli/command.ts';
import { brokenData, brokenModels, brokenPredictions } from './broken-files.ts';
import { outcome } from './outcome.ts';

describe.each(Object.entries(brokenData))('the data file %s', (name, content) => {
  const files = { [name]: content };

  test.each([
    ['profiled', ['profile', name]],
    ['validated', ['validate', name]],
    ['compared as reference', ['drift', '--reference', name, '--current', 'usual.csv', '--multivariate']],
    ['compared as current data', ['drift', '--reference', 'usual.csv', '--current', name]],
    [
      'used as a holdout',
      [
        'evaluate',
        '--model',
        'scores.csv',
        '--data',
        name,
        '--task',
        'binary',
        '--target',
        'late',
        '--metrics',
        'accuracy',
      ],
    ],
  ])('can be %s, or one message says what to do', async (_, args) => {
    await outcome(args, files);
  });
});

describe.each(Object.entries(brokenModels))('the model %s', (name, content) => {
  const place = name.endsWith('.json') ? name.slice(0, name.indexOf('/')) : name;

  test.each(['evaluate', 'explain'])('is refused by %s with one message', async (verb) => {
    const args = [verb, '--model', place, '--data', 'holdout.csv', '--task', 'binary', '--target', 'late'];
    const { exit } = await outcome(args, { [name]: content });

    expect(exit).toBe(exitCodes.badInput);
  });
});

describe.each(Object.entries(brokenPredictions))('the predictions %s', (name, content) => {
  test('are measured, or refused with one message', async () => {
    const args = [
      'evaluate',
      '--model',
      name,
      '--data',
      'holdout.csv',
      '--task',
      'binary',
      '--target',
      'late',
      '--id',
      'id',
    ];
    const { exit } = await outcome(args, { [name]: content });

    expect(exit === exitCodes.badInput).toBe(name !== 'constant.csv');
  });
});
