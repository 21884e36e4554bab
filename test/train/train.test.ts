import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunPlan, TrainJob } from '../../src/run-plan.ts';
import { train } from '../../src/train/train.ts';

function checkout(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'siskin-train-'));
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...words], {
      encoding: 'utf8',
    }).trim();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  return {
    root,
    head: git('rev-parse', 'HEAD'),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function aJob(job: Partial<TrainJob>): TrainJob {
  return {
    model: 'fraud',
    command: 'true',
    output: 'out',
    runner: ['gpu'],
    timeoutMinutes: 15,
    commandSeconds: 300,
    seed: 7,
    data: ['data/*.csv'],
    parameters: ['params.yml'],
    trainingKey: null,
    artifact: 'siskin-model-fraud',
    ...job,
  };
}

function start(
  world: { readonly root: string; readonly head: string },
  job: Partial<TrainJob>,
  environment: Record<string, string> = {},
) {
  const whole = aJob(job);
  const plan: RunPlan = {
    schema: 'siskin.plan/v1',
    claim: '7f8b1c52-6f0e-4c5e-9a53-0d3b7a3a8f11',
    repository: 'o/r',
    head: world.head,
    base: world.head,
    pullRequest: 1,
    train: [whole],
    evaluate: [],
  };
  const lines: string[] = [];
  return train({
    plan,
    job: whole,
    root: world.root,
    checkpointFolder: join(world.root, '.checkpoint'),
    environment: { PATH: process.env['PATH'], ...environment },
    now: new Date('2026-01-01T00:00:00Z'),
    onLine: (line) => lines.push(line),
  }).then((report) => ({ report, lines }));
}

const files = { 'data/b.csv': 'x\n1\n', 'data/a.csv': 'x\n1\n', 'params.yml': 'rate: 0.1\nlayers: [8, 4]\n' };

describe('training', () => {
  it('gives the command its contract and reports the files it wrote', async () => {
    using world = checkout(files);

    const { report, lines } = await start(world, {
      command: 'echo "$SISKIN_MODEL|$SISKIN_DATA|$SISKIN_SEED|$SISKIN_DEADLINE"; mkdir out; echo hi > out/model.onnx',
    });

    expect(lines.join('\n')).toBe('fraud|data/a.csv\ndata/b.csv|7|2026-01-01T00:05:00.000Z');
    expect(report).toMatchObject({ outcome: 'succeeded', parameters: { rate: 0.1, 'layers.0': 8, 'layers.1': 4 } });
    expect(report.files).toEqual([
      {
        path: 'model.onnx',
        bytes: 3,
        digest: 'sha256:98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4',
      },
    ]);
  });

  it('keeps the tokens of the runner from the command', async () => {
    using world = checkout(files);

    const { lines } = await start(
      world,
      { command: 'env' },
      {
        ACTIONS_RUNTIME_TOKEN: 'secret',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
        INPUT_PLAN: '{}',
        GITHUB_OUTPUT: '/x',
        CUDA_VISIBLE_DEVICES: '0',
      },
    );

    expect(lines.join('\n')).not.toMatch(/secret|INPUT_|GITHUB_OUTPUT/);
    expect(lines).toContain('CUDA_VISIBLE_DEVICES=0');
  });

  it('names files only, however deep the pattern reaches', async () => {
    using world = checkout({ ...files, 'data/deep/c.csv': 'x\n1\n' });

    const { lines } = await start(world, { command: 'echo "$SISKIN_DATA"', data: ['data/**'] });

    expect(lines).toEqual(['data/a.csv', 'data/b.csv', 'data/deep/c.csv']);
  });

  it('reports a command that writes nothing', async () => {
    using world = checkout(files);

    const { report } = await start(world, {});

    expect(report.outcome).toBe('no-output');
  });

  it('reports a command that is killed', async () => {
    using world = checkout(files);

    const { report } = await start(world, { command: 'kill -KILL $$' });

    expect(report).toMatchObject({ outcome: 'killed', signal: 'SIGKILL' });
  });

  it('refuses to train another commit than the claimed one', async () => {
    using world = checkout(files);

    await expect(start({ ...world, head: 'a'.repeat(40) }, {})).rejects.toThrow(
      /expected the checkout to be at a{40}, found/,
    );
  });

  it('refuses to start without data', async () => {
    using world = checkout(files);

    await expect(start(world, { data: ['nowhere/*.parquet'] })).rejects.toThrow(
      /expected training data at nowhere\/\*\.parquet, found no file/,
    );
  });

  it('refuses an output that is a link or lies outside', async () => {
    using world = checkout(files);
    symlinkSync('/etc', join(world.root, 'linked'));

    await expect(start(world, { output: 'linked' })).rejects.toThrow(/found `linked`, a link or special file/);
    await expect(start(world, { output: '../elsewhere' })).rejects.toThrow(
      /expected train.output inside the repository/,
    );
  });
});
