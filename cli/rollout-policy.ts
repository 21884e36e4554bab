import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppError, type Problem, problemText } from '../src/error.ts';
import type { EnvironmentPolicy } from '../src/policy/access-policy.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { parseEnvironment } from '../src/policy/parse-environment.ts';
import { parseYamlDocument } from '../src/policy/yaml-document.ts';

const bytesLimit = 1_000_000;

/**
 * What a file says about one environment: a whole policy, of which an environment is named, or just the keys of one. AppError for
 * a file that is not there, is not valid, or watches nothing.
 */
export function readRolloutPolicy(options: {
  readonly folder: string;
  readonly file: string;
  readonly environment: string | undefined;
}): EnvironmentPolicy {
  const { folder, file, environment } = options;
  const path = resolve(folder, file);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isFile() !== true) {
    throw new AppError('not-found', `expected a policy at ${file}, found none; check the path`);
  }
  if (status.size > bytesLimit) {
    throw new AppError(
      'too-large',
      `expected a policy below ${bytesLimit} bytes, found ${status.size} in ${file}; shorten it`,
    );
  }
  const text = readFileSync(path, 'utf8');
  const policy = isWhole(text, file) ? ofWhole({ text, file, environment }) : ofOne(text, file);
  if (Object.keys(policy.metrics).length === 0) {
    throw new AppError(
      'bad-config',
      `expected \`metrics\` with what is watched in ${file}, found none; add one, e.g. \`errors: {kind: error-rate}\``,
    );
  }
  return policy;
}

/** A whole policy says its version or its models, which no environment does. */
function isWhole(text: string, file: string): boolean {
  const { value } = parseYamlDocument({ text, file });
  return (
    typeof value === 'object' && value !== null && ['version', 'models', 'environments'].some((key) => key in value)
  );
}

function ofOne(text: string, file: string): EnvironmentPolicy {
  const parsed = parseEnvironment({ text, file });
  return parsed.kind === 'valid' ? parsed.policy : refuse(parsed.problems);
}

function ofWhole(options: {
  readonly text: string;
  readonly file: string;
  readonly environment: string | undefined;
}): EnvironmentPolicy {
  const { text, file, environment } = options;
  const parsed = parsePolicy({ text, file });
  if (parsed.kind !== 'valid') return refuse(parsed.problems);
  const { environments } = parsed.policy;
  const names = Object.keys(environments);
  const name = environment ?? (names.length === 1 ? names[0] : undefined);
  const found = name !== undefined && Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (found !== undefined) return found;
  const known = names.length === 0 ? 'it has none' : names.join(', ');
  throw new AppError(
    'bad-input',
    `expected --environment with an environment of ${file} (${known}), found ${name === undefined ? 'none' : JSON.stringify(name)}; add it`,
  );
}

function refuse(problems: readonly Problem[]): never {
  const shown = problems.map((problem) => `${problem.file}:${problem.line}: ${problemText(problem)}`);
  throw new AppError('bad-config', `expected a valid policy, found ${shown.join('; ')}`);
}
