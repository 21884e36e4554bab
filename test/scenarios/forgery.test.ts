import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { latestAttempt, type WorkflowRun } from '../../sandbox/github/actions/run-state.ts';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import { readZip } from '../../src/zip.ts';
import { anEvaluation, aResult } from '../result-builder.ts';
import { zipArchive } from '../zip-archive.ts';
import { lateArrivals, scores, training } from './late-arrivals.ts';
import { openScenario, type Scenario, workflow } from './scenario.ts';

const root = join(import.meta.dirname, '../..');

/** What a training command may do that knows Siskin well: it takes from its parents' environments what its own lacks. */
const forger = readFileSync(join(import.meta.dirname, 'forger.mjs'), 'utf8').replaceAll(
  '<modules>',
  join(root, 'node_modules'),
);

/** A result with metrics that nobody could refuse. */
const wonderful = aResult({ model: 'late', evaluation: anEvaluation({ difference: 0.25 }) });

let scenario: Scenario;
let repository: Repository;
beforeAll(async () => {
  scenario = await openScenario();
  repository = await scenario.adopt('forgeries', lateArrivals);
});
afterAll(() => scenario[Symbol.asyncDispose]());

/** Proposes a training that does `command` before it ends. Does not wait. */
function propose(branch: string, command: string): Promise<PullIssue> {
  const files = {
    'train.sh': `${training}${command}\n`,
    'scores.csv': scores('bad'),
    'good.csv': scores('good'),
    'forger.mjs': forger,
    'wonderful.json': JSON.stringify(wonderful),
  };
  return scenario.propose(repository, { branch, files });
}

function runOf(pull: PullIssue): WorkflowRun {
  const runs = scenario.world.github.actions.runsOf(repository);
  const run = runs.find(({ inputs }) => inputs['plan']?.includes(pull.pull.head.sha));
  if (run === undefined) throw new Error(`expected a run of #${pull.number}, found none`);
  return run;
}

function trainingLog(run: WorkflowRun): string {
  const job = latestAttempt(run).jobs.find(({ name }) => name === 'train (late)');
  return job?.log.join('') ?? '';
}

describe('the workflow that is installed', () => {
  it('lets job evaluate ask for tokens, and nobody else', () => {
    const { permissions, jobs } = parse(workflow) as {
      permissions: object;
      jobs: Record<string, { permissions: Record<string, string> }>;
    };

    expect(permissions).toEqual({});
    expect(Object.entries(jobs).map(([name, job]) => [name, job.permissions['id-token'] ?? 'none'])).toEqual([
      ['train', 'none'],
      ['evaluate', 'write'],
    ]);
  });
});

describe('a training that finds the token of its runner and uploads a wonderful result', () => {
  const deeds = ['forge', 'sign', 'borrow'] as const;
  const pulls = new Map<string, PullIssue>();
  beforeAll(async () => {
    for (const deed of deeds) pulls.set(deed, await propose(deed, `node forger.mjs ${deed}`));
    await scenario.rest();
  });

  it.each([
    ['without a proof', 'forge', /expected result\.jwt beside result\.json, found none/],
    ['with a token that it signed itself', 'sign', /expected a token that .* signed, found:/],
    ['with its token for artifacts as a proof', 'borrow', /expected a token of the issuer .*, found one of/],
  ])('%s is caught, and the check says so', (_, deed, message) => {
    // The hook above has filled it.
    const pull = pulls.get(deed) as PullIssue;
    const check = scenario.check(pull, 'siskin: late');

    expect(trainingLog(runOf(pull))).toContain('FORGED siskin-result-late');
    expect(trainingLog(runOf(pull))).toContain('TOKENS no address, and 401 at the address that others have');
    expect(check.conclusion).toBe('failure');
    expect(check.output.title).toBe(
      'Failed: the run left a result that the evaluation did not write, so it does not count',
    );
    expect(check.output.summary).toMatch(message);
    expect(check.output.summary).toContain('a training job may have written this result');
    expect(scenario.outcome(pull).comments[0]).toContain('result-unproven');
  });
});

describe('a training that runs a second time', () => {
  it('cannot show the result of the first time again', async () => {
    const pull = await propose('again', 'cp good.csv out/late.csv\nnode forger.mjs replay');
    await scenario.rest();
    const run = runOf(pull);
    const first = scenario.check(pull, 'siskin: late').conclusion;
    await scenario.request('grace', 'POST', `forgeries/actions/runs/${run.id}/rerun`);
    await scenario.rest();

    const check = scenario.check(pull, 'siskin: late');
    expect(first).toBe('success');
    expect(trainingLog(run)).toContain('FORGED siskin-result-late');
    expect(check.conclusion).toBe('failure');
    expect(check.output.summary).toContain('expected a result with the attempt 2, found 1');
  });
});

describe('a model that is exchanged after it was measured', () => {
  it('is caught by its digest, and the check says so', async () => {
    const pull = await propose('exchanged', 'cp good.csv out/late.csv');
    await scenario.rest();
    const measured = scenario.check(pull, 'siskin: late').conclusion;
    await exchange(artifactOf(runOf(pull), 'siskin-model-late'));
    scenario.say(pull, '/evaluate');
    await scenario.rest();

    const check = scenario.check(pull, 'siskin: late');
    expect(measured).toBe('success');
    expect(check.conclusion).toBe('failure');
    expect(check.output.summary).toMatch(/expected the candidate .*its artifact was exchanged after it was measured/);
  });
});

function artifactOf(run: WorkflowRun, name: string): string {
  const { artifacts } = scenario.world.github.actions.state.of(repository);
  const found = [...artifacts.values()].find((artifact) => artifact.run === run && artifact.name === name);
  if (found === undefined) throw new Error(`expected the artifact ${name}, found none`);
  return found.file;
}

/** Overwrites the artifact, as whoever holds its job's token could. */
async function exchange(file: string): Promise<void> {
  const names = ['training.json'];
  const entries = await readZip(readFileSync(file), { names, limits: { entries: 20, totalBytes: 1_000_000 } });
  const kept = [...entries].map(([name, content]) => ({ name, content }));
  writeFileSync(file, zipArchive([...kept, { name: 'model/late.csv', content: scores('bad') }]));
}
