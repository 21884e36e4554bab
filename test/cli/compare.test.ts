import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { folderOf } from '../evaluate/fixture.ts';

const rows = Array.from({ length: 600 }, (_, row) => {
  const noise = (salt: number) => ((row * 7919 + salt * 104729) % 10007) / 10007;
  const y = Number((row * 37) % 100 < 40);
  return { y, strong: (y + noise(1)) / 2, weak: (0.3 * y + noise(2)) / 1.3, region: ['north', 'south'][row % 2], row };
});

function file(score: 'strong' | 'weak'): string {
  const lines = rows.map((one) => `${one.y},${one[score]},${one.region},user ${one.row % 50},id-${one.row}`);
  return ['y,probability,region,user,id', ...lines].join('\n');
}

let folder: ReturnType<typeof folderOf>;
beforeEach(() => {
  folder = folderOf({ 'strong.csv': file('strong'), 'weak.csv': file('weak') });
});
afterEach(() => {
  folder[Symbol.dispose]();
  vi.unstubAllEnvs();
});

async function siskin(...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const status = await runCli({
    args,
    folder: folder.path,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { status, stdout, stderr };
}

const accuracy = ['--metrics', 'accuracy'] as const;

function schema(name: string) {
  const path = join(import.meta.dirname, '../../docs/schemas', `${name}.schema.json`);
  return new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(path, 'utf8')));
}

describe('the exit status of siskin compare', () => {
  it.each<readonly [number, string, readonly string[]]>([
    [0, 'a candidate that is better', ['strong.csv', 'weak.csv', ...accuracy]],
    [1, 'a candidate that is worse', ['weak.csv', 'strong.csv', ...accuracy]],
    [
      3,
      'a bound that the rows cannot tell',
      ['weak.csv', 'strong.csv', ...accuracy, '--gate', 'accuracy:not-worse-by=0.36'],
    ],
    [2, 'one file only', ['strong.csv']],
    [2, 'a file that is not there', ['nobody.csv', 'strong.csv', ...accuracy]],
    [2, 'an option that is none', ['strong.csv', 'weak.csv', '--gates', 'x']],
    [2, 'a margin that is none', ['strong.csv', 'weak.csv', '--gate', 'accuracy:not-worse-by=two%']],
    [2, 'a cluster that is no column', ['strong.csv', 'weak.csv', ...accuracy, '--cluster', 'nobody']],
    [2, 'looks that are no number', ['strong.csv', 'weak.csv', ...accuracy, '--looks', 'many']],
  ])('is %d for %s', async (status, _, args) => {
    const found = await siskin('compare', ...args);

    expect({ status: found.status, stderr: found.stderr }).toMatchObject({ status });
    if (status === 2) expect(found.stdout).toBe('');
  });

  it('is 4 when the world is broken', async () => {
    vi.stubEnv('SISKIN_CACHE', join(folder.path, 'cache'));
    // What cannot be read as a file stands where the ledger is.
    mkdirSync(join(folder.path, 'cache', 'looks.jsonl'), { recursive: true });

    expect((await siskin('compare', 'strong.csv', 'weak.csv', ...accuracy)).status).toBe(4);
  });
});

describe('the document of siskin compare', () => {
  it('is of its published schema, with every part that can be asked for', async () => {
    const { stdout } = await siskin(
      ...['compare', 'strong.csv', 'weak.csv', '--json', '--id', 'id', '--slices', 'region', '--cluster', 'user'],
      ...['--slices-gate', 'not-worse-by=2%,method=holm', '--spend', 'obrien-fleming', '--looks', '4', '--cost'],
      ...['--edge', 'max-bytes=100', '--protected', 'region', '--fairness-gate', 'four-fifths:at-least=0.5'],
    );
    const document = JSON.parse(stdout);
    const isValid = schema('evaluate');

    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
    expect(document.metrics['roc-auc']).toMatchObject({
      candidate: { kind: 'value' },
      champion: { kind: 'value' },
      difference: {
        value: expect.any(Number),
        low: expect.any(Number),
        high: expect.any(Number),
        method: 'cluster bootstrap',
      },
      verdict: expect.any(String),
    });
    expect(document.slices).toHaveLength(2);
    expect(document.slices[0].tests['roc-auc']).toMatchObject({ adjusted: expect.any(Number) });
    expect(document.holdout).toMatchObject({ look: 5, planned: 10, spend: 'obrien-fleming' });
    expect(document.cluster).toEqual({ column: 'user', clusters: 50 });
    expect(document.churn.flips[0].id).toMatch(/^id-\d+$/);
    expect(document.verdict).toMatch(/^(pass|fail|inconclusive|error)$/);
  });

  it('of a drift is of its published schema too', async () => {
    const { stdout } = await siskin('drift', '--reference', 'strong.csv', '--current', 'weak.csv', '--json');
    const isValid = schema('drift');

    expect(isValid(JSON.parse(stdout)), JSON.stringify(isValid.errors)).toBe(true);
  });
});

describe('the looks that this machine has counted', () => {
  it('grow with each other candidate, and not with the same one again', async () => {
    vi.stubEnv('SISKIN_CACHE', 'cache');
    writeFileSync(folder.file('third.csv'), file('weak').replaceAll('0.1', '0.2'));
    const data = ['--data', 'strong.csv', '--target', 'y'];
    const look = async (candidate: string) => {
      const args = ['compare', candidate, 'weak.csv', ...data, '--task', 'binary', ...accuracy, '--json'];
      return JSON.parse((await siskin(...args)).stdout).holdout.look;
    };

    expect(await look('strong.csv')).toBe(1);
    expect(await look('third.csv')).toBe(2);
    expect(await look('strong.csv')).toBe(1);
    expect(readFileSync(folder.file('cache/looks.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(2);
  });
});
