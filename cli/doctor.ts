import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { folderMatcher } from '../src/change/glob.ts';
import { workflowPath } from '../src/change/roles.ts';
import { type Finding, ok, problem } from '../src/decide/doctor/finding.ts';
import { policyFinding } from '../src/decide/doctor/policy-finding.ts';
import { workflowFindings } from '../src/decide/doctor/workflow-findings.ts';
import { messageOf } from '../src/error.ts';
import { importNative, type Natives } from '../src/natives.ts';
import { readWorkflowTemplate } from '../src/onboard/workflow-template.ts';
import { parsePolicy } from '../src/policy/parse.ts';
import { type ModelPolicy, policyPath } from '../src/policy/policy.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation } from './command.ts';
import { listFiles } from './local-files.ts';

/** `siskin doctor [FOLDER]`: checks this machine and this repository; each failure says what to do. */
export const doctorCommand: Command = {
  usage: 'doctor [FOLDER]   (default: the current folder)',
  options: {},
  run: examine,
};

async function examine(invocation: Invocation): Promise<ExitCode> {
  const folder = resolve(invocation.folder, invocation.positionals[0] ?? '.');
  const checks = [nodeCheck(), await gitCheck(folder), ...(await repositoryChecks(folder)), ...(await nativeChecks())];
  const bad = checks.filter(({ state }) => state === 'problem').length;
  if (flag(invocation, 'json')) {
    invocation.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
  } else {
    const lines = checks.map(({ what, state, found, fix }) => {
      const line = `${words[state]}  ${what.padEnd(22)} ${found.replaceAll('`', '')}`;
      return fix === '' ? line : `${line}\n     ${' '.repeat(22)} do: ${fix}`;
    });
    const verdict = bad === 0 ? 'Everything is ready.' : `${bad} of ${checks.length} checks failed.`;
    invocation.stdout.write(`${[...lines, '', verdict].join('\n')}\n`);
  }
  return bad === 0 ? exitCodes.pass : exitCodes.badInput;
}

const words = { ok: 'ok ', problem: 'BAD', unverified: '?  ' } as const;

function nodeCheck(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return ok('Node', process.versions.node);
  return problem(
    'Node',
    `${process.versions.node}, expected 24 or newer`,
    'run through npm (`npm run siskin -- …`), which brings its own',
  );
}

async function gitCheck(folder: string): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--show-prefix'], { cwd: folder });
    if (stdout.trim() === '') return ok('git', 'the root of a repository');
    return problem('git', `the folder ${stdout.trim()} of a repository`, 'run this at the root of the repository');
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isAbsent) return problem('git', 'no git on the path', 'install git');
    return problem('git', 'no repository here', 'run `git init`, or go to the root of your repository');
  }
}

async function repositoryChecks(folder: string): Promise<readonly Finding[]> {
  const text = await readFile(join(folder, policyPath), 'utf8').catch(() => null);
  const parsed = text === null ? null : parsePolicy({ text });
  const policy = policyFinding(parsed);
  if (parsed?.kind !== 'valid') return [policy];
  const path = workflowPath(parsed.policy);
  const workflow = await readFile(join(folder, path), 'utf8').catch(() => null);
  const files = (await listFiles(folder)).map((file) => file.path);
  return [
    policy,
    ...workflowFindings({ path, text: workflow, template: readWorkflowTemplate() }),
    ...Object.entries(parsed.policy.models).flatMap(([name, model]) => fileChecks({ name, model, files })),
  ];
}

function fileChecks(options: {
  readonly name: string;
  readonly model: ModelPolicy;
  readonly files: readonly string[];
}): readonly Finding[] {
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
    if (count > 0) return [ok(title, `${count} ${count === 1 ? 'file' : 'files'}`)];
    return [
      problem(title, `no file fits ${globs.join(', ')}`, `add it, or correct \`models.${name}\` in ${policyPath}`),
    ];
  });
}

const natives: readonly (keyof Natives)[] = ['@duckdb/node-api', 'onnxruntime-node', '@tensorflow/tfjs-core'];

async function nativeChecks(): Promise<readonly Finding[]> {
  return await Promise.all(
    natives.map(async (name) => {
      try {
        await importNative(name);
        return ok(name, 'loads');
      } catch (error) {
        return problem(name, messageOf(error).split('\n')[0] ?? '', 'run `npm ci`');
      }
    }),
  );
}
