import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { folderMatcher } from '../src/change/glob.ts';
import { workflowPath } from '../src/change/roles.ts';
import { messageOf, problemText } from '../src/error.ts';
import { importNative, type Natives } from '../src/natives.ts';
import { dataStorages, readWorkflowTemplate, workflowFor } from '../src/onboard/workflow-template.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { type ModelPolicy, type Policy, policyPath } from '../src/policy/policy.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation } from './command.ts';
import { listFiles } from './local-files.ts';

/** `siskin doctor [FOLDER]`: checks this machine and this repository; each failure says what to do. */
export const doctorCommand: Command = {
  usage: 'doctor [FOLDER]   (default: the current folder)',
  options: {},
  run: examine,
};

interface Check {
  readonly what: string;
  readonly state: 'good' | 'bad';
  /** What was found. */
  readonly found: string;
  /** What to do about a bad state, else empty. */
  readonly fix: string;
}

async function examine(invocation: Invocation): Promise<ExitCode> {
  const folder = resolve(invocation.folder, invocation.positionals[0] ?? '.');
  const checks = [nodeCheck(), await gitCheck(folder), ...(await repositoryChecks(folder)), ...(await nativeChecks())];
  const bad = checks.filter(({ state }) => state === 'bad').length;
  if (flag(invocation, 'json')) {
    invocation.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
  } else {
    const lines = checks.map(({ what, state, found, fix }) => {
      const line = `${state === 'good' ? 'ok ' : 'BAD'}  ${what.padEnd(22)} ${found}`;
      return fix === '' ? line : `${line}\n     ${' '.repeat(22)} do: ${fix}`;
    });
    const verdict = bad === 0 ? 'Everything is ready.' : `${bad} of ${checks.length} checks failed.`;
    invocation.stdout.write(`${[...lines, '', verdict].join('\n')}\n`);
  }
  return bad === 0 ? exitCodes.pass : exitCodes.badInput;
}

function good(what: string, found: string): Check {
  return { what, state: 'good', found, fix: '' };
}

function bad(what: string, found: string, fix: string): Check {
  return { what, state: 'bad', found, fix };
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return good('Node', process.versions.node);
  return bad(
    'Node',
    `${process.versions.node}, expected 24 or newer`,
    'run through npm (`npm run siskin -- …`), which brings its own',
  );
}

async function gitCheck(folder: string): Promise<Check> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--show-prefix'], { cwd: folder });
    if (stdout.trim() === '') return good('git', 'the root of a repository');
    return bad('git', `the folder ${stdout.trim()} of a repository`, 'run this at the root of the repository');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent) return bad('git', 'no git on the path', 'install git');
    return bad('git', 'no repository here', 'run `git init`, or go to the root of your repository');
  }
}

async function repositoryChecks(folder: string): Promise<readonly Check[]> {
  const text = await readFile(join(folder, policyPath), 'utf8').catch(() => null);
  if (text === null) return [bad('policy', `no ${policyPath}`, 'run `siskin init`')];
  const parsed = parsePolicy({ text });
  if (parsed.kind === 'invalid') {
    const [first] = parsed.problems;
    const found = first === undefined ? 'invalid' : `line ${first.line}: ${problemText(first)}`;
    const more = parsed.problems.length > 1 ? ` (and ${parsed.problems.length - 1} more)` : '';
    return [bad('policy', `${found}${more}`, 'run `siskin policy` to see every problem')];
  }
  const files = (await listFiles(folder)).map(({ path }) => path);
  return [
    good('policy', `valid: ${Object.keys(parsed.policy.models).join(', ')}`),
    await workflowCheck(folder, parsed.policy),
    ...Object.entries(parsed.policy.models).flatMap(([name, model]) => fileChecks({ name, model, files })),
  ];
}

async function workflowCheck(folder: string, policy: Policy): Promise<Check> {
  const path = workflowPath(policy);
  const text = await readFile(join(folder, path), 'utf8').catch(() => null);
  if (text === null) return bad('workflow', `no ${path}`, 'run `siskin init`, which writes it and keeps what is there');
  const template = readWorkflowTemplate();
  if (dataStorages.some((storage) => text === workflowFor(template, storage)))
    return good('workflow', `${path}, as this version ships it`);
  if (!text.includes('workflow_dispatch')) {
    return bad('workflow', `${path} cannot be dispatched`, 'delete it and run `siskin init`');
  }
  return good('workflow', `${path}, edited or of another version than this`);
}

function fileChecks(options: {
  readonly name: string;
  readonly model: ModelPolicy;
  readonly files: readonly string[];
}): readonly Check[] {
  const { name, model, files } = options;
  const wanted = [
    ['training data', model.data.train],
    ['holdout', model.data.holdout],
    ['schema', model.data.schema === undefined ? [] : [model.data.schema]],
    ['model', model.model === undefined ? [] : [model.model]],
    ['parameters', model.train?.parameters ?? []],
  ] as const;
  return wanted.flatMap(([what, globs]) => {
    if (globs.length === 0) return [];
    // A pointer file of DVC stands for what it is named after.
    const matches = folderMatcher([...globs, ...globs.map((glob) => `${glob}.dvc`)]);
    const count = files.filter((path) => matches(path)).length;
    const title = `${name}: ${what}`;
    if (count > 0) return [good(title, `${count} ${count === 1 ? 'file' : 'files'}`)];
    return [bad(title, `no file fits ${globs.join(', ')}`, `add it, or correct \`models.${name}\` in ${policyPath}`)];
  });
}

const natives: readonly (keyof Natives)[] = ['@duckdb/node-api', 'onnxruntime-node', '@tensorflow/tfjs-core'];

async function nativeChecks(): Promise<readonly Check[]> {
  return await Promise.all(
    natives.map(async (name) => {
      try {
        await importNative(name);
        return good(name, 'loads');
      } catch (error) {
        return bad(name, messageOf(error).split('\n')[0] ?? '', 'run `npm ci`');
      }
    }),
  );
}
