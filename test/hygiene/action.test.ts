import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { githubMarkdown } from '../../sandbox/page/github-markdown.ts';
import { fakePrivateKey, fakeSecrets } from './fake-secrets.ts';
import { before, type HygieneStage, openHygieneStage } from './hygiene-stage.ts';

const key = fakeSecrets['an AWS access key id'] ?? '';
const token = fakeSecrets['a GitHub token'] ?? '';
const seeded = 'import os\nseed = int(os.environ["SISKIN_SEED"])\n';

let stage: HygieneStage;
beforeAll(async () => {
  stage = await openHygieneStage();
}, 120_000);
afterAll(() => stage[Symbol.asyncDispose]());

/** A comment as GitHub would show it. */
function shown(body: string | undefined): string {
  return githubMarkdown(body ?? '', { localOrigin: 'http://127.0.0.1:1' });
}

describe('the hygiene action on a pull request', () => {
  it('says in one comment what must not be committed, and edits it until nothing is left', async () => {
    const branch = 'careless';
    const first = await stage.push({
      branch,
      files: { 'train.py': `${seeded}key = "${key}"\n`, 'data/holdout.csv': 'id,late\n3,1\n' },
    });

    const [comment, ...others] = stage.comments(first.number);
    expect(others).toEqual([]);
    expect(shown(comment?.body)).toContain('<strong>A secret is committed to the repository</strong>');
    expect(shown(comment?.body)).toContain(
      '<code>train.py:3</code> an AWS access key id (<code>AKIA…</code>, 20 characters)',
    );
    expect(shown(comment?.body)).toContain('<strong>The holdout of a model changed</strong>');
    expect(comment?.body).not.toContain(key);
    const lines = stage.lineComments(first.number);
    expect(lines.map(({ path, line }) => `${path}:${line}`)).toEqual(['train.py:3']);
    expect(lines[0]?.body).not.toContain(key);
    expect(first.report.jobs).toEqual({ hygiene: 'failure' });
    expect(first.report.summary('hygiene')).toContain('🔴 Hygiene: 2 rules not kept, 1 of them must be');

    const second = await stage.push({
      branch,
      files: { 'train.py': seeded, 'requirements.txt': 'numpy==2.1.0\ntorch\n' },
    });

    const [edited, ...added] = stage.comments(first.number);
    expect([edited?.id, added]).toEqual([comment?.id, []]);
    expect(shown(edited?.body)).toContain('<code>torch</code> asks for <code>any version</code>');
    expect(shown(edited?.body)).not.toContain('A secret');
    expect(stage.lineComments(first.number).map(({ path, line }) => `${path}:${line}`)).toEqual(['requirements.txt:2']);
    expect(second.report.jobs).toEqual({ hygiene: 'success' });

    const third = await stage.push({
      branch,
      files: { 'requirements.txt': 'numpy==2.1.0\ntorch==2.4.0\n', 'data/holdout.csv': 'id,late\n2,0\n' },
    });

    expect(stage.comments(first.number)).toEqual([]);
    expect(stage.lineComments(first.number)).toEqual([]);
    expect(third.report.summary('hygiene')).toBe('');
    expect(stage.conformance.violations).toEqual([]);
  }, 60_000);

  it('says nothing at all where there is nothing to say', async () => {
    const { number, report } = await stage.push({ branch: 'clean', files: { 'docs/notes.md': '# Notes\n' } });

    expect(report.jobs).toEqual({ hygiene: 'success' });
    expect([stage.comments(number), report.annotations('hygiene'), report.summary('hygiene')]).toEqual([[], [], '']);
  });

  it('comments beside no line that the pull request leaves as it was', async () => {
    const files = {
      'old.ipynb': before['old.ipynb'].replace('"d": 4', '"d": 5'),
      'requirements.txt': `${before['requirements.txt']}torch\n`,
    };
    const { number, report } = await stage.push({ branch: 'notebook', files });

    expect(shown(stage.comments(number)[0]?.body)).toContain('<code>old.ipynb:4</code> outputs in 1 of 1 cells');
    expect(stage.lineComments(number).map(({ path, line }) => `${path}:${line}`)).toEqual(['requirements.txt:2']);
    expect(report.jobs).toEqual({ hygiene: 'success' });
  });

  it('leaves a comment alone that somebody else wrote with its mark', async () => {
    const { github, repository } = stage.world;
    const branch = 'impostor';
    const { number } = await stage.push({ branch, files: { 'a.txt': `${token}\n` } });
    const [own] = stage.comments(number);
    const forged = github.comment({ repository, number, author: 'ada', body: own?.body ?? '' });

    await stage.push({ branch, files: { 'a.txt': 'clean\n' } });

    expect(stage.comments(number)).toEqual([forged]);
    expect(forged.body).toContain('A secret is committed');
  });

  it('annotates the pull request of a fork, whose token may not write', async () => {
    const { github, repository } = stage.world;
    github.createUser({ login: 'mallory' });
    const fork = await github.fork(repository, 'mallory');

    const { number, report } = await stage.push({
      branch: 'gift',
      repository: fork,
      author: 'mallory',
      files: { 'a.txt': `hello\n${token}\n`, '.github/siskin.yml': null },
    });

    expect(report.jobs).toEqual({ hygiene: 'failure' });
    expect(report.annotations('hygiene')).toEqual([
      expect.stringMatching(
        /^failure a\.txt:2 A secret is committed to the repository: a GitHub token \(`ghp_…`, 40 characters\)/,
      ),
      expect.stringMatching(
        /^warning \.github\/siskin\.yml:null The policy would be easier to pass: Removes the policy/,
      ),
      expect.stringContaining('found secret'),
      expect.stringContaining('exit code 1'),
    ]);
    expect(report.summary('hygiene')).toContain('A secret is committed');
    expect([stage.comments(number), stage.lineComments(number)]).toEqual([[], []]);
  });

  it('reads the worst that a pull request can hold as data', async () => {
    const names = [
      'a|b`c`@octocat.txt',
      'x--><h1>hi.txt',
      '[i](javascript:evil)\nb.txt',
      '\u202Egpj.txt',
      ':tada:/#1.txt',
      '-rf',
      '::error::x.txt',
    ];
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`many/${index}.txt`, `${token}\n`]));

    const { number, report } = await stage.push({
      branch: 'hostile',
      files: {
        ...Object.fromEntries(names.map((name) => [name, `${token}\n`])),
        'broken.txt': Buffer.concat([Buffer.from([0xff, 0xfe, 0x80]), Buffer.from(`\n${fakePrivateKey}`)]),
        'deep.ipynb': `{"cells": [${'['.repeat(200_000)}${']'.repeat(200_000)}]}`,
        'large.ipynb': JSON.stringify({ cells: [{ outputs: ['x'.repeat(5_100_000)] }] }),
        'weights.bin': Buffer.alloc(1_100_000),
        'package.json': '{"dependencies": {"__proto__": "*", "</td><script>": "@octocat"}}',
        ...many,
      },
    });

    const [comment, ...others] = stage.comments(number);
    expect(others).toEqual([]);
    expect(report.jobs).toEqual({ hygiene: 'failure' });
    const body = comment?.body ?? '';
    expect(body.length).toBeLessThan(60_000);
    expect(body).not.toContain(token);
    expect(body).toContain('more places');
    expect(body).toContain('weights.bin');
    expect(body).toContain('a notebook of 5 MB');
    const page = shown(body);
    for (const forbidden of ['<h1', '<script', '<img', 'javascript:evil"', '\u202E', '@octocat</a>']) {
      expect(page).not.toContain(forbidden);
    }
    for (const { path } of stage.lineComments(number)) expect(path).toMatch(/^[\w./-]+$/);
    expect(report.log('hygiene')).not.toContain('\u202E');
    expect(stage.conformance.violations).toEqual([]);
  }, 60_000);

  it('runs nothing of a checkout that somebody made before it, and annotates where it may not comment', async () => {
    const marker = join(mkdtempSync(join(tmpdir(), 'siskin-trap-')), 'ran');
    const trap = `require("node:fs").appendFileSync(${JSON.stringify(marker)}, __filename + "\\n");\n`;
    const traps = [
      'dangerfile.js',
      'babel.config.js',
      '.babelrc.js',
      'node_modules/typescript/index.js',
      'node_modules/danger/index.js',
    ];

    const { reports } = await stage.push({
      branch: 'trap',
      files: {
        'trap/a.txt': `${token}\n`,
        'dangerfile.ts': 'export {};\n',
        'tsconfig.json': '{}',
        'package.json': '{"main": "dangerfile.js", "danger": "./dangerfile.js"}',
        ...Object.fromEntries(traps.map((path) => [path, trap])),
      },
    });

    const annotations = reports['Careless']?.annotations('hygiene').join('\n');
    expect(annotations).toContain('found: that GitHub refused it; give the job `pull-requests: write`');
    expect(annotations).toContain('failure trap/a.txt:1 A secret is committed');
    expect(existsSync(marker)).toBe(false);
    rmSync(dirname(marker), { recursive: true });
  }, 60_000);
});
