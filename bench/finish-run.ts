import type { JobGrant, RequestedRun } from '../sandbox/github/actions-backend.ts';
import type { SandboxGithub } from '../sandbox/github/github.ts';
import { proofAudience, proofFile } from '../src/proof.ts';
import { parseRunPlan } from '../src/run-plan.ts';
import { aResult } from '../test/result-builder.ts';
import { zipArchive } from '../test/zip-archive.ts';

/** Does in no time what a run's jobs do: uploads a result for each model of its plan. Returns what completes the run. */
export async function measureRun(github: SandboxGithub, run: RequestedRun): Promise<() => void> {
  const plan = parseRunPlan(run.inputs['plan'] ?? '');
  const { backend } = github.actions;
  for (const job of plan.evaluate) {
    const jobId = backend.queueJob(run.id, { name: `evaluate (${job.model})`, labels: job.runner });
    const grant = backend.startJob(jobId, {
      runnerName: 'bench',
      permissions: { id_token: 'write' },
      jobKey: 'evaluate',
      environment: null,
      runnerEnvironment: 'github-hosted',
    });
    const { claim, head, base } = plan;
    const result = aResult({
      claim,
      head,
      base,
      repository: plan.repository,
      model: job.model,
      run: { id: run.id, attempt: run.attempt },
      finishedAt: new Date().toISOString(),
    });
    const bytes = JSON.stringify(result);
    const archive = [
      { name: 'result.json', content: bytes },
      { name: proofFile, content: await tokenFor(grant, proofAudience({ claim, run: result.run, bytes })) },
    ];
    await upload({ ...grant, name: job.artifact, bytes: zipArchive(archive) });
    backend.completeJob(jobId, 'success');
  }
  return () => backend.completeRun(run.id, 'success');
}

/** A token as the official client asks for it, without its log. */
async function tokenFor({ idTokenRequestUrl, idTokenRequestToken }: JobGrant, audience: string): Promise<string> {
  const headers = { authorization: `Bearer ${idTokenRequestToken}` };
  const response = await fetch(`${idTokenRequestUrl}&audience=${encodeURIComponent(audience)}`, { headers });
  // The local GitHub's own answer.
  const { value } = (await response.json()) as { readonly value: string };
  return value;
}

/** An upload as the official client makes it, without its log. */
async function upload(options: {
  readonly resultsUrl: string;
  readonly runtimeToken: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}): Promise<void> {
  const { resultsUrl, runtimeToken, name, bytes } = options;
  // The second part of a JSON web token holds its claims; the scope of this one names run and job.
  const claims = Buffer.from(runtimeToken.split('.')[1] ?? '', 'base64url').toString('utf8');
  const [, workflowRunBackendId, workflowJobRunBackendId] = /Actions\.Results:([^:"]+):([^ "]+)/.exec(claims) ?? [];
  const ids = { workflowRunBackendId, workflowJobRunBackendId, name };
  const call = async (method: string, body: object): Promise<unknown> => {
    const url = new URL(`twirp/github.actions.results.api.v1.ArtifactService/${method}`, resultsUrl);
    const headers = { authorization: `Bearer ${runtimeToken}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...ids, ...body }) });
    if (!response.ok) throw new Error(`expected ${method} to be answered, found ${await response.text()}`);
    return await response.json();
  };
  // The local GitHub's own answer.
  const { signed_upload_url: place } = (await call('CreateArtifact', { version: 4 })) as {
    readonly signed_upload_url: string;
  };
  await fetch(place, { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body: new Uint8Array(bytes) });
  await call('FinalizeArtifact', { size: String(bytes.length) });
}
