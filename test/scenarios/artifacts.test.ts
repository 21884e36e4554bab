import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PullIssue } from '../../sandbox/github/shape/pull.ts';
import type { Repository } from '../../sandbox/github/state.ts';
import type { Result } from '../../src/result.ts';
import { RunPlan, resultArtifact } from '../../src/run-plan.ts';
import { aResult } from '../result-builder.ts';
import { zipArchive } from '../zip-archive.ts';
import { flights, scores } from './late-arrivals.ts';
import { openScenario, type Scenario } from './scenario.ts';

const archive = (content: string, name = 'result.json', mode = 0o100644) => zipArchive([{ name, content, mode }]);

/** What an attacker makes of the artifact of a run, given the result that would count. */
const attacks: Readonly<Record<string, (result: Result) => Uint8Array>> = {
  bomb: (result) => archive(JSON.stringify(result).padEnd(30_000_000)),
  symlink: () => archive('/etc/passwd', 'result.json', 0o120777),
  climbing: (result) => archive(JSON.stringify(result), '../result.json'),
  schema: () => archive('{"schema":"siskin.result/v1","verdict":"pass"}'),
  claim: (result) => archive(JSON.stringify({ ...result, claim: '00000000-0000-8000-8000-000000000000' })),
  'no-archive': () => Buffer.from('<html>not an archive</html>'),
};
const names = Object.keys(attacks);

/** A workflow that measures nothing: what its run leaves is put there by the test. */
const workflow = `name: siskin
run-name: siskin \${{ fromJSON(inputs.plan).claim }}
on: { workflow_dispatch: { inputs: { plan: { type: string, required: true } } } }
jobs: { evaluate: { runs-on: ubuntu-latest, steps: [{ run: exit 0 }] } }
`;

const policy = `version: 1
models:
${names
  .map(
    (name) => `  ${name}:
    task: binary
    target: late
    id: id
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/${name}.csv
    metrics: { roc-auc: { not-worse-by: 0.01 } }`,
  )
  .join('\n')}
`;

let scenario: Scenario;
let pull: PullIssue;
beforeAll(async () => {
  scenario = await openScenario();
  const { faults } = scenario.world.github;
  const repository = await scenario.adopt('artifacts', {
    '.github/siskin.yml': policy,
    '.github/workflows/siskin.yml': workflow,
    'data/train.csv': flights(1000),
    'data/holdout.csv': flights(),
    ...Object.fromEntries(names.map((name) => [`models/${name}.csv`, scores('good')])),
  });
  faults.onWebhook = ({ event }) => (event === 'workflow_run' ? 'hold' : null);
  const files = Object.fromEntries(names.map((name) => [`models/${name}.csv`, scores('bad')]));
  pull = await scenario.propose(repository, { branch: 'attack', files });
  await scenario.rest();
  await leaveArtifacts(repository);
  faults.onWebhook = () => null;
  faults.releaseWebhooks();
  await scenario.rest();
});
afterAll(() => scenario[Symbol.asyncDispose]());

/** Puts an artifact for each model on the newest run, as whoever holds a token of one of its jobs can. */
async function leaveArtifacts(repository: Repository): Promise<void> {
  const { world, actions } = scenario.world.github;
  const run = actions.runsOf(repository).at(-1);
  const attempt = run?.attempts[0];
  const job = attempt?.jobs[0];
  if (run === undefined || attempt === undefined || job === undefined) throw new Error('expected a run, found none');
  const { claim, head, base, repository: name } = RunPlan.parse(JSON.parse(run.inputs['plan'] ?? ''));
  for (const [model, attack] of Object.entries(attacks)) {
    const bytes = attack(aResult({ claim, head, base, repository: name, model, run: { id: run.id, attempt: 1 } }));
    const id = world.newId();
    const file = join(world.folder, 'artifacts', String(id));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const now = world.clock();
    const expiresAt = new Date(now.getTime() + 86_400_000);
    const times = { createdAt: now, updatedAt: now, expiresAt };
    const artifact = {
      id,
      run,
      attempt,
      job,
      name: resultArtifact(model),
      contentType: 'application/zip',
      file,
      digest,
    };
    actions.state.of(repository).artifacts.set(id, { ...artifact, size: bytes.length, ...times });
  }
}

describe('an artifact that', () => {
  it.each([
    ['is a bomb', 'bomb', 'result-invalid', 'expected an archive of at most 20000000 bytes unpacked, found more'],
    ['holds a link', 'symlink', 'result-invalid', 'expected plain files in the archive, found the symbolic link'],
    ['climbs out of its folder', 'climbing', 'result-invalid', 'expected a zip archive, found: invalid relative path'],
    ['lies about its schema', 'schema', 'result-invalid', 'expected a result of schema siskin.result/v1, found'],
    ['claims another run', 'claim', 'result-mismatch', 'expected a result with the claim'],
    ['is no archive', 'no-archive', 'result-invalid', 'expected a zip archive, found:'],
  ])('%s is an error that says why', (_, name, code, message) => {
    const { conclusion, output } = scenario.check(pull, `siskin: ${name}`);

    expect(conclusion).toBe('failure');
    expect(output.title).toMatch(/^Failed: the run left a result that /);
    expect(output.summary).toContain(`**\`${code}\`**`);
    expect(output.summary).toContain(message);
  });

  it('was tampered with is told in the one comment', () => {
    expect(scenario.outcome(pull).comments).toEqual([expect.stringContaining('6 models: 6 failed')]);
  });
});

it('all of that is as GitHub describes it', () => {
  expect(scenario.conformance.violations).toEqual([]);
});
