import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleAction, type RunnerWorld, startWorld } from '../runner/world.ts';

const workflow = `
on:
  workflow_dispatch:
    inputs: { do: {}, other: {} }
permissions: { actions: write, contents: read, id-token: write }
jobs:
  a:
    runs-on: ubuntu-latest
    outputs: { text: "\${{ steps.t.outputs.text }}" }
    steps:
      - uses: ada/echo@v1
        with: { do: upload, name: first, text: one }
      - id: again
        if: inputs.do == 'twice'
        continue-on-error: true
        uses: ada/echo@v1
        with: { do: upload, name: first, text: two }
      - if: inputs.do == 'twice'
        run: test \${{ steps.again.outcome }} = failure
      - if: inputs.do == 'replace'
        uses: ada/echo@v1
        with: { do: delete, name: first }
      - if: inputs.do == 'replace'
        uses: ada/echo@v1
        with: { do: upload, name: first, text: two }
      - if: inputs.do == 'replace'
        id: t
        uses: ada/echo@v1
        with: { do: download, name: first }
      - if: inputs.do == 'replace'
        run: test \${{ steps.t.outputs.text }} = two
      - if: inputs.do == 'other'
        id: o
        uses: ada/echo@v1
        with: { do: download, name: first, run-id: "\${{ inputs.other }}" }
      - if: inputs.do == 'other'
        run: test \${{ steps.o.outputs.text }} = one
      - if: inputs.do == 'rerun' && github.run_attempt == 1
        run: exit 1
      - id: list
        if: inputs.do == 'rerun'
        uses: ada/echo@v1
        with: { do: list }
      - if: inputs.do == 'rerun'
        run: test "\${{ steps.list.outputs.names }}" = "first first"
      - if: inputs.do == 'cache'
        run: test -z "$ACTIONS_RUNTIME_TOKEN"
      - if: inputs.do == 'cache'
        id: c
        uses: ada/echo@v1
        with: { do: cache }
      - if: inputs.do == 'cache'
        run: echo 'CACHE \${{ steps.c.outputs.text }}'
`;

let action: Awaited<ReturnType<typeof bundleAction>>;
let world: RunnerWorld;
const where = { owner: 'ada', repo: 'model' };
beforeAll(async () => {
  action = await bundleAction();
  world = await startWorld(workflow, { actions: { 'ada/echo': action.folder } });
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await action[Symbol.asyncDispose]();
});

describe('an artifact', () => {
  it('has a name that is taken until it is deleted', async () => {
    const twice = await world.run({ do: 'twice' });
    const replaced = await world.run({ do: 'replace' });

    expect(twice.conclusion, twice.log('a')).toBe('success');
    expect(twice.log('a')).toContain('an artifact with this name already exists on the workflow run');
    expect(replaced.conclusion, replaced.log('a')).toBe('success');
  });

  it('of another run is found over REST with the job’s token', async () => {
    const earlier = await world.run();
    const report = await world.run({ do: 'other', other: String(earlier.run.id) });

    expect(report.conclusion, report.log('a')).toBe('success');
  });

  it('may have the same name in a later attempt', async () => {
    const first = await world.run({ do: 'rerun' });
    await world.octokit.actions.reRunWorkflow({ ...where, run_id: first.run.id });
    await world.runner.idle();
    const report = world.report(first.run);

    expect(first.conclusion).toBe('failure');
    expect(report.conclusion, report.log('a')).toBe('success');
  });

  it('is listed, downloaded, and deleted over REST', async () => {
    const { run } = await world.run();
    const list = async (name?: string) =>
      (
        await world.octokit.actions.listWorkflowRunArtifacts({
          ...where,
          run_id: run.id,
          ...(name === undefined ? {} : { name }),
        })
      ).data;
    const [artifact] = (await list('first')).artifacts;
    const artifact_id = artifact?.id ?? 0;
    const zip = await world.octokit.actions.downloadArtifact({ ...where, artifact_id, archive_format: 'zip' });
    const { url } = await world.octokit.request('GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/zip', {
      ...where,
      artifact_id,
    });

    expect(artifact).toMatchObject({ name: 'first', expired: false, workflow_run: { id: run.id } });
    expect(artifact?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((zip.data as ArrayBuffer).byteLength).toBe(artifact?.size_in_bytes);
    expect((await list('second')).total_count).toBe(0);
    // The redirect leads to a signed address that works without a token, in ranges too, and not without its signature.
    const part = await fetch(url, { headers: { range: 'bytes=0-3' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 0-3/${artifact?.size_in_bytes}`]);
    expect(Buffer.from(await part.arrayBuffer()).toString('latin1')).toBe('PK\x03\x04');
    expect((await fetch(url.replace(/sig=[^&]*/, 'sig=x'))).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'changed' })).status).toBe(403);
    await world.octokit.actions.deleteArtifact({ ...where, artifact_id });
    expect((await list()).total_count).toBe(0);
  });

  it('has a service of its own; that of caches is refused by name', async () => {
    const report = await world.run({ do: 'cache' });

    expect(report.conclusion).toBe('success');
    expect(report.log('a')).toMatch(/^CACHE 501 .*the local GitHub has no \S+CacheService\/CreateCacheEntry/m);
  });

  it('is out of reach without a job’s own token', async () => {
    const { run } = await world.run();
    const service = `${world.github.url}/twirp/github.actions.results.api.v1.ArtifactService/ListArtifacts`;
    const body = JSON.stringify({ workflowRunBackendId: run.attempts[0]?.backendId });
    const anonymous = await fetch(service, { method: 'POST', body });
    const ended = await fetch(service, { method: 'POST', body, headers: { authorization: 'Bearer x.y.z' } });

    expect([anonymous.status, ended.status]).toEqual([401, 401]);
  });
});
