import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import { Result } from '../../src/result.ts';
import type { RunReport } from '../sandbox/runner/world.ts';
import { lateArrivals, scores } from '../scenarios/late-arrivals.ts';
import { zipArchive } from '../zip-archive.ts';
import { evaluateJob, openStage, type Stage, trainingIn, trainJob } from './stage.ts';

let stage: Stage;
/** A training and evaluation in which everything went well, with a first champion. */
let good: RunReport;

beforeAll(async () => {
  const { '.github/workflows/siskin.yml': _, ...files } = lateArrivals;
  stage = await openStage({ files: { ...files, 'models/late.csv': scores('good') } });
  good = await stage.runPlan({ train: [trainJob({})] });
});
afterAll(() => stage[Symbol.asyncDispose]());

async function resultOf(report: RunReport): Promise<Result> {
  const files = await stage.unpacked(report.run, 'siskin-result-late');
  return Result.parse(JSON.parse(files.get('result.json') ?? 'null'));
}

function championOf(report: RunReport, digest: string) {
  return { kind: 'artifact', runId: report.run.id, artifact: 'siskin-model-late', digest } as const;
}

describe('job train', () => {
  it('uploads the model as it was written, and what it reports of it', async () => {
    const files = await stage.unpacked(good.run, 'siskin-model-late');
    const report = trainingIn(files);

    expect(good.jobs).toEqual({ 'train (late)': 'success', 'evaluate (late)': 'success' });
    expect(files.get('model/late.csv')).toBe(scores('good'));
    expect(report).toMatchObject({ outcome: 'succeeded', head: stage.base, seed: 1, exitCode: 0 });
    expect(report.files).toEqual([
      { path: 'late.csv', bytes: scores('good').length, digest: digestOf(scores('good')) },
    ]);
    expect(good.log('train (late)')).toContain('learning from 1');
  });

  it('keeps the names of a folder', async () => {
    const head = await stage.commit('folder', {
      'train.sh': 'mkdir -p out/late/b && cp scores.csv out/late/a.csv && echo 1 > out/late/b/c.csv',
    });

    const { run } = await stage.runPlan({ head, train: [trainJob({ output: 'out/late' })] });

    const files = await stage.unpacked(run, 'siskin-model-late');
    expect([...files.keys()].sort()).toEqual(['model/a.csv', 'model/b/c.csv', 'training.json']);
    expect(trainingIn(files).files.map(({ path }) => path)).toEqual(['a.csv', 'b/c.csv']);
  });

  it.each([
    ['fails', 'echo "KeyError: hour" >&2; exit 3', 'failed', 'found: failed (exit code 3'],
    ['writes nothing', 'true', 'no-output', 'found: no-output (exit code 0'],
  ])('reports a command that %s, and the evaluation says so in a result', async (_name, script, outcome, words) => {
    const head = await stage.commit(outcome, { 'train.sh': script });

    const report = await stage.runPlan({ head, train: [trainJob({})] });

    expect(report.jobs).toEqual({ 'train (late)': 'failure', 'evaluate (late)': 'success' });
    expect(trainingIn(await stage.unpacked(report.run, 'siskin-model-late'))).toMatchObject({ outcome, files: [] });
    expect(report.annotations('train (late)').join()).toContain(words);
    const result = await resultOf(report);
    expect(result.evaluation).toBeNull();
    expect(result.training?.outcome).toBe(outcome);
    expect(result.failures).toEqual([expect.objectContaining({ part: 'training', code: outcome })]);
    expect((await stage.unpacked(report.run, 'siskin-result-late')).get('report.html')).toContain('</html>');
  });

  it('takes no link for a model: what it points to would leave the machine', async () => {
    const head = await stage.commit('link', { 'train.sh': 'mkdir out && ln -s /etc/hostname out/late.csv' });

    const report = await stage.runPlan({ head, train: [trainJob({})] });

    expect(report.annotations('train (late)').join()).toContain('a link or special file');
    expect(() => stage.artifact(report.run, 'siskin-model-late')).toThrow('no artifact');
    const [failure] = (await resultOf(report)).failures;
    expect(failure?.message).toContain('read the log of job train');
  });
});

describe('job evaluate', () => {
  it('writes a result that is bound to the run, a report and a summary', async () => {
    const result = await resultOf(good);
    const files = await stage.unpacked(good.run, 'siskin-result-late');

    expect(result).toMatchObject({
      claim: '3f0d9d0e-52c5-4a52-9a55-0f5a3c2b8f11',
      repository: 'ada/model',
      head: stage.base,
      base: stage.base,
      model: 'late',
      run: { id: good.run.id, attempt: 1 },
      failures: [],
    });
    expect(result.evaluation?.rows).toBe(200);
    expect(result.evaluation?.champion).toBeNull();
    expect(files.get('report.html')).toMatch(/^<!doctype html>/i);
    expect(good.summary('evaluate (late)')).toContain('### ');
    expect(good.summary('evaluate (late)')).toContain('ROC AUC');
  });

  it('compares a committed file with a champion of an earlier run', async () => {
    const digest = (await resultOf(good)).evaluation?.candidate.digest ?? '';
    const head = await stage.commit('file', { 'models/late.csv': scores('bad') });

    const report = await stage.runPlan({
      head,
      evaluate: [
        evaluateJob({ candidate: { kind: 'file', path: 'models/late.csv' }, champion: championOf(good, digest) }),
      ],
    });

    expect(report.conclusion).toBe('success');
    const { evaluation, failures, training } = await resultOf(report);
    expect(failures).toEqual([]);
    expect(training).toBeNull();
    expect(evaluation?.champion?.digest).toBe(digest);
    expect(evaluation?.metrics['roc-auc']?.difference?.high).toBeLessThan(-0.1);
  });

  it('believes no model of an earlier run whose bytes are not those that were measured', async () => {
    const exchanged = championOf(good, digestOf('other bytes'));

    const report = await stage.runPlan({ evaluate: [evaluateJob({ candidate: exchanged, champion: exchanged })] });

    const { evaluation, failures } = await resultOf(report);
    expect(evaluation).toBeNull();
    expect(failures.map(({ part, code, message }) => [part, code, message.slice(0, 22)])).toEqual([
      ['evaluation', 'conflict', 'expected the candidate'],
      ['evaluation', 'conflict', 'expected the champion '],
    ]);
  });

  it('says that a champion expired, and still measures the candidate', async () => {
    const candidate = { kind: 'file', path: 'models/late.csv' } as const;
    const champion = { ...championOf(good, digestOf('x')), artifact: 'siskin-model-gone' };

    const { evaluation, failures } = await resultOf(
      await stage.runPlan({ evaluate: [evaluateJob({ candidate, champion })] }),
    );

    expect(failures.map(({ message }) => message).join()).toContain('it expired or was deleted');
    expect(evaluation?.champion ?? null).toBeNull();
  });

  it('measures the data alone when there is no model', async () => {
    const none = { kind: 'none', reason: 'unchanged' } as const;
    const head = await stage.commit('data', { 'data/train.csv': 'id,hour,late\nx,1,0\ny,2,\n' });

    const report = await stage.runPlan({ head, evaluate: [evaluateJob({ candidate: none, champion: none })] });

    const { evaluation, drift, validation } = await resultOf(report);
    expect(report.conclusion).toBe('success');
    expect(evaluation).toBeNull();
    expect(drift).not.toBeNull();
    expect(validation?.rows).toBe(2);
  });

  it.each([
    ['is a link out of its folder', 'link', 'symbolic link'],
    ['holds no model', 'nothing', 'holds no model'],
    ['reports more than a report may be', 'long', 'training.json of at most'],
    ['is no archive', 'noise', 'expected a zip archive'],
  ] as const)('trusts no artifact that %s', async (_name, kind, words) => {
    const { file } = stage.artifact(good.run, 'siskin-model-late');
    const kept = readFileSync(file);
    const training = trainingIn(await stage.unpacked(good.run, 'siskin-model-late'));
    const told = { name: 'training.json', content: JSON.stringify(training) };
    const forged = {
      link: zipArchive([told, { name: 'model/late.csv', content: '/etc/hostname', mode: 0o120777 }]),
      nothing: zipArchive([told]),
      long: zipArchive([{ name: 'training.json', content: `"${'x'.repeat(20_000_000)}"` }]),
      noise: Buffer.from('PK nothing of the kind'),
    };
    writeFileSync(file, forged[kind]);
    const candidate = { kind: 'none', reason: 'unchanged' } as const;
    const champion = championOf(good, digestOf('x'));

    const report = await stage.runPlan({ evaluate: [evaluateJob({ candidate, champion })] });
    writeFileSync(file, kept);

    expect(report.conclusion).toBe('success');
    expect((await resultOf(report)).failures.map(({ message }) => message).join()).toContain(words);
  });
});

describe('both jobs', () => {
  it('refuse a checkout of another commit than the one that was claimed', async () => {
    const head = 'a'.repeat(40);
    await using other = await openStage({
      files: { 'data/train.csv': 'a\n1\n' },
      workflow: `on:
  workflow_dispatch:
    inputs: { plan: { type: string, required: true } }
jobs:
  train:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: siskin-dev/siskin/actions/train@v0
        with: { plan: "\${{ inputs.plan }}", model: late }
  unknown:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: siskin-dev/siskin/actions/train@v0
        with: { plan: "\${{ inputs.plan }}", model: other }
  nonsense:
    runs-on: ubuntu-latest
    steps:
      - uses: siskin-dev/siskin/actions/evaluate@v0
        with: { plan: "{", model: late }
`,
    });

    const report = await other.runPlan({ head, train: [trainJob({})] });

    expect(report.jobs).toEqual({ train: 'failure', unknown: 'failure', nonsense: 'failure' });
    expect(report.annotations('train').join()).toContain(`expected the checkout to be at ${head}, found ${other.base}`);
    expect(report.annotations('unknown').join()).toContain('other');
    expect(report.annotations('nonsense').join()).toContain('expected the input `plan` to be JSON');
  });
});
