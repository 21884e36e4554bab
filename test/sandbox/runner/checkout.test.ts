import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunnerWorld, startWorld } from './world.ts';

let world: RunnerWorld;
let first: string;
beforeAll(async () => {
  world = await startWorld({ '.github/workflows/test.yml': workflow('- run: "true"'), 'file.txt': 'one' });
  first = (await world.repository.git.ref('refs/heads/main'))?.sha ?? '';
  await world.github.commitFiles({
    repository: world.repository,
    branch: 'topic',
    message: 'topic',
    author: 'ada',
    files: { 'file.txt': 'topic' },
  });
  const secret = await world.github.createRepository({
    owner: 'ada',
    name: 'secret',
    private: true,
    files: { s: 's' },
  });
  expect(secret.private).toBe(true);
});
afterAll(() => world[Symbol.asyncDispose]());

function workflow(steps: string): string {
  return `on: { workflow_dispatch: { inputs: { sha: {} } } }\npermissions: { contents: read }\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n${steps.trim().replace(/^/gm, '      ')}\n`;
}

async function runSteps(steps: string) {
  await world.github.commitFiles({
    repository: world.repository,
    branch: 'main',
    message: 'two',
    author: 'ada',
    files: { '.github/workflows/test.yml': workflow(steps), 'file.txt': 'two' },
  });
  return world.run({ sha: first });
}

describe('checkout', () => {
  it('brings the commit of the run, on its branch, with one commit of history', async () => {
    const report = await runSteps(`
- id: c
  uses: actions/checkout@v6
- run: |
    test "$(cat file.txt) $(git rev-parse HEAD) $(git branch --show-current)" = "two $GITHUB_SHA main"
    test "$(git rev-list --count HEAD)" = 1
    test "\${{ steps.c.outputs.commit }}" = "$GITHUB_SHA"
    git fetch -q origin topic
`);

    expect(report.conclusion, report.log('a')).toBe('success');
    expect(report.steps['a']?.at(-1)).toBe('Post Run actions/checkout@v6: success');
  });

  it('brings any commit by its SHA into any folder, and leaves no token when told so', async () => {
    const report = await runSteps(`
- uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
  with: { ref: "\${{ inputs.sha }}", path: base, persist-credentials: false }
- uses: actions/checkout@v6
  with: { ref: topic, path: head, fetch-depth: 0 }
- run: |
    test "$(cat base/file.txt) $(git -C base rev-parse HEAD)" = "one \${{ inputs.sha }}"
    ! grep -ri authorization base/.git/config
    grep -qi authorization head/.git/config
    test "$(cat head/file.txt) $(git -C head rev-list --count HEAD)" = "topic 2"
`);

    expect(report.conclusion, report.log('a')).toBe('success');
  });

  it('cleans a workspace that an earlier job left, and finds the token gone', async () => {
    await runSteps('- uses: actions/checkout@v6\n- run: echo litter > litter.txt && echo changed > file.txt');
    const report = await runSteps(`
- run: test -f litter.txt && ! grep -qi authorization .git/config
- uses: actions/checkout@v6
- run: test ! -e litter.txt && test "$(cat file.txt)" = two
`);

    expect(report.conclusion, report.log('a')).toBe('success');
  });

  it('reads a private repository exactly when the job may', async () => {
    await using hidden = await startWorld(
      `
on: workflow_dispatch
permissions: {}
jobs:
  allowed: { permissions: { contents: read }, runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v6 }] }
  refused: { permissions: { actions: read }, runs-on: ubuntu-latest, steps: [{ uses: actions/checkout@v6 }] }
`,
    );
    hidden.repository.private = true;
    const report = await hidden.run();

    expect(report.jobs).toEqual({ allowed: 'success', refused: 'failure' });
  });

  it.each([
    ['ref: nowhere', "A branch or tag with the name 'nowhere' could not be found"],
    ['repository: ada/secret', 'git ls-remote ended with 128'],
    [`ref: ${'a1'.repeat(20)}`, 'git fetch ended with'],
    ['path: ../outside', 'is not under'],
    ['submodules: true', 'fetches no submodules'],
  ])('fails with a reason for %s', async (input, reason) => {
    const report = await runSteps(`- uses: actions/checkout@v6\n  with: { ${input} }`);

    expect(report.conclusion).toBe('failure');
    expect(report.annotations('a')[0]).toContain(reason);
  });
});

describe('the stand-ins for tools', () => {
  it('take what is installed when it is the version asked for', async () => {
    const report = await runSteps(`
- uses: actions/setup-node@v5
  with: { node-version: 24 }
- uses: actions/setup-python@v6
  with: { python-version: "3.x" }
- run: python -c 'print("py")' && node -p '"js"'
- uses: actions/setup-node@v5
  with: { node-version: 12 }
`);

    expect(report.steps['a']?.map((step) => step.split(': ').at(-1))).toEqual([
      'success',
      'success',
      'success',
      'failure',
    ]);
    expect(report.annotations('a')[0]).toMatch(/expected Node.js 12, found v24\.\S+ on PATH/);
  });
});
