import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../cli/siskin.ts';
import { Result } from '../../src/result.ts';
import { modelFolder } from '../evaluate/fixture.ts';
import { policy, result } from '../render/fixture.ts';

const written = { ...policy, model: 'models/late.onnx' };

async function siskin(folder: string, ...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const status = await runCli({
    args,
    folder,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { status, stdout, stderr };
}

function folderWith(files: Readonly<Record<string, string>>) {
  const path = mkdtempSync(join(tmpdir(), 'siskin-report-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return {
    path,
    read: (name: string) => readFileSync(join(path, name), 'utf8'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true }),
  };
}

const holdout = join(modelFolder, 'holdout.csv');
const policyText = JSON.stringify({ version: 1, models: { 'late-arrival': written } });

describe('siskin report', () => {
  it('makes the page of a result.json with the policy that judges it', async () => {
    using folder = folderWith({ 'result.json': JSON.stringify(Result.parse(result())), 'siskin.yml': policyText });
    const { status, stdout } = await siskin(folder.path, 'report', 'result.json', '--policy', 'siskin.yml', '--json');

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ html: 'siskin-report.html', verdict: 'pass' });
    expect(folder.read('siskin-report.html')).toContain('<h1><span class="chip warn">Review</span> better in ROC AUC');
  });

  it('puts what a terminal measured together on one page, and results of several models side by side', async () => {
    using folder = folderWith({});
    const drift = await siskin(folder.path, 'drift', '--reference', holdout, '--current', holdout, '--json');
    writeFileSync(join(folder.path, 'drift.json'), drift.stdout);
    writeFileSync(
      join(folder.path, 'schema.json'),
      JSON.stringify({ schema: 'present', rows: 3, checks: 2, problems: [], verdict: 'pass' }),
    );
    const one = await siskin(folder.path, 'report', 'drift.json', 'schema.json');
    const two = await siskin(folder.path, 'report', 'drift.json', 'drift.json', '--html', 'two.html');

    expect(one).toMatchObject({ status: 0, stdout: expect.stringContaining('the data are as their schema says') });
    expect(folder.read('siskin-report.html').match(/<section id="[a-z]+/g)).toContain('<section id="schema');
    expect(two.status).toBe(0);
    expect(folder.read('two.html').match(/<article id="m\d+"/g)).toHaveLength(2);
    expect(folder.read('two.html').match(/<h1/g)).toHaveLength(1);
  });

  it('makes the same page of what evaluate printed as evaluate itself, gates on slices and serving included', async () => {
    using folder = folderWith({});
    const words = [
      ...['evaluate', '--model', join(modelFolder, 'binary-tensor.onnx')],
      ...['--champion', join(modelFolder, 'binary-zipmap.onnx'), '--data', holdout, '--task', 'binary'],
      ...['--target', 'late', '--features', 'amount,age', '--metrics', 'roc-auc,log-loss', '--slices', 'city'],
      ...['--slices-gate', 'not-worse-by=0.1,minimum-rows=30', '--edge', 'max-bytes=1000000'],
      ...['--protected', 'city', '--html', 'own.html', '--json'],
    ];
    const measured = await siskin(folder.path, ...words);
    writeFileSync(join(folder.path, 'evaluation.json'), measured.stdout);
    const told = await siskin(folder.path, 'report', 'evaluation.json', '--json');
    const sections = (name: string) =>
      folder
        .read(name)
        .match(/<section id="(?!lineage|reproduce)[\s\S]*?<\/section>/g)
        ?.join('\n');

    expect(JSON.parse(told.stdout).verdict).toBe(JSON.parse(measured.stdout).verdict);
    expect(sections('own.html')).toContain('size ≤ 1');
    expect(sections('own.html')).toContain('in any slice');
    expect(sections('siskin-report.html')).toBe(sections('own.html'));
    expect(folder.read('own.html')).toContain('--slices-gate not-worse-by=0.1,minimum-rows=30');
  });

  it.each([
    ['nothing', [], {}, 'expected 1 to 100 files'],
    ['a file that is not there', ['no.json'], {}, 'expected a file at no.json'],
    ['a folder', ['.'], {}, 'expected a file at .'],
    ['text', ['a.json'], { 'a.json': 'hello' }, 'expected JSON in a.json'],
    ['a list', ['a.json'], { 'a.json': '[]' }, 'found a list'],
    ['null', ['a.json'], { 'a.json': 'null' }, 'found null'],
    ['another document', ['a.json'], { 'a.json': '{"a":1}' }, 'found an object with a'],
    ['a result of another time', ['a.json'], { 'a.json': '{"schema":"x","claim":1}' }, 'as this version of Siskin'],
    ['half a drift report', ['a.json'], { 'a.json': '{"reference":1,"current":2,"columns":{}}' }, 'measure again'],
  ])('refuses %s in one sentence', async (_, words, files, message) => {
    using folder = folderWith(files);
    const { status, stderr } = await siskin(folder.path, 'report', ...words);

    expect(status).toBe(2);
    expect(stderr.replace(/\n\s+/g, ', ')).toContain(message);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('says which models a policy has when the result is of none of them', async () => {
    using folder = folderWith({
      'result.json': JSON.stringify(result({ model: 'other' })),
      'siskin.yml': policyText,
    });
    const { status, stderr } = await siskin(folder.path, 'report', 'result.json', '--policy', 'siskin.yml');

    expect(status).toBe(2);
    expect(stderr).toContain('found late-arrival');
  });
});

describe('--html', () => {
  it('of drift writes the page beside what is printed, with the command that made it', async () => {
    using folder = folderWith({});
    const words = ['drift', '--reference', holdout, '--current', holdout, '--html', "it's.html"];
    const { status, stdout, stderr } = await siskin(folder.path, ...words);

    expect([status, stderr]).toEqual([0, "wrote it's.html\n"]);
    expect(stdout).toContain('columns moved');
    expect(folder.read("it's.html")).toContain('siskin drift --reference');
    expect(folder.read("it's.html")).toContain('--html &#39;it&#39;&#92;&#39;&#39;s.html&#39;');
  });

  it('is refused where there is no report to write', async () => {
    using folder = folderWith({});
    const words = ['drift', '--reference', holdout, '--current', holdout, '--html', 'a.html'];
    const { status, stderr } = await siskin(folder.path, ...words, '--compat', 'evidently');

    expect(status).toBe(2);
    expect(stderr).toContain('expected --html or --compat');
  });

  it('says where it could not write', async () => {
    using folder = folderWith({});
    const words = ['drift', '--reference', holdout, '--current', holdout, '--html', 'no/such/folder.html'];
    const { status, stderr } = await siskin(folder.path, ...words);

    expect(status).toBe(2);
    expect(stderr).toContain('expected to write the report to no/such/folder.html');
  });
});
