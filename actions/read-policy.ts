import { readFileSync } from 'node:fs';
import { AppError, messageOf, problemText } from '../src/error.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import type { ModelPolicy, Policy } from '../src/policy/policy.ts';

/** Reads a policy file. Throws `bad-config` with every problem at once, or when there is no file. */
export function readPolicy(path: string): Policy {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError(
      'bad-config',
      `expected a policy at ${path}, found: ${messageOf(cause)}; write one with \`siskin init\``,
      { cause },
    );
  }
  const parsed = parsePolicy({ text, file: path });
  if (parsed.kind === 'valid') return parsed.policy;
  throw new AppError(
    'bad-config',
    `expected a valid policy, found ${parsed.problems.length} problems: ${parsed.problems.map((problem) => `${problem.file}:${problem.line}: ${problemText(problem)}`).join('; ')}`,
  );
}

/** The policy of one model. Throws `bad-config` when the policy has none of this name. */
export function modelOf(policy: Policy, name: string): ModelPolicy {
  const model = policy.models[name];
  if (model === undefined)
    throw new AppError(
      'bad-config',
      `expected a model of the policy (${Object.keys(policy.models).join(', ')}), found \`${name}\`; name one of them`,
    );
  return model;
}
