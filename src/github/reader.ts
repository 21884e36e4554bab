import type { GithubReader } from '../ports.ts';
import { downloadArtifact, listArtifacts } from './artifacts.ts';
import type { Connect, Github } from './connection.ts';
import { compare, readBlob, readDefaultBranch, readFile, readTree, readTreeId } from './contents.ts';
import { isOutsideCollaborator, isTeamMember, readRole } from './people.ts';
import { listOpenPullRequests, readPullRequest } from './pulls.ts';
import { findRun, listJobs, readLogTail, readRun } from './runs.ts';
import { listDeliveries, listRequiredChecks, readInstallation, readWorkflowState } from './setup.ts';

/**
 * Reads GitHub over the Octokit of the installation that each repository belongs to; what only the App itself may read,
 * over that of the App.
 */
export function githubReader(connect: Connect, connectAsApp: () => Promise<Github>): GithubReader {
  return {
    readInstallation: async (repository) => readInstallation(await connectAsApp(), repository),
    listDeliveries: async (repository) => listDeliveries(await connectAsApp(), repository),
    readWorkflowState: async (repository, workflow) =>
      readWorkflowState(await connect(repository.installation), repository, workflow),
    listRequiredChecks: async (repository, branch) =>
      listRequiredChecks(await connect(repository.installation), repository, branch),
    readFile: async (repository, path, ref) =>
      readFile(await connect(repository.installation), repository, { path, ref }),
    readTree: async (repository, commit) => readTree(await connect(repository.installation), repository, commit),
    readTreeId: async (repository, commit) => readTreeId(await connect(repository.installation), repository, commit),
    readBlob: async (repository, sha) => readBlob(await connect(repository.installation), repository, sha),
    compare: async (repository, base, head) =>
      compare(await connect(repository.installation), repository, { base, head }),
    readDefaultBranch: async (repository) => readDefaultBranch(await connect(repository.installation), repository),
    readPullRequest: async (repository, number) =>
      readPullRequest(await connect(repository.installation), repository, number),
    listOpenPullRequests: async (repository) =>
      listOpenPullRequests(await connect(repository.installation), repository),
    readRun: async (repository, runId) => readRun(await connect(repository.installation), repository, runId),
    findRun: async (repository, workflow, name) =>
      findRun(await connect(repository.installation), repository, { workflow, name }),
    listJobs: async (repository, runId) =>
      listJobs(await connect(repository.installation), repository, { runId, attempts: 'latest' }),
    listAllJobs: async (repository, runId) =>
      listJobs(await connect(repository.installation), repository, { runId, attempts: 'all' }),
    readLogTail: async (repository, jobId, lines) =>
      readLogTail(await connect(repository.installation), repository, { jobId, lines }),
    listArtifacts: async (repository, runId) =>
      listArtifacts(await connect(repository.installation), repository, runId),
    downloadArtifact: async (repository, artifactId, limitBytes) =>
      downloadArtifact(await connect(repository.installation), repository, { artifactId, limitBytes }),
    readRole: async (repository, login) => readRole(await connect(repository.installation), repository, login),
    isTeamMember: async (repository, slug, login) =>
      isTeamMember(await connect(repository.installation), repository, { slug, login }),
    isOutsideCollaborator: async (repository, login) =>
      isOutsideCollaborator(await connect(repository.installation), repository, login),
  };
}
