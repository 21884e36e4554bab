import { expect, it, test } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { policyText } from '../world.ts';

const parse = (forks: string) => parsePolicy({ text: `${policyText}${forks}`, file: 'siskin.yml' });

it('forks train on a machine of GitHub unless the policy says otherwise', () => {
  const parsed = parse('');

  expect(parsed.kind === 'valid' ? parsed.policy.forks : null).toEqual({ runner: ['ubuntu-latest'] });
});

test.each<readonly [string, string, string]>([
  ['itself', 'forks: { runner: [self-hosted] }', 'self-hosted'],
  ['in capitals', 'forks: { runner: [Self-Hosted, linux] }', 'Self-Hosted'],
  ['by a label that a self-hosted trainer has', 'forks: { runner: [gpu] }', 'gpu'],
  ['by a label of the evaluator', 'forks: { runner: [quiet] }\nevaluate-runner: [self-hosted, quiet]', 'quiet'],
])('forks get no self-hosted machine, not %s', (_, forks, label) => {
  const text = policyText.replace('runner: [gpu]', 'runner: [self-hosted, gpu]');
  const parsed = parsePolicy({ text: `${text}${forks}\n`, file: 'siskin.yml' });

  expect(parsed.kind === 'invalid' ? parsed.problems : []).toEqual([
    expect.objectContaining({
      path: expect.stringMatching(/^forks\.runner\.\d$/),
      expected: 'labels of machines that are thrown away after a job',
      found: expect.stringContaining(label),
      fix: 'name a runner that GitHub hosts, e.g. `ubuntu-latest`',
    }),
  ]);
});

it('nor by the label that a trainer has when the policy does not name one', () => {
  const text = policyText.replace(', runner: [gpu]', '');
  const parsed = parsePolicy({ text: `${text}forks: { runner: [gpu] }\n`, file: 'siskin.yml' });

  expect(parsed.kind).toBe('invalid');
});

it('nor by a label of the machines on demand', () => {
  const text = policyText.replace('runner: [gpu]', 'runner: [gpu], on-demand-runner: [self-hosted, a100]');
  const parsed = parsePolicy({ text: `${text}forks: { runner: [a100] }\n`, file: 'siskin.yml' });

  expect(parsed.kind).toBe('invalid');
});

test.each(['forks: { runner: [] }', 'forks: { runner: gpu }', 'forks: { runners: [x] }', 'forks: 7'])(
  '%s is refused with what to write',
  (forks) => {
    expect(parse(`${forks}\n`).kind).toBe('invalid');
  },
);
