import { describe, expect, it } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { modelFolder } from '../evaluate/fixture.ts';

async function evaluate(...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const common = ['--model', 'binary-tensor.onnx', '--data', 'holdout.csv', '--task', 'binary', '--target', 'late'];
  const status = await runCli({
    args: ['evaluate', ...common, '--features', 'amount,age', '--metrics', 'accuracy', ...args],
    folder: modelFolder,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { status, stdout, stderr };
}

const asked = ['--protected', 'city,member', '--min-rows', '40', '--min-cases', '5'];

describe('siskin evaluate --protected', () => {
  it('shows measures and groups, and ends with 0 when a bound is shown to be kept', async () => {
    const { status, stdout } = await evaluate(...asked, '--fairness-gate', 'demographic-parity:at-most=0.3');

    expect(status).toBe(0);
    expect(stdout).toMatch(/demographic parity by member .*≤ 0\.3 +pass/);
    expect(stdout).toMatch(/city = Oslo +81 /);
    expect(stdout).toContain('verdict: pass');
  });

  it('ends with 1 when a bound is shown to be broken, and with 3 when too few groups can be assessed', async () => {
    const broken = await evaluate(...asked, '--fairness-gate', 'equal-opportunity:at-most=0.001');
    const unknown = await evaluate(
      ...asked,
      '--min-rows',
      '9999',
      '--fairness-gate',
      'four-fifths:at-least=0.1',
      '--json',
    );

    expect(broken.status).toBe(1);
    expect(unknown.status).toBe(3);
    expect(JSON.parse(unknown.stdout).fairness.gates[0]).toMatchObject({
      verdict: 'inconclusive',
      reason: 'no group is large enough to be assessed',
    });
  });

  it.each([
    [['--fairness-gate', 'four-fifths:at-least=0.8'], 'expected --protected beside --fairness-gate'],
    [['--protected', 'city', '--fairness-gate', 'fairness=1'], 'expected --fairness-gate MEASURE:BOUND=NUMBER'],
    [['--protected', 'city', '--fairness-gate', 'four-fifths:at-most=0.8'], 'expected `at-least`'],
    [['--protected', 'city,city'], 'expected each column once'],
    [['--protected', 'city', '--intersection', 'city,moon'], 'expected two columns of `protected`'],
    [['--protected', 'city', '--min-rows', 'many'], 'found at fairness.min-rows'],
  ])('refuses what does not fit together: %j', async (args, message) => {
    const { status, stderr } = await evaluate(...args);

    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
