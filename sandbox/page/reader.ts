import { Octokit } from '@octokit/rest';
import { readZip } from '../../src/zip.ts';

/** Reads a GitHub over REST as one person, asking anew only for what has changed. */
export interface Reader {
  readonly octokit: Octokit;
  readonly localOrigin: string;
}

export interface Place {
  readonly owner: string;
  readonly repo: string;
}

type Answer<Method extends (...args: never[]) => Promise<{ readonly data: unknown }>> = Awaited<
  ReturnType<Method>
>['data'];

export type Pull = Answer<Octokit['rest']['pulls']['get']>;
export type CheckRun = Answer<Octokit['rest']['checks']['listForRef']>['check_runs'][number];
export type Job = Answer<Octokit['rest']['actions']['listJobsForWorkflowRun']>['jobs'][number];
export type Artifact = Answer<Octokit['rest']['actions']['listWorkflowRunArtifacts']>['artifacts'][number];

/** A reader for the API at `apiUrl`, e.g. `http://127.0.0.1:4000/api/v3`. */
export function createReader({ apiUrl, token }: { readonly apiUrl: string; readonly token: string }): Reader {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = new Octokit({ baseUrl: apiUrl, auth: token, log: silent });
  askOnlyForWhatChanged(octokit);
  return { octokit, localOrigin: new URL(apiUrl).origin };
}

/** An answer with an ETag is kept; GitHub counts a request that is answered 304 as none. */
function askOnlyForWhatChanged(octokit: Octokit): void {
  const known = new Map<string, { readonly etag: string; readonly response: unknown }>();
  octokit.hook.wrap('request', async (request, options) => {
    const { method, url } = octokit.request.endpoint(options);
    const before = method === 'GET' ? known.get(url) : undefined;
    try {
      const response = await request(
        before === undefined ? options : { ...options, headers: { ...options.headers, 'if-none-match': before.etag } },
      );
      const etag = response.headers.etag;
      if (method === 'GET' && etag !== undefined) known.set(url, { etag, response });
      return response;
    } catch (error) {
      if (before !== undefined && (error as { readonly status?: number }).status === 304)
        return before.response as never;
      throw error;
    }
  });
}

/** Every repository that the person sees, with its pull requests, newest first. */
export async function readRepositories({ octokit }: Reader) {
  const { data: repositories } = await octokit.rest.repos.listForAuthenticatedUser({ per_page: 100 });
  return await Promise.all(
    repositories.map(async (repository) => {
      const place = { owner: repository.owner.login, repo: repository.name };
      const { data: pulls } = await octokit.rest.pulls.list({ ...place, state: 'all', per_page: 100 });
      return { place, description: repository.description, pulls };
    }),
  );
}

/** All that the page of a pull request shows. */
export async function readPull({ octokit }: Reader, place: Place, number: number) {
  const { data: pull } = await octokit.rest.pulls.get({ ...place, pull_number: number });
  const [comments, commits, files, checks] = await Promise.all([
    octokit.rest.issues.listComments({ ...place, issue_number: number, per_page: 100 }),
    octokit.rest.pulls.listCommits({ ...place, pull_number: number, per_page: 100 }),
    octokit.rest.pulls.listFiles({ ...place, pull_number: number, per_page: 100 }),
    octokit.rest.checks.listForRef({ ...place, ref: pull.head.sha, per_page: 100 }),
  ]);
  const runs = await readReports({ octokit }, place, checks.data.check_runs);
  return {
    place,
    pull,
    comments: comments.data,
    commits: commits.data,
    files: files.data,
    checks: checks.data.check_runs,
    reports: runs,
  };
}

export type PullContent = Awaited<ReturnType<typeof readPull>>;

/** The path of the report that belongs to each check, by the check's id. */
async function readReports(
  { octokit }: Pick<Reader, 'octokit'>,
  place: Place,
  checks: readonly CheckRun[],
): Promise<ReadonlyMap<number, string>> {
  const reports = new Map<number, string>();
  for (const check of checks) {
    const runId = Number(/\/actions\/runs\/(\d+)/.exec(check.details_url ?? '')?.[1]);
    const model = /^siskin: (.+)$/.exec(check.name)?.[1];
    if (!Number.isInteger(runId) || model === undefined) continue;
    const { data } = await octokit.rest.actions.listWorkflowRunArtifacts({ ...place, run_id: runId, per_page: 100 });
    const artifact = data.artifacts.find(({ name }) => name === `siskin-result-${model}`);
    if (artifact !== undefined) reports.set(check.id, reportPath(place, artifact.id));
  }
  return reports;
}

/** Where the page shows the report of an artifact. */
export function reportPath({ owner, repo }: Place, artifactId: number): string {
  return `/${owner}/${repo}/artifacts/${artifactId}/report`;
}

/** A workflow run with its jobs and artifacts. */
export async function readRun({ octokit }: Reader, place: Place, runId: number) {
  const [run, jobs, artifacts] = await Promise.all([
    octokit.rest.actions.getWorkflowRun({ ...place, run_id: runId }),
    octokit.rest.actions.listJobsForWorkflowRun({ ...place, run_id: runId, per_page: 100 }),
    octokit.rest.actions.listWorkflowRunArtifacts({ ...place, run_id: runId, per_page: 100 }),
  ]);
  return { place, run: run.data, jobs: jobs.data.jobs, artifacts: artifacts.data.artifacts };
}

export type RunContent = Awaited<ReturnType<typeof readRun>>;

/** The log of a job as far as it has come; empty before it starts. */
export async function readLog({ octokit }: Reader, place: Place, jobId: number): Promise<string> {
  try {
    const { data } = await octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...place, job_id: jobId });
    return typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString('utf8');
  } catch (error) {
    if ((error as { readonly status?: number }).status === 404) return '';
    throw error;
  }
}

/** The report.html of an artifact, or null when it has none. */
export async function readReport({ octokit }: Reader, place: Place, artifactId: number): Promise<string | null> {
  const { data } = await octokit.rest.actions.downloadArtifact({
    ...place,
    artifact_id: artifactId,
    archive_format: 'zip',
  });
  // The endpoint answers with the bytes; its type says nothing of them.
  const bytes = new Uint8Array(data as ArrayBuffer);
  const limits = { entries: 1000, totalBytes: 50_000_000 };
  const files = await readZip(bytes, { names: ['report.html'], limits });
  const report = files.get('report.html');
  return report === undefined ? null : Buffer.from(report).toString('utf8');
}
