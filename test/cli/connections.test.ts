import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answerPrometheus } from '../rollout/metrics/prometheus-server.ts';
import { startSource } from '../rollout/metrics/source-contract.ts';
import { siskin } from './siskin.ts';

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const policy = `
version: 1
models:
  fraud:
    task: binary
    target: is_fraud
    data: { train: data/train.parquet, holdout: data/holdout.parquet }
    train: { command: python train.py, output: model.onnx }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
environments:
  production:
    serving: {connection: metrics}
    metrics:
      errors: {kind: error-rate, source: metrics, query: {requests: sum(served_total), events: 'sum(failed_total)'}}
`;

describe('siskin connections check', () => {
  it('says what is wrong with the file, as a compiler does', async () => {
    const folder = folderWith({
      'c.yml': 'connections:\n  metrics: {kind: prometheus, url: nowhere, token: hunter2}\n',
    });

    const { exit, out } = await siskin(folder, ['connections', 'check', 'c.yml']);

    expect(exit).toBe(2);
    expect(out).toMatch(/^c\.yml:2:\d+: .*url.*\nc\.yml:2:\d+: .*token.*\n2 problems\n$/);
    expect(out).not.toContain('hunter2');
  });

  it('says who does not answer, which credential is not there, and who serves nobody', async () => {
    await using server = await startSource({ answer: (asked) => answerPrometheus([], asked) }, Date.now);
    const folder = folderWith({
      'c.yml': `connections:
  metrics: {kind: prometheus, url: '${server.url}', repositories: [acme/*], environments: [production]}
  gone: {kind: prometheus, url: 'http://127.0.0.1:9', token: {env: SISKIN_ABSENT}}
`,
    });

    const { exit, out } = await siskin(folder, ['connections', 'check', 'c.yml']);

    expect(exit).toBe(2);
    expect(out).toContain('ok   metrics (prometheus)\nBAD  gone (prometheus)\n');
    expect(out).toContain('it lists no repository');
    expect(out).toContain('token: expected a credential in the variable SISKIN_ABSENT, found none');
    expect(out).toMatch(/expected to reach gone/);
    expect(out).toContain('1 of 2 checks failed.');
  });

  it('measures what a repository’s policy asks, and prints one document', async () => {
    await using server = await startSource({ answer: (asked) => answerPrometheus([], asked) }, Date.now);
    const written = `connections:\n  metrics: {kind: prometheus, url: '${server.url}', repositories: [acme/fraud], environments: [production]}\n`;
    const folder = folderWith({ 'c.yml': written, 'siskin.yml': policy });
    const check = async (repository: string) =>
      await siskin(folder, [
        'connections',
        'check',
        'c.yml',
        '--repository',
        repository,
        '--policy',
        'siskin.yml',
        '--json',
      ]);

    const mine = await check('acme/fraud');
    const theirs = await check('evil/fraud');

    expect(mine.err).toBe('');
    const { checks } = JSON.parse(mine.out);
    expect(checks).toEqual([
      { what: 'metrics (prometheus)', problems: [] },
      {
        what: 'serving of fraud in production',
        problems: [expect.stringContaining('to be a serving platform, found prometheus')],
      },
      {
        what: 'errors of fraud in production',
        problems: [expect.stringContaining('found `served_total`'), expect.stringContaining('found `failed_total`')],
      },
    ]);
    expect(theirs.out).toContain('expected a connection that the operator gave to evil/fraud');
  });

  it.each([[[]], [['look']], [['check', 'a', 'b']], [['check']], [['check', 'absent.yml']]])(
    'refuses %j with a sentence',
    async (args) => {
      const { exit, err } = await siskin(folderWith({}), ['connections', ...args]);

      expect(exit).toBe(2);
      expect(err).toMatch(/expected .*found .*do: /s);
    },
  );
});
