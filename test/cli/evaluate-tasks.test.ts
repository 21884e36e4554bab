import { describe, expect, it } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { folderOf } from '../evaluate/fixture.ts';

async function siskin(folder: string, ...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const status = await runCli({
    args: ['evaluate', ...args],
    folder,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { status, stdout, stderr };
}

const policy = `version: 1
models:
  demand:
    task: forecasting
    target: y
    forecast: { series: s, time: day }
    data: { train: past.csv, holdout: holdout.csv }
    model: a.csv
    metrics: { mase: { at-most: 1 } }
  other: { task: regression, target: y, data: { train: past.csv, holdout: holdout.csv }, model: a.csv, metrics: { mae: { kind: info } } }
`;

const files = {
  'siskin.yml': policy,
  'past.csv': 's,day,y\nu,2026-01-01,1\nu,2026-01-02,3\n',
  'holdout.csv': 's,day,y\nu,2026-01-03,5\nu,2026-01-04,7\n',
  'a.csv': 'prediction\n6\n7\n',
};

describe('siskin evaluate of other tasks', () => {
  it('obeys the policy that is named, and its gates', async () => {
    using folder = folderOf(files);

    const { status, stdout } = await siskin(
      folder.path,
      '--policy',
      'siskin.yml',
      '--name',
      'demand',
      '--model',
      'a.csv',
      '--json',
    );

    expect(status).toBe(0);
    // Wrong by 1 and 0, where the naive forecast of the history is wrong by 2.
    expect(JSON.parse(stdout).metrics.mase).toMatchObject({
      candidate: { kind: 'value', value: 0.25 },
      verdict: 'pass',
    });
  });

  it('says the same by options, with the history in another folder', async () => {
    using folder = folderOf(files);
    using past = folderOf({ 'past.csv': files['past.csv'] });
    const task = ['--task', 'forecasting', '--target', 'y', '--series', 's', '--time', 'day'];
    const places = ['--model', 'a.csv', '--data', 'holdout.csv', '--history', past.file('past.csv')];

    const { stdout } = await siskin(folder.path, ...task, ...places, '--json');

    expect(JSON.parse(stdout).metrics.mase.candidate).toEqual({ kind: 'value', value: 0.25 });
  });

  it.each([
    [['--policy', 'siskin.yml'], 'expected --name with a model of siskin.yml (demand, other)'],
    [['--policy', 'siskin.yml', '--name', 'constructor'], 'found "constructor"'],
    [['--policy', 'none.yml'], 'expected a policy at none.yml'],
    [['--data', 'holdout.csv', '--task', 'ranking', '--target', 'y'], 'expected `ranking` for task ranking'],
    [
      ['--data', 'holdout.csv', '--task', 'forecasting', '--target', 'y', '--season', '0', '--top-k', '0'],
      'forecast.time',
    ],
    [
      ['--data', 'holdout.csv', '--task', 'binary', '--target', 'y', '--threshold', 'high'],
      'expected --threshold as a number',
    ],
  ])('is refused without a stack: %j', async (args, message) => {
    using folder = folderOf(files);

    const { status, stdout, stderr } = await siskin(folder.path, '--model', 'a.csv', ...args);

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/ at .*\.ts:/);
  });
});
