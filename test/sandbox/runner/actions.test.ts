import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunnerWorld, startWorld } from './world.ts';

const repository = {
  'full/action.yml': `
name: Full
inputs:
  greeting: { default: "hi \${{ github.actor }}" }
  with space: {}
outputs: { said: {} }
runs: { using: node24, pre: pre.cjs, main: main.cjs, post: post.cjs, post-if: "success()" }
`,
  'full/pre.cjs': `console.log('PRE ' + process.env.INPUT_GREETING);
require('fs').appendFileSync(process.env.GITHUB_STATE, 'from=pre\\n');`,
  'full/main.cjs': `console.log('MAIN', process.env.INPUT_WITH_SPACE, process.env.STATE_from, process.env.GITHUB_ACTION_REPOSITORY);
require('fs').appendFileSync(process.env.GITHUB_OUTPUT, 'said=' + process.env.INPUT_GREETING + '\\n');
require('fs').appendFileSync(process.env.GITHUB_STATE, 'main=done\\n');
if (!process.env.ACTIONS_RUNTIME_TOKEN) process.exit(9);
try { require.resolve('yaml'); console.log('SEES MODULES'); } catch { console.log('SEES NO MODULES'); }`,
  'full/post.cjs': `console.log('POST', process.env.STATE_from, process.env.STATE_main);`,
  'node_modules/yaml/index.js': 'module.exports = {};',
  'both/action.yml': `
name: Both
inputs: { word: { required: true }, fail: { default: "false" } }
outputs: { loud: { value: "\${{ steps.up.outputs.loud }}!" } }
runs:
  using: composite
  steps:
    - id: up
      shell: bash
      env: { INNER: yes }
      run: |
        echo "loud=$(echo "\${{ inputs.word }}" | tr a-z A-Z)" >> "$GITHUB_OUTPUT"
        test -f "$GITHUB_ACTION_PATH/action.yml" && test "\${{ github.action_path }}" = "$GITHUB_ACTION_PATH"
        echo "OUTER=$FROM_STEP" >> "$GITHUB_ENV"
    - uses: tools/box/full@v1
      with: { greeting: nested }
    - if: inputs.fail == 'true'
      shell: bash
      run: exit 4
    - shell: bash
      run: echo inner end
    - if: failure()
      shell: bash
      run: echo inner failure
`,
  'docker/action.yml': 'name: D\nruns: { using: docker, image: Dockerfile }',
  'old/action.yml': 'name: O\nruns: { using: node16, main: x.js }',
  'bare/action.yml': 'name: B\nruns: { using: composite, steps: [{ run: echo no shell }] }',
};

let folder: string;
let world: RunnerWorld;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'box-'));
  for (const [path, text] of Object.entries(repository)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  world = await startWorld(workflow('- run: "true"'), { actions: { 'Tools/Box': folder } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function workflow(steps: string): string {
  return `on: workflow_dispatch\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps.trim().replace(/^/gm, '      ')}\n`;
}

async function runSteps(steps: string, files: Readonly<Record<string, string>> = {}) {
  await world.github.commitFiles({
    repository: world.repository,
    branch: 'main',
    message: 'change',
    author: 'ada',
    files: { '.github/workflows/test.yml': workflow(steps), ...files },
  });
  return world.run();
}

describe('an action in JavaScript', () => {
  it('runs before, in and after the job, with its state, its inputs and no modules of ours', async () => {
    const report = await runSteps(`
- run: echo first
- id: f
  uses: tools/box/full@v1
  with: { with space: "a b", unknown: 1 }
- run: test "\${{ steps.f.outputs.said }}" = "hi ada"
`);

    expect(report.steps['a']).toEqual([
      'Pre Run tools/box/full@v1: success',
      'Run echo first: success',
      'Run tools/box/full@v1: success',
      'Run test "hi ada" = "hi ada": success',
      'Post Run tools/box/full@v1: success',
    ]);
    expect(report.log('a')).toMatch(
      /PRE hi ada[\s\S]*first[\s\S]*MAIN a b pre tools\/box[\s\S]*SEES NO MODULES[\s\S]*POST pre done/,
    );
    expect(report.log('a')).toContain("Unexpected input(s) 'unknown', valid inputs are ['greeting', 'with space']");
  });

  it('skips its post step when that asks for success', async () => {
    const report = await runSteps('- uses: tools/box/full@v1\n- run: exit 1');

    expect(report.steps['a']?.at(-1)).toBe('Post Run tools/box/full@v1: skipped');
  });
});

describe('a composite action', () => {
  it('has steps, inputs and outputs of its own', async () => {
    const report = await runSteps(`
- id: b
  uses: tools/box/both@main
  env: { FROM_STEP: outside }
  with: { word: abc }
- run: test "\${{ steps.b.outputs.loud }}-$OUTER-$INNER" = 'ABC!-outside-'
`);

    expect(report.conclusion, report.log('a')).toBe('success');
    expect(report.log('a')).toMatch(/MAIN[\s\S]*inner end[\s\S]*POST/);
    expect(report.log('a')).not.toContain('inner failure');
  });

  it('fails with its step, after what it does in that case', async () => {
    const report = await runSteps('- uses: tools/box/both@main\n  with: { word: x, fail: "true" }\n- run: echo no');

    expect(report.steps['a']?.slice(-3)).toEqual([
      'Run tools/box/both@main: failure',
      'Run echo no: skipped',
      'Post Run tools/box/full@v1: skipped',
    ]);
    expect(report.log('a')).toContain('inner failure');
    expect(report.log('a')).not.toContain('inner end\n');
    expect(report.annotations('a')).toHaveLength(1);
  });
});

describe('an action of the repository itself', () => {
  it('is there once it was checked out', async () => {
    const local = {
      'ci/hello/action.yml': repository['full/action.yml'].replace(/pre: pre.cjs, |, post[^}]*(?=})/g, ''),
      'ci/hello/main.cjs': 'console.log("LOCAL")',
    };
    const report = await runSteps('- uses: actions/checkout@v6\n- uses: ./ci/hello', local);

    expect(report.conclusion, report.log('a')).toBe('success');
    expect(report.log('a')).toContain('LOCAL');
  });

  it('is not there before', async () => {
    const report = await runSteps('- run: rm -rf ./ci ./.git\n- uses: ./ci/hello');

    expect(report.log('a')).toContain("Can't find 'action.yml', 'action.yaml' or 'Dockerfile' for action './ci/hello'");
    expect(report.conclusion).toBe('failure');
  });
});

describe('an action that this runner does not have', () => {
  it('is refused by its name', async () => {
    const report = await runSteps('- uses: actions/upload-artifact@v4');

    expect(report.log('a')).toContain("this runner knows no repository 'actions/upload-artifact'");
    expect(report.conclusion).toBe('failure');
  });
});

describe('modules that the image brings', () => {
  it('are found by what lies in the workspace, and not by actions', async () => {
    const modules = join(folder, 'image');
    await mkdir(join(modules, 'yaml'), { recursive: true });
    await writeFile(join(modules, 'yaml', 'package.json'), '{"type":"module","exports":"./index.js"}');
    await writeFile(join(modules, 'yaml', 'index.js'), 'export const from = "the image";');
    await using image = await startWorld(
      workflow(`
- run: |
    echo 'import { from } from "yaml"; console.log("FROM " + from);' > train.mjs
    node train.mjs
- uses: tools/box/full@v1
`),
      { actions: { 'tools/box': folder }, preinstalledModules: modules },
    );
    const report = await image.run();

    expect(report.log('a')).toContain('FROM the image');
    expect(report.log('a')).toContain('SEES NO MODULES');
  });
});

describe('an action that cannot run', () => {
  it.each([
    ['tools/box/docker@v1', 'runs in Docker, which this runner has not'],
    ['docker://alpine:3', 'runs in Docker, which this runner has not'],
    ['tools/box/old@v1', "to be node20, node24 or composite, found 'node16'"],
    ['tools/unknown@v1', "this runner knows no repository 'tools/unknown'"],
    ['tools/box/../../x@v1', 'leaves its repository'],
    ['tools/box', 'expected `uses` of the form'],
    ['tools/box/none@v1', "Can't find 'action.yml'"],
    ['tools/box/bare@v1', 'Required property is missing: shell'],
  ])('%s fails the job with a reason', async (uses, reason) => {
    const report = await runSteps(`- run: echo started\n- uses: ${uses}`);

    expect(report.conclusion).toBe('failure');
    expect(report.annotations('a')[0]).toContain(reason);
  });
});
