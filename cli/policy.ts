import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError, type Problem, problemText } from '../src/error.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { policyPath } from '../src/policy/policy.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation } from './command.ts';

/** `siskin policy [FILE]`: validates a policy file and prints every problem with its place. */
export const policyCommand: Command = {
  usage: `policy [FILE]   (default: ${policyPath})`,
  options: {},
  run: checkPolicy,
};

async function checkPolicy(invocation: Invocation): Promise<ExitCode> {
  const { positionals, stdout } = invocation;
  if (positionals.length > 1) {
    throw new AppError('bad-input', `expected one file, found ${positionals.length}; check them one by one`);
  }
  const file = positionals[0] ?? policyPath;
  const text = await readText(resolve(invocation.folder, file), file);
  const parsed = parsePolicy({ text, file });
  if (flag(invocation, 'json')) {
    stdout.write(`${JSON.stringify(parsed, null, 2)}\n`);
  } else if (parsed.kind === 'valid') {
    const models = Object.keys(parsed.policy.models);
    stdout.write(
      `${file}: valid, ${models.length} ${models.length === 1 ? 'model' : 'models'}: ${models.join(', ')}\n`,
    );
  } else {
    stdout.write(problemList(parsed.problems));
  }
  return parsed.kind === 'valid' ? exitCodes.pass : exitCodes.badInput;
}

/** The problems as compilers print theirs, so that editors and people can jump to the place. */
export function problemList(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `${problem.file}:${problem.line}:${problem.column}: ${problemText(problem)}`);
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  return `${[...lines, count].join('\n')}\n`;
}

async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError(
      'not-found',
      `expected a policy file, found no readable ${shown}; run \`siskin init\` to have one proposed`,
      {
        cause,
      },
    );
  }
}
