import { expect, it } from 'vitest';
import { collectErrands } from '../../src/collect/accept-errands.ts';
import { AppError } from '../../src/error.ts';
import type { Artifact, WorkflowJob } from '../../src/ports.ts';
import { proofAudience, proofFile } from '../../src/proof.ts';
import { type ErrandResult, errandArtifact, errandFile } from '../../src/rollout/errands/errand-plan.ts';
import { plainTokens } from '../proof-builder.ts';
import { zipArchive } from '../zip-archive.ts';

const claim = '0d6f3a2e-5f0e-4a4e-9a55-0c9f9d9f9c01';
const other = '11111111-5f0e-4a4e-9a55-0c9f9d9f9c01';
const result: ErrandResult = {
  schema: 'siskin.errand-results/v1',
  claim,
  repository: 'acme/flights',
  environment: 'production',
  run: { id: 7, attempt: 1 },
  answers: [
    { id: 'ro-1/apply:4', answer: { kind: 'refused', code: 'fenced', message: 'a higher fence', observed: null } },
  ],
};
const workflow = 'acme/flights/.github/workflows/siskin-rollout.yml@refs/heads/main';

function archive(said: unknown, claims: Readonly<Record<string, unknown>> = {}): Buffer {
  const bytes = JSON.stringify(said);
  const token = {
    aud: proofAudience({ claim, run: result.run, bytes }),
    repository: 'acme/flights',
    repository_id: '1',
    run_id: '7',
    run_attempt: '1',
    event_name: 'workflow_dispatch',
    environment: 'production',
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    iat: Date.parse('2026-03-01T12:01:00Z') / 1000,
    exp: Date.parse('2026-03-01T12:06:00Z') / 1000,
    ...claims,
  };
  return zipArchive([
    { name: errandFile, content: bytes },
    { name: proofFile, content: JSON.stringify(token) },
  ]);
}

const job: WorkflowJob = {
  id: 1,
  name: 'errands',
  attempt: 1,
  status: 'completed',
  conclusion: 'success',
  labels: [],
  runnerName: 'edge',
  createdAt: '2026-03-01T12:00:00Z',
  startedAt: '2026-03-01T12:00:30Z',
  completedAt: '2026-03-01T12:02:00Z',
  hasFailedStep: false,
};
const artifact: Artifact = { id: 3, name: errandArtifact, bytes: 10, expired: false };

function collect(content: Buffer | AppError, artifacts: readonly Artifact[] = [artifact]) {
  const github = {
    listArtifacts: async () => artifacts,
    listJobs: async () => [job],
    downloadArtifact: async () => {
      if (content instanceof AppError) throw content;
      return content;
    },
  };
  const repository = { installation: 5, id: 1, owner: 'acme', name: 'flights' };
  const of = { repository, environment: 'production', branch: 'main', claim, runId: 7 };
  return collectErrands({ github, tokens: plainTokens }, of);
}

it('believes the job that was asked, inside the environment', async () => {
  expect(await collect(archive(result))).toEqual({ kind: 'answers', answers: result.answers });
});

it.each<[string, unknown, Readonly<Record<string, unknown>>, RegExp]>([
  ['an answer to another claim', { ...result, claim: other }, {}, /with the claim 0d6f/],
  ['an answer of another run', { ...result, run: { id: 8, attempt: 1 } }, {}, /with the run id 7, found 8/],
  ['a run that somebody repeated', { ...result, run: { id: 7, attempt: 2 } }, {}, /with the attempt 1, found 2/],
  ['an answer for another environment', { ...result, environment: 'staging' }, {}, /environment production/],
  ['an answer for another repository', { ...result, repository: 'acme/x' }, {}, /repository acme\/flights/],
  [
    'a job outside the environment',
    result,
    { environment: undefined },
    /in the environment production, found undefined/,
  ],
  ['a job of another environment', result, { environment: 'staging' }, /in the environment production, found staging/],
  ['another workflow', result, { workflow_ref: workflow.replace('rollout', 'other') }, /workflow_ref/],
  ['the workflow of another branch', result, { job_workflow_ref: `${workflow}-evil` }, /job_workflow_ref/],
  ['a token of other bytes', result, { aud: `siskin:${claim}:7:1:sha256:0` }, /with the aud/],
  ['a token of an earlier job', result, { iat: 1_700_000_000, exp: 1_700_000_300 }, /issued to the job/],
  ['a push', result, { event_name: 'push' }, /event_name/],
  ['another schema', { ...result, schema: 'siskin.result/v1' }, {}, /schema siskin.errand-results/],
  [
    'a weight that cannot be',
    { ...result, answers: [{ id: 'x', answer: { kind: 'observed', observed: { weight: 900 } } }] },
    {},
    /schema/,
  ],
  ['more than was asked for', { ...result, note: 'hello' }, {}, /schema/],
])('believes nothing of %s', async (_, said, claims, reason) => {
  expect(await collect(archive(said, claims))).toEqual({ kind: 'none', reason: expect.stringMatching(reason) });
});

it.each<[string, Buffer | AppError, readonly Artifact[], RegExp]>([
  ['no artifact', archive(result), [], /expected the artifact siskin-rollout-result, found none/],
  ['an artifact that is gone', archive(result), [{ ...artifact, expired: true }], /found none/],
  [
    'no proof',
    zipArchive([{ name: errandFile, content: JSON.stringify(result) }]),
    [artifact],
    /result.jwt.*found none/,
  ],
  ['no archive', Buffer.from('hello'), [artifact], /expected/],
  ['too much', new AppError('too-large', 'expected at most 5 MB, found more'), [artifact], /at most 5 MB/],
])('says what is wrong with %s', async (_, content, artifacts, reason) => {
  expect(await collect(content, artifacts)).toEqual({ kind: 'none', reason: expect.stringMatching(reason) });
});

it('asks again when GitHub is away, instead of calling the job lost', async () => {
  await expect(collect(new AppError('unavailable', 'expected GitHub, found 502'))).rejects.toThrow('502');
});
