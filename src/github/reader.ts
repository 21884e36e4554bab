import type { AppIdentity } from '../observe.ts';
import type { GithubReader } from '../ports.ts';
import { downloadArtifact, listArtifacts } from './artifacts.ts';
import type { Connect, Github } from './connection.ts';
import { compare, readBlob, readDefaultBranch, readFile, readTree, readTreeId } from './contents.ts';
import { isGuarded, readGateRun } from './gate.ts';
import { isOutsideCollaborator, isTeamMember, ownsAccount, readRole } from './people.ts';
import { listOpenPullRequests, readPullRequest } from './pulls.ts';
import { findRun, listJobs, readLogTail, readRun } from './runs.ts';
import { listDeliveries, listRequiredChecks, readInstallation, readWorkflowState } from './setup.ts';

/**
 * Reads GitHub over a connection to the one repository that is meant; what only the App itself may read,
 * over that of the App.
 */
export function githubReader({
  connect,
  connectAsApp,
  app,
}: {
  readonly connect: Connect;
  readonly connectAsApp: () => Promise<Github>;
  readonly app: () => Promise<AppIdentity>;
}): GithubReader {
  return {
    readInstallation: async (repository) => readInstallation(await connectAsApp(), repository),
    listDeliveries: async (repository) => listDeliveries(await connectAsApp(), repository),
    readWorkflowState: async (repository, workflow) =>
      readWorkflowState(await connect(repository), repository, workflow),
    listRequiredChecks: async (repository, branch) => listRequiredChecks(await connect(repository), repository, branch),
    readFile: async (repository, path, ref) => readFile(await connect(repository), repository, { path, ref }),
    readTree: async (repository, commit) => readTree(await connect(repository), repository, commit),
    readTreeId: async (repository, commit) => readTreeId(await connect(repository), repository, commit),
    readBlob: async (repository, sha) => readBlob(await connect(repository), repository, sha),
    compare: async (repository, base, head) => compare(await connect(repository), repository, { base, head }),
    readDefaultBranch: async (repository) => readDefaultBranch(await connect(repository), repository),
    readPullRequest: async (repository, number) => readPullRequest(await connect(repository), repository, number),
    listOpenPullRequests: async (repository) => listOpenPullRequests(await connect(repository), repository),
    readRun: async (repository, runId) => readRun(await connect(repository), repository, runId),
    findRun: async (repository, run) => findRun(await connect(repository), repository, { app: await app(), ...run }),
    listJobs: async (repository, runId) =>
      listJobs(await connect(repository), repository, { runId, attempts: 'latest' }),
    listAllJobs: async (repository, runId) =>
      listJobs(await connect(repository), repository, { runId, attempts: 'all' }),
    readLogTail: async (repository, jobId, lines) =>
      readLogTail(await connect(repository), repository, { jobId, lines }),
    listArtifacts: async (repository, runId) => listArtifacts(await connect(repository), repository, runId),
    downloadArtifact: async (repository, artifactId, limitBytes) =>
      downloadArtifact(await connect(repository), repository, { artifactId, limitBytes }),
    readRole: async (repository, login) => readRole(await connect(repository), repository, login),
    isTeamMember: async (repository, slug, login) =>
      isTeamMember(await connect(repository), repository, { slug, login }),
    ownsAccount: async (repository, login) => ownsAccount(await connect(repository), repository, login),
    isGuarded: async (repository, environment) => isGuarded(await connect(repository), repository, environment),
    readGateRun: async (repository, runId) => readGateRun(await connect(repository), repository, runId),
    readOwnLogin: async () => `${(await app()).slug}[bot]`,
    isOutsideCollaborator: async (repository, login) =>
      isOutsideCollaborator(await connect(repository), repository, login),
  };
}
