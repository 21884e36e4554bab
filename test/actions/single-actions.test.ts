import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { githubMarkdown } from '../../sandbox/page/github-markdown.ts';
import { result } from '../render/fixture.ts';
import type { RunReport } from '../sandbox/runner/world.ts';
import { flights } from '../scenarios/late-arrivals.ts';
import { openStage, type Stage } from './stage.ts';

const schema = `version: 1
columns:
  hour: { type: integer, min: 0, max: 23 }
  late: { type: integer, nullable: false }
`;
const broken = 'id,hour,late\nf1,3,0\nf2,99,1\nf3,noon,0\n';
const moved = flights().replaceAll(/,(\d+),/g, ',23,');

const policy = `version: 1
models:
  late-arrival:
    task: binary
    target: late
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/late.csv
    metrics: { roc-auc: { not-worse-by: 0.005 }, latency-p95: { at-most: 5 } }
`;

/** A result in which everything that a person or a file named tries to become HTML or a mention. */
const hostile = JSON.stringify(result()).replaceAll('ORD', '</td><script>alert(1)</script>@octocat');

/** A job of one step per action; it prints what the step gave out. */
function job(name: string, uses: string, inputs: Readonly<Record<string, string>>, prepare = 'true'): string {
  const lines = Object.entries(inputs).map(([key, value]) => `          ${key}: ${JSON.stringify(value)}`);
  return `  ${name}:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: ${prepare}
      - id: it
        uses: siskin-dev/siskin/actions/${uses}@v0
        with:
${lines.join('\n')}
      - if: always()
        env: { OUTPUTS: "\${{ toJSON(steps.it.outputs) }}" }
        run: echo "OUT $OUTPUTS"; grep -c "<script>alert" report.html || true; ls
`;
}

/** Each of two shards takes every second file; a last step merges what they wrote. */
const profileMatrix = `  profile-matrix:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: siskin-dev/siskin/actions/profile@v0
        with: { data: data/shards, shard: 1/2, output: shard-1.profile.json }
      - uses: siskin-dev/siskin/actions/profile@v0
        with: { data: data/shards, shard: 2/2, output: shard-2.profile.json }
      - id: it
        uses: siskin-dev/siskin/actions/profile@v0
        with: { profiles: shard-*.profile.json, output: all.profile.json, redact: id }
      - env: { OUTPUTS: "\${{ toJSON(steps.it.outputs) }}" }
        run: echo "OUT $OUTPUTS"; echo "IDS $(grep -c f1 all.profile.json || true)"
`;

const workflow = `on: { workflow_dispatch: {} }
jobs:
${job('validate-good', 'validate', { data: 'data/train.csv', schema: 'schema.yml' })}
${job('validate-broken', 'validate', { data: 'data/broken.csv', schema: 'schema.yml' })}
${job('validate-nothing', 'validate', { data: 'data/none/*.csv', schema: 'schema.yml' })}
${job('drift-steady', 'drift', { reference: 'data/train.csv', current: 'data/later.csv' })}
${job('drift-warn', 'drift', { reference: 'data/train.csv', current: 'data/moved.csv' })}
${job('drift-fail', 'drift', { reference: 'data/train.csv', current: 'data/moved.csv', rule: 'fail' })}
${job('drift-ignore', 'drift', { reference: 'data/train.csv', current: 'data/moved.csv', rule: 'fail', ignore: 'hour' })}
${job('drift-critical', 'drift', { reference: 'data/train.csv', current: 'data/moved.csv', critical: 'hour', windows: '100' })}
${job('drift-wrong', 'drift', { reference: 'data/train.csv', current: 'data/moved.csv', rule: 'shout', alpha: 'much' })}
${profileMatrix}
${job('profile-nothing', 'profile', { profiles: 'none-*.json' })}
${job('report-hostile', 'report', { result: 'hostile.json' })}
${job('report-large', 'report', { result: 'large.json' }, 'head -c 6000000 /dev/zero > large.json')}
${job('report-noise', 'report', { result: 'schema.yml' })}
${job('report-other', 'report', { result: 'other.json' })}
`;

let stage: Stage;
let report: RunReport;

beforeAll(async () => {
  stage = await openStage({
    workflow,
    files: {
      '.github/siskin.yml': policy,
      'schema.yml': schema,
      'data/train.csv': flights(1000),
      'data/later.csv': flights(3400),
      'data/moved.csv': moved,
      'data/shards/a.csv': flights(1000),
      'data/shards/b.csv': flights(3400),
      'data/broken.csv': broken,
      'hostile.json': hostile,
      'other.json': '{"schema":"siskin.result/v9"}',
    },
  });
  report = await stage.world.run();
}, 120_000);
afterAll(() => stage[Symbol.asyncDispose]());

function outputs(name: string): Readonly<Record<string, string>> {
  return JSON.parse(/^OUT (\{[\s\S]*?^\}|\{\})/m.exec(report.log(name))?.[1] ?? 'null');
}

describe('validate', () => {
  it('passes data that are as their schema says', () => {
    expect(report.jobs['validate-good']).toBe('success');
    expect(outputs('validate-good')).toEqual({ verdict: 'pass' });
    expect(report.log('validate-good')).toContain('200 rows');
  });

  it('annotates the rule that does not hold', () => {
    expect(report.jobs['validate-broken']).toBe('failure');
    expect(outputs('validate-broken')).toEqual({ verdict: 'fail' });
    expect(report.annotations('validate-broken')).toEqual([
      expect.stringMatching(
        /^failure schema.yml:3 hour: type: expected values of type integer; found 1 of 3 rows break it, e.g. "noon"; /,
      ),
      expect.stringMatching(
        /^failure schema.yml:3 hour: max: expected at most 23; found 1 of 3 rows break it, e.g. "99"; correct the values/,
      ),
      expect.stringMatching(/^failure data\/broken.csv:4 here "noon": hour: type: /),
      expect.stringMatching(/^failure data\/broken.csv:3 here "99": hour: max: /),
      expect.stringMatching(/expected the data to be as schema.yml says, found 3 rows/),
      expect.stringContaining('exit code 1'),
    ]);
  });

  it('says which data it did not find', () => {
    expect(report.annotations('validate-nothing').join()).toContain('data/none/*.csv');
  });
});

describe('profile', () => {
  it('profiles shards and merges them, and shows nothing that is redacted', () => {
    expect(report.jobs['profile-matrix']).toBe('success');
    expect(outputs('profile-matrix')).toEqual({ digest: expect.stringMatching(/^sha256:/), rows: '400' });
    expect(report.log('profile-matrix')).toContain('IDS 0');
    expect(report.log('profile-matrix')).toContain('1 files, of which 0 were as they are known');
  });

  it('says that there is nothing to merge', () => {
    expect(report.annotations('profile-nothing').join()).toContain('found none-*.json; name files that are there');
  });
});

describe('drift', () => {
  it('is steady between data of one kind', () => {
    expect(report.jobs['drift-steady']).toBe('success');
    expect(outputs('drift-steady')).toEqual({ verdict: 'steady', moved: '[]' });
    expect(report.summary('drift-steady')).toContain('### Drift: steady');
  });

  it.each([
    ['drift-warn', 'success', '["hour"]', 'moved'],
    ['drift-critical', 'failure', '["hour"]', 'moved'],
    ['drift-fail', 'failure', '["hour"]', 'moved'],
    ['drift-ignore', 'success', '[]', 'steady'],
  ])('%s ends with %s: moved are %s', (name, conclusion, columns, verdict) => {
    expect(report.jobs[name]).toBe(conclusion);
    expect(outputs(name)).toEqual({ verdict, moved: columns });
    expect(report.summary(name)).toContain('hour');
  });

  it('names every input that it cannot read', () => {
    expect(report.annotations('drift-wrong').join()).toMatch(/rule.*alpha/);
  });
});

describe('report', () => {
  it('shows a result without letting it say anything in HTML or to anybody', () => {
    expect(report.log('report-hostile')).toContain('report.html');
    expect(report.log('report-hostile')).toMatch(/^0$/m);
    const summary = githubMarkdown(report.summary('report-hostile'), { localOrigin: 'http://127.0.0.1:1' });
    expect(summary).toContain('<code>&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;@octocat</code>');
    expect(summary).not.toContain('<script>');
    expect(outputs('report-hostile')['verdict']).toMatch(/pass|fail|inconclusive|error/);
  });

  it('saves the page with the run and leads there from the summary', async () => {
    const page = (await stage.unpacked(report.run, 'siskin-report-late-arrival')).get('report.html');
    const { id } = stage.artifact(report.run, 'siskin-report-late-arrival');

    expect(page).toMatch(/^<!doctype html>/);
    expect(report.summary('report-hostile')).toContain(`/actions/runs/${report.run.id}/artifacts/${id})`);
  });

  it.each([
    ['report-large', 'expected a result.json of at most 5000000 bytes at large.json, found 6000000 bytes'],
    ['report-noise', 'expected JSON at schema.yml'],
    ['report-other', 'expected a result of schema siskin.result/v1, found schema:'],
  ])('%s is refused in one sentence', (name, words) => {
    expect(report.jobs[name]).toBe('failure');
    expect(report.annotations(name).join()).toContain(words);
    expect(report.log(name)).not.toMatch(/^\s+at /m);
  });
});
