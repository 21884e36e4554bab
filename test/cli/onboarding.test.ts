import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Command } from '../../cli/command.ts';
import { doctorCommand } from '../../cli/doctor.ts';
import { initCommand } from '../../cli/init.ts';
import { policyCommand } from '../../cli/policy.ts';

/** A git repository with these files, gone at the end of the test. */
function repository(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-init-'));
  execFileSync('git', ['init', '-q', folder]);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return {
    folder,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    has: (path: string) => existsSync(join(folder, path)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function run(command: Command, folder: string, positionals: readonly string[] = [], values = {}) {
  let output = '';
  const stream = { write: (text: string) => (output += text) };
  const status = await command.run({ args: [], values, positionals, folder, stdout: stream, stderr: stream });
  return { status, output };
}

const files = {
  'train.py': 'print()',
  'data/train.csv': 'amount,label\n1,0\n2,1\n3,0\n',
  'data/holdout.csv': 'amount,label\n1,0\n2,1\n3,0\n',
};

test('init writes a policy and a workflow that doctor is content with', async () => {
  using repo = repository(files);

  const init = await run(initCommand, repo.folder);
  const policy = await run(policyCommand, repo.folder);
  const doctor = await run(doctorCommand, repo.folder);

  expect(init.output).toMatchInlineSnapshot(`
    "wrote  .github/siskin.yml
    wrote  .github/workflows/siskin.yml

    Assumed, to be corrected in .github/siskin.yml:
      - \`main\`: \`target\` is \`label\`, which is a column of \`data/holdout.csv\` and a usual name for a target; its values look like task binary.
      - \`main\`: \`data/holdout.csv\` is never trained on.
      - \`main\`: \`python train.py\` trains it, reads SISKIN_DATA and SISKIN_SEED, and writes to SISKIN_OUTPUT.
      - \`main\`: a self-hosted runner with the labels \`self-hosted\` and \`gpu\` trains it; write \`[ubuntu-latest]\` to train on a hosted one.

    Next:
      git add .github/siskin.yml .github/workflows/siskin.yml && git commit -m "Set up Siskin"
      siskin policy      says whether the policy is valid
      siskin doctor      says whether everything is ready
    "
  `);
  expect(policy).toEqual({ status: 0, output: '.github/siskin.yml: valid, 1 model: main\n' });
  expect(doctor.output).toContain('Everything is ready.');
  expect(doctor.status).toBe(0);
});

test('init overwrites nothing and says what it kept', async () => {
  using repo = repository({ ...files, '.github/siskin.yml': 'mine' });

  const { output } = await run(initCommand, repo.folder);

  expect(repo.read('.github/siskin.yml')).toBe('mine');
  expect(repo.has('.github/workflows/siskin.yml')).toBe(true);
  expect(output).toContain('kept   .github/siskin.yml: it was there already');
  expect(output).not.toContain('Assumed');
});

test('init works in a folder without git', async () => {
  using repo = repository({ ...files, 'node_modules/x/train.py': '' });
  rmSync(join(repo.folder, '.git'), { recursive: true });
  const copy = `${repo.folder}-copy`;
  cpSync(repo.folder, copy, { recursive: true });

  const { status } = await run(initCommand, repo.folder, [copy]);

  expect(status).toBe(0);
  expect(readFileSync(join(copy, '.github/siskin.yml'), 'utf8')).toContain('command: python train.py');
  rmSync(copy, { recursive: true });
});

test('doctor says of everything that is wrong what to do', async () => {
  using repo = repository(files);
  await run(initCommand, repo.folder);
  rmSync(join(repo.folder, 'data/holdout.csv'));
  rmSync(join(repo.folder, '.github/workflows/siskin.yml'));

  const { status, output } = await run(doctorCommand, repo.folder);

  expect(status).toBe(2);
  expect(output).toContain('no .github/workflows/siskin.yml');
  expect(output).toContain('no file fits data/holdout.csv');
  expect(output).toContain('2 of ');
});

test('doctor sends a repository without policy to init, and one with a broken policy to its problems', async () => {
  using empty = repository({});
  using broken = repository({ '.github/siskin.yml': 'version: 2\n' });

  expect((await run(doctorCommand, empty.folder)).output).toContain('do: run `siskin init`');
  expect((await run(doctorCommand, broken.folder)).output).toContain('(and 1 more)');
});

test('policy prints every problem with file, line and column, and refuses a file that is not there', async () => {
  using repo = repository({ 'my.yml': 'version: 2\nmodel: {}\n' });

  const { status, output } = await run(policyCommand, repo.folder, ['my.yml']);

  expect(status).toBe(2);
  expect(output).toMatchInlineSnapshot(`
    "my.yml:1:10: \`version\`: expected the number 1, found the number 2; write 1
    my.yml:2:1: \`model\`: expected a known key, found \`model\`; did you mean \`models\`?
    2 problems
    "
  `);
  await expect(run(policyCommand, repo.folder)).rejects.toThrow(
    'expected a policy file, found no readable .github/siskin.yml',
  );
});
