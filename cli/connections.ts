import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError, messageOf, problemText } from '../src/error.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { type Policy, policyPath } from '../src/policy/policy.ts';
import { connectionProblems } from '../src/rollout/connections/look.ts';
import { secretReader } from '../src/rollout/connections/secret.ts';
import { type Connections, readConnections } from '../src/rollout/connections.ts';
import { examine } from '../src/rollout/examine.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation, textOption } from './command.ts';
import { problemList } from './policy.ts';

/** `siskin connections check`: what the operator of the App wrote, whether it answers, and whether a policy could use it. */
export const connectionsCommand: Command = {
  usage: 'connections check [FILE]   (default: the file that SISKIN_CONNECTIONS names)',
  options: {
    repository: {
      type: 'string',
      value: 'OWNER/NAME',
      help: 'check what the policy here asks of them, as this repository',
    },
    policy: { type: 'string', value: 'FILE', help: `the policy of that repository (default: ${policyPath})` },
    version: {
      type: 'string',
      value: 'VERSION',
      help: 'the version that serves now; without it no series is expected yet',
    },
  },
  run: check,
};

/** One thing that was looked at. */
interface Looked {
  readonly what: string;
  readonly problems: readonly string[];
}

async function check(invocation: Invocation): Promise<ExitCode> {
  const [verb, given, ...rest] = invocation.positionals;
  if (verb !== 'check' || rest.length > 0) {
    throw new AppError('bad-input', 'expected `siskin connections check [FILE]`, found something else; type that');
  }
  const file = given ?? process.env['SISKIN_CONNECTIONS'];
  if (!file) {
    throw new AppError('bad-input', 'expected a file of connections, found none; name it, or set SISKIN_CONNECTIONS');
  }
  const text = await textOf(invocation, file);
  const read = readConnections({ text, file, env: process.env });
  if (read.kind === 'invalid') {
    const shown = flag(invocation, 'json')
      ? `${JSON.stringify({ problems: read.problems }, null, 2)}\n`
      : problemList(read.problems);
    invocation.stdout.write(shown);
    return exitCodes.badInput;
  }
  const looked = [...(await ofConnections(read.connections)), ...(await ofPolicy(invocation, read.connections))];
  print(invocation, looked);
  return looked.every(({ problems }) => problems.length === 0) ? exitCodes.pass : exitCodes.badInput;
}

async function ofConnections({ all }: Connections): Promise<readonly Looked[]> {
  const secret = secretReader(process.env);
  return await Promise.all(
    all.map(async (connection) => ({
      what: `${connection.name} (${connection.kind})`,
      problems: await connectionProblems(connection, secret),
    })),
  );
}

async function ofPolicy(invocation: Invocation, connections: Connections): Promise<readonly Looked[]> {
  const repository = textOption(invocation, 'repository');
  if (repository === undefined) return [];
  const file = textOption(invocation, 'policy') ?? policyPath;
  const parsed = parsePolicy({ text: await textOf(invocation, file), file });
  if (parsed.kind === 'invalid') {
    return [
      { what: file, problems: parsed.problems.map((problem) => `${file}:${problem.line}: ${problemText(problem)}`) },
    ];
  }
  const pairs = Object.keys(parsed.policy.environments).flatMap((environment) =>
    Object.keys(parsed.policy.models).map((model) => ({ environment, model })),
  );
  const looked = pairs.map((pair) =>
    ofEnvironment({
      ...pair,
      policy: parsed.policy,
      repository,
      connections,
      version: textOption(invocation, 'version'),
    }),
  );
  return (await Promise.all(looked)).flat();
}

async function ofEnvironment(given: {
  readonly environment: string;
  readonly model: string;
  readonly policy: Policy;
  readonly repository: string;
  readonly connections: Connections;
  readonly version: string | undefined;
}): Promise<readonly Looked[]> {
  const { environment, model, repository, connections, version } = given;
  const policy = given.policy.environments[environment];
  if (policy === undefined) return [];
  const served = { version: version ?? '', digest: '', uri: '' };
  const champion = version === undefined ? null : served;
  const now = new Date().toISOString();
  const { capability, problems, metrics } = await examine(connections, {
    repository,
    model,
    environment,
    policy,
    champion,
    candidate: served,
    now,
  });
  return [
    { what: `serving of ${model} in ${environment}`, problems: [...problems, ...(capability?.problems ?? [])] },
    ...Object.entries(metrics).map(([name, found]) => ({
      what: `${name} of ${model} in ${environment}`,
      problems: found,
    })),
  ];
}

function print(invocation: Invocation, looked: readonly Looked[]): void {
  if (flag(invocation, 'json')) {
    invocation.stdout.write(`${JSON.stringify({ checks: looked }, null, 2)}\n`);
    return;
  }
  const lines = looked.flatMap(({ what, problems }) => [
    `${problems.length === 0 ? 'ok ' : 'BAD'}  ${what}`,
    ...problems.map((sentence) => `     ${sentence.replaceAll('`', '')}`),
  ]);
  const bad = looked.filter(({ problems }) => problems.length > 0).length;
  const verdict = bad === 0 ? 'Everything answers.' : `${bad} of ${looked.length} checks failed.`;
  invocation.stdout.write(`${[...lines, '', verdict].join('\n')}\n`);
}

async function textOf(invocation: Invocation, file: string): Promise<string> {
  try {
    return await readFile(resolve(invocation.folder, file), 'utf8');
  } catch (cause) {
    throw new AppError('not-found', `expected a readable ${file}, found none (${messageOf(cause)}); name another`, {
      cause,
    });
  }
}
