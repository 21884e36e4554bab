import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fakeSecrets } from './hygiene/fake-secrets.ts';

const root = join(import.meta.dirname, '..');
const before = {
  'package.json': '{"type":"module","dependencies":{"zod":"1.0.0"}}',
  'package-lock.json': '{}',
  'CHANGELOG.md': '# Changes\n',
  'src/error.ts': 'export {};\n',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siskin-danger-'));
  // A link, so that the review finds the rules beside itself and judges the files of this folder.
  symlinkSync(join(root, 'dangerfile.mjs'), join(folder, 'dangerfile.mjs'));
  git('init', '-q', '-b', 'main');
  commit(before);
  git('checkout', '-q', '-b', 'work');
});
afterEach(() => rmSync(folder, { recursive: true }));

function git(...words: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@x', ...words], { cwd: folder });
}

function commit(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git('add', '--', ...Object.keys(files));
  git('commit', '-q', '-m', 'Change');
}

/** What `npm run danger` says of a change, and how it ends. */
function danger(files: Readonly<Record<string, string>>) {
  commit(files);
  const program = join(root, 'node_modules/danger/distribution/commands/danger.js');
  const words = ['local', '--failOnErrors', '--dangerfile', 'dangerfile.mjs', '--base', 'main'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { status, output: stdout + stderr };
}

it('has nothing to say of a change that forgot nothing', () => {
  const { status, output } = danger({
    'src/error.ts': 'export const a = 1;\n',
    'CHANGELOG.md': '# Changes\n- a\n',
    'test/a.test.ts': "it('does not mention it.only in words', () => {});\n",
  });

  expect(output).not.toContain('expected');
  expect(status).toBe(0);
});

it('asks for the changelog, the lock, and the other tests', () => {
  const { status, output } = danger({
    'src/error.ts': 'export const b = 1;\n',
    'package.json': before['package.json'].replace('1.0.0', '1.0.1'),
    'test/a.test.ts': "it.only('x', () => {});\n",
  });

  expect(output).toContain('expected a line in CHANGELOG.md');
  expect(output).toContain('expected package-lock.json to change');
  expect(output).toContain('expected every test to run, found `.only` in test/a.test.ts');
  expect(status).toBe(1);
});

it('holds up what no repository should hold', () => {
  const { status, output } = danger({
    'CHANGELOG.md': `# Changes\n- ${fakeSecrets['a GitHub token']}\n`,
    'examples/a.ipynb': '{"cells":[{"outputs":[{}]}]}',
    'examples/package.json': '{"dependencies":{"left-pad":"^1.0.0"}}',
    'examples/weights.bin': 'x\0'.repeat(600_000),
  });

  expect(output).toContain('`CHANGELOG.md:2` a GitHub token (`ghp_…`, 40 characters)');
  expect(output).toContain('`examples/a.ipynb` outputs in 1 of 1 cells');
  expect(output).toContain('`left-pad` asks for `^1.0.0`');
  expect(output).toContain('`examples/weights.bin` 1.2 MB in git itself');
  expect(status).toBe(1);
});

it('lets scripts of package.json change alone', () => {
  const { status, output } = danger({ 'package.json': before['package.json'].replace('{', '{"private":true,') });

  expect(output).not.toContain('package-lock');
  expect(status).toBe(0);
});
