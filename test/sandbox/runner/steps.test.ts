import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunnerWorld, type RunReport, startWorld } from './world.ts';

let world: RunnerWorld;
beforeAll(async () => {
  world = await startWorld('on: workflow_dispatch\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }');
});
afterAll(() => world[Symbol.asyncDispose]());

/** Runs one job `a` with these steps (YAML list), with more of the job's or workflow's keys beside. */
async function runSteps(
  steps: string,
  more: { readonly job?: string; readonly workflow?: string; readonly inputs?: Readonly<Record<string, string>> } = {},
): Promise<RunReport> {
  const indent = (text: string, by: number) => text.trim().replace(/^/gm, ' '.repeat(by));
  const text = `
on:
  workflow_dispatch:
    inputs:
      text: { type: string, default: "" }
      flag: { type: boolean, default: false }
${more.workflow ?? ''}
jobs:
  a:
    runs-on: ubuntu-latest
${more.job === undefined ? '' : indent(more.job, 4)}
    steps:
${indent(steps, 6)}
`;
  await world.github.commitFiles({
    repository: world.repository,
    branch: 'main',
    message: 'change the workflow',
    author: 'ada',
    files: { '.github/workflows/test.yml': text },
  });
  return world.run(more.inputs);
}

describe('steps', () => {
  it('stop at the first that fails, but for those that ask for it', async () => {
    const report = await runSteps(`
- run: echo one
- name: breaks
  run: |
    false | true
    exit 3
- run: echo never
- if: failure()
  run: echo because
- if: \${{ always() && steps.none.outcome == '' }}
  name: clean up
  run: echo always
- if: success()
  run: echo not
`);

    expect(report.conclusion).toBe('failure');
    expect(report.steps['a']).toEqual([
      'Run echo one: success',
      'breaks: failure',
      'Run echo never: skipped',
      'Run echo because: success',
      'clean up: success',
      'Run echo not: skipped',
    ]);
    expect(report.log('a')).toContain('##[error]Process completed with exit code 3.');
    expect(report.annotations('a')).toEqual([
      'failure .github/workflows/test.yml:null Process completed with exit code 3.',
    ]);
  });

  it('hand on outputs, variables, paths and outcomes', async () => {
    const report = await runSteps(`
- id: first
  run: |
    echo "answer=42" >> "$GITHUB_OUTPUT"
    echo "COLOR=blue" >> "$GITHUB_ENV"
    mkdir -p tools && printf '#!/bin/sh\\necho tool ran' > tools/my-tool && chmod +x tools/my-tool
    echo "$PWD/tools" >> "$GITHUB_PATH"
    { echo 'list<<END'; echo a; echo b; echo END; } >> "$GITHUB_OUTPUT"
- id: risky
  continue-on-error: true
  run: exit 1
- env:
    SHADE: \${{ env.COLOR }}-\${{ steps.first.outputs.answer }}
    COLOR: red
  run: |
    test "$SHADE" = blue-42
    test "$COLOR" = red
    test "$(my-tool)" = "tool ran"
    test "\${{ steps.risky.outcome }} \${{ steps.risky.conclusion }}" = "failure success"
    test "\${{ steps.first.outputs.list }}" = "a
    b"
- run: test "$COLOR" = blue
`);

    expect(report.log('a')).not.toContain('##[error]Process completed with exit code 2');
    expect(report.conclusion).toBe('success');
    expect(report.steps['a']?.[1]).toBe('Run exit 1: success');
  });

  it('see the environment of workflow, job and step, and nothing of the machine', async () => {
    process.env['SISKIN_SECRET_OF_THIS_PROCESS'] = 'leak';
    const report = await runSteps(
      `
- env: { C: "3" }
  run: |
    test "$A $B $C" = "1 22 3"
    test -z "$SISKIN_SECRET_OF_THIS_PROCESS$npm_config_user_agent$VITEST$NODE_ENV"
    env | cut -d= -f1 | sort
`,
      { workflow: 'env: { A: "1", B: "2" }', job: 'env: { B: "2${{ 2 }}" }' },
    );
    delete process.env['SISKIN_SECRET_OF_THIS_PROCESS'];

    expect(report.conclusion).toBe('success');
    const names = /##\[endgroup\]\n([^#]*)Cleaning up/.exec(report.log('a'))?.[1]?.trim().split('\n');
    expect(names).toEqual(
      expect.arrayContaining([
        'CI',
        'GITHUB_SHA',
        'GITHUB_REPOSITORY_OWNER_ID',
        'RUNNER_TEMP',
        'RUNNER_TOOL_CACHE',
        'HOME',
      ]),
    );
    expect(names?.filter((name) => /^ACTIONS_/.test(name))).toEqual([]);
  });

  it('know all that GitHub documents about the run', async () => {
    const report = await runSteps(
      `
- run: |
    test "$GITHUB_REPOSITORY" = ada/model
    test "$GITHUB_EVENT_NAME $GITHUB_REF $GITHUB_REF_NAME $GITHUB_REF_TYPE" = "workflow_dispatch refs/heads/main main branch"
    test "$GITHUB_RUN_NUMBER" -gt 0 && test "$GITHUB_RUN_ATTEMPT" = 1
    test "$GITHUB_JOB $GITHUB_ACTOR" = "a ada"
    test "$GITHUB_WORKFLOW_REF" = "ada/model/.github/workflows/test.yml@refs/heads/main"
    test "$(pwd)" = "$GITHUB_WORKSPACE"
    test "$(basename "$(dirname "$GITHUB_WORKSPACE")")/$(basename "$GITHUB_WORKSPACE")" = model/model
    grep -q '"text": "hi"' "$GITHUB_EVENT_PATH"
    test "\${{ github.event.inputs.flag }}|\${{ inputs.flag == true }}|\${{ inputs.text }}" = "true|true|hi"
    test "\${{ runner.os }}-\${{ runner.temp }}" = "Linux-$RUNNER_TEMP"
    test "\${{ github.token }}" != ""
    test "\${{ job.status }}" = success
`,
      { inputs: { text: 'hi', flag: 'true' } },
    );

    expect(report.conclusion, report.log('a')).toBe('success');
  });

  it('obey commands, keep annotations and hide secrets', async () => {
    world.github.actions.setSecret(world.repository, 'KEY', 'sup3r-secret');
    const report = await runSteps(`
- run: |
    echo "::warning file=train.py,line=7::slow"
    echo "::error::broken\${{ secrets.KEY }}"
    echo "::add-mask::hidden-word"
    echo "key \${{ secrets.KEY }} and hidden-word and $(printf '%s' "\${{ secrets.KEY }}" | base64)"
    echo "::stop-commands::tok"
    echo "::error::not a command"
    echo "::tok::"
    echo "::debug::un""seen"
    echo "# Result" >> "$GITHUB_STEP_SUMMARY"
- run: echo "more \${{ secrets.KEY }}" >> "$GITHUB_STEP_SUMMARY"
`);

    expect(report.conclusion).toBe('success');
    expect(report.log('a')).toContain('key *** and *** and ***');
    expect(report.log('a')).toContain('::error::not a command');
    expect(report.log('a')).not.toMatch(/sup3r|: unseen|^unseen/m);
    expect(report.annotations('a')).toEqual(['warning train.py:7 slow', 'failure null:null broken***']);
    expect(report.summary('a')).toBe('# Result\n\nmore ***\n');
  });

  it.each([
    ["echo '::set-output name=a::1'", 'The `set-output` command is disabled'],
    ['echo nonsense >> "$GITHUB_OUTPUT"', "Unable to process file command 'set_output': Invalid format 'nonsense'"],
    ['echo NODE_OPTIONS=--inspect >> "$GITHUB_ENV"', "Can't store NODE_OPTIONS"],
  ])('fail after %s', async (script, message) => {
    const report = await runSteps(`- run: ${JSON.stringify(script)}`);

    expect(report.conclusion).toBe('failure');
    expect(report.log('a')).toContain(message);
  });

  it('run in the shell and folder that they name', async () => {
    const report = await runSteps(
      `
- run: mkdir -p sub/deep
- shell: bash
  run: "! (false | true)"
- shell: python
  run: |
    import os
    assert os.getcwd().endswith('/model/sub')
- working-directory: sub/deep
  shell: sh
  run: test "$(basename "$PWD")" = deep
- shell: node {0}
  run: if (!process.cwd().endsWith('/sub')) process.exit(1)
- working-directory: nowhere
  run: echo hi
`.replace('- run: mkdir', '- working-directory: .\n  run: mkdir'),
      { job: 'defaults: { run: { working-directory: sub } }' },
    );

    expect(report.steps['a']?.map((step) => step.replace(/^.*: /, ''))).toEqual([
      'success',
      'success',
      'success',
      'success',
      'success',
      'failure',
    ]);
    expect(report.log('a')).toContain("cannot start `bash` in the folder 'nowhere'");
  });

  it('end when their time is over, with all processes that they started', async () => {
    const report = await runSteps(`
- name: slow
  timeout-minutes: 0.003
  run: |
    trap '' INT
    sleep 60 & echo $! > pid
    sleep 60
- if: failure()
  run: |
    sleep 0.2
    ! grep -qs 'State:.[RSD]' /proc/$(cat pid)/status
`);

    expect(report.steps['a']).toEqual(['slow: failure', 'Run sleep 0.2: success']);
    expect(report.log('a')).toContain("The action 'slow' has timed out after 0.003 minutes.");
  });

  it('fail on an expression that is not valid', async () => {
    const report = await runSteps('- run: echo ${{ nothing.here }}\n- if: always() && oops(\n  run: "true"');

    expect(report.steps['a']).toEqual(['Run echo ${{ nothing.here }}: failure', 'Run true: failure']);
    expect(report.log('a')).toContain("Unrecognized named-value: 'nothing'");
  });

  it('hash files', async () => {
    const report = await runSteps(`
- run: mkdir -p d && echo one > d/a.lock && echo two > d/b.lock && rm -rf sub
- run: |
    test "\${{ hashFiles('**/*.lock') }}" = "$( (sha256sum d/a.lock; sha256sum d/b.lock) | cut -d' ' -f1 | xxd -r -p | sha256sum | cut -d' ' -f1)"
    test -z "\${{ hashFiles('none*') }}"
`);

    expect(report.conclusion, report.log('a')).toBe('success');
  });
});
