import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, problemText } from '../src/error.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import type { ModelPolicy } from '../src/policy/policy.ts';
import { type CommandOptions, type Invocation, textOption } from './command.ts';

const policyBytesLimit = 1_000_000;

/** The options that take everything from a policy that is not typed. */
export const policyModelOptions: CommandOptions = {
  policy: {
    type: 'string',
    value: 'FILE',
    help: 'a policy that says everything that is not typed here; trust it: it may name a program to run',
  },
  name: { type: 'string', value: 'MODEL', help: 'which model of the policy (default: its only one)' },
};

/** The model of the policy that was named; null when none was. Throws AppError for a policy that is not valid. */
export function policyModel(invocation: Invocation): ModelPolicy | null {
  const file = textOption(invocation, 'policy');
  if (file === undefined) return null;
  const path = resolve(invocation.folder, file);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isFile() !== true) {
    throw new AppError('not-found', `expected a policy at ${file}, found none; check the path`);
  }
  if (status.size > policyBytesLimit) {
    throw new AppError(
      'too-large',
      `expected a policy below ${policyBytesLimit} bytes, found ${status.size} in ${file}`,
    );
  }
  const parsed = parsePolicy({ text: readFileSync(path, 'utf8'), file });
  if (parsed.kind !== 'valid') {
    const problems = parsed.problems.map((problem) => `${problem.file}:${problem.line}: ${problemText(problem)}`);
    throw new AppError('bad-config', `expected a valid policy, found ${problems.join('; ')}`);
  }
  const { models } = parsed.policy;
  const names = Object.keys(models);
  const name = textOption(invocation, 'name') ?? (names.length === 1 ? names[0] : undefined);
  const model = name !== undefined && Object.hasOwn(models, name) ? models[name] : undefined;
  if (model !== undefined) return model;
  throw new AppError(
    'bad-input',
    `expected --name with a model of ${file} (${names.join(', ')}), found ${name === undefined ? 'none' : JSON.stringify(name)}; add it`,
  );
}
