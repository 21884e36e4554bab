import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataStorages, readWorkflowTemplate, workflowFor } from '../../src/onboard/workflow-template.ts';
import { toolAt } from './tool.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'siskin-lint-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A workflow as a file that the programs can read. */
function written(text: string): string {
  const file = join(folder, `${randomUUID()}.yml`);
  writeFileSync(file, text);
  return file;
}

function actionlint(...files: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(toolAt('SISKIN_ACTIONLINT'), ['-shellcheck=', '-pyflakes=', ...files], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function zizmor(...files: readonly string[]) {
  // A folder would leave out templates/, so that each file is named.
  const words = ['--offline', '--no-progress', '--quiet', '--strict-collection', '--config', '.github/zizmor.yml'];
  const { status, stdout } = spawnSync(toolAt('SISKIN_ZIZMOR'), [...words, ...files], { cwd: root, encoding: 'utf8' });
  return { status, output: status === 0 ? '' : stdout };
}

const clean = { status: 0, output: '' };
const workflows = globSync('.github/workflows/*.yml', { cwd: root });
const actions = [...globSync('actions/*/action.yml', { cwd: root }), 'action.yml'];

describe('the workflow that we ship', () => {
  it.each(dataStorages)('pleases actionlint and zizmor: %j', (storage) => {
    const file = written(workflowFor(readWorkflowTemplate(), storage));

    expect(actionlint(file)).toEqual(clean);
    expect(zizmor(file)).toEqual(clean);
  });
});

describe('the templates that people copy', () => {
  it.each(globSync('templates/{*,workflows/*}.yml', { cwd: root }))('please actionlint and zizmor: %s', (file) => {
    expect(actionlint(file)).toEqual(clean);
    expect(zizmor(file)).toEqual(clean);
  });
});

describe('this repository', () => {
  it.each(workflows)('has a workflow that pleases actionlint and zizmor: %s', (file) => {
    expect(actionlint(file)).toEqual(clean);
    expect(zizmor(file)).toEqual(clean);
  });

  it.each(actions)('has an action that pleases zizmor: %s', (file) => {
    expect(zizmor(file)).toEqual(clean);
  });

  it('would notice what zizmor finds', () => {
    const file = written(
      'on: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.head_ref }}\n',
    );

    expect(zizmor(file).status).not.toBe(0);
    expect(actionlint(file).status).not.toBe(0);
  });
});
