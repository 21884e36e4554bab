import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../src/error.ts';
import { filesToInspect, inspect } from '../src/onboard/inspect.ts';
import { type Proposal, proposal } from '../src/onboard/propose.ts';
import { readWorkflowTemplate } from '../src/onboard/workflow-template.ts';
import { type Command, type ExitCode, exitCodes, flag, type Invocation } from './command.ts';
import { listFiles, readBeginning } from './local-files.ts';

/** `siskin init [FOLDER]`: proposes policy and workflow after looking at what is there; never overwrites. */
export const initCommand: Command = {
  usage: 'init [FOLDER]   (default: the current folder)',
  options: {},
  run: initialise,
};

const beginningBytes = 64_000;

async function initialise(invocation: Invocation): Promise<ExitCode> {
  const { positionals, stdout } = invocation;
  if (positionals.length > 1) {
    throw new AppError('bad-input', `expected one folder, found ${positionals.length}; set them up one by one`);
  }
  const folder = resolve(invocation.folder, positionals[0] ?? '.');
  const proposed = await proposalFor(folder);
  const written: string[] = [];
  const kept: string[] = [];
  for (const [path, text] of Object.entries(proposed.files)) {
    const isNew = await writeNew(join(folder, path), text);
    (isNew ? written : kept).push(path);
  }
  if (flag(invocation, 'json')) {
    stdout.write(`${JSON.stringify({ written, kept, assumptions: proposed.assumptions }, null, 2)}\n`);
  } else {
    stdout.write(summary({ written, kept, assumptions: proposed.assumptions }));
  }
  return exitCodes.pass;
}

async function proposalFor(folder: string): Promise<Proposal> {
  const tree = await listFiles(folder);
  const texts = new Map<string, string>();
  for (const { path } of filesToInspect(tree, Number.POSITIVE_INFINITY)) {
    texts.set(path, await readBeginning(join(folder, path), beginningBytes));
  }
  return proposal({ inspection: inspect({ tree, texts }), workflow: readWorkflowTemplate() });
}

/** False when a file of this name stands already; it is then left as it is. */
async function writeNew(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw new AppError(
      'not-permitted',
      `expected to write ${path}, found that it cannot be written; check its permissions`,
      { cause },
    );
  }
}

function summary(outcome: {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly assumptions: readonly string[];
}): string {
  const { written, kept, assumptions } = outcome;
  const wrotePolicy = written.includes('.github/siskin.yml');
  return [
    ...written.map((path) => `wrote  ${path}`),
    ...kept.map((path) => `kept   ${path}: it was there already`),
    ...(wrotePolicy
      ? ['', 'Assumed, to be corrected in .github/siskin.yml:', ...assumptions.map((text) => `  - ${text}`)]
      : []),
    '',
    'Next:',
    ...(written.length === 0 ? [] : [`  git add ${written.join(' ')} && git commit -m "Set up Siskin"`]),
    '  siskin policy      says whether the policy is valid',
    '  siskin doctor      says whether everything is ready',
    '',
  ].join('\n');
}
