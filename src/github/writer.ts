import type { AppIdentity } from '../observe.ts';
import type { GithubWriter } from '../ports.ts';
import { openPullRequest } from './branch-pull-request.ts';
import { createCheck, findCheck, updateCheck } from './checks.ts';
import { createComment, findComment, react, updateComment } from './comments.ts';
import type { Connect } from './connection.ts';
import { cancelRun, dispatchWorkflow, findRun, forceCancelRun, readRun, rerunFailedJobs } from './runs.ts';

/** Writes to GitHub as this App, over the Octokit of the installation that each repository belongs to. */
export function githubWriter(connect: Connect, app: () => Promise<AppIdentity>): GithubWriter {
  return {
    findCheck: async (repository, head, name) =>
      findCheck(await connect(repository.installation), repository, { app: await app(), head, name }),
    findComment: async (repository, number, marker) =>
      findComment(await connect(repository.installation), repository, { app: await app(), number, marker }),
    findRun: async (repository, workflow, name) =>
      findRun(await connect(repository.installation), repository, { workflow, name }),
    dispatchWorkflow: async (repository, workflow, ref, inputs) =>
      dispatchWorkflow(await connect(repository.installation), repository, { workflow, ref, inputs }),
    readRun: async (repository, runId) => readRun(await connect(repository.installation), repository, runId),
    cancelRun: async (repository, runId) => cancelRun(await connect(repository.installation), repository, runId),
    forceCancelRun: async (repository, runId) =>
      forceCancelRun(await connect(repository.installation), repository, runId),
    rerunFailedJobs: async (repository, runId) =>
      rerunFailedJobs(await connect(repository.installation), repository, runId),
    createCheck: async (repository, head, check) =>
      createCheck(await connect(repository.installation), repository, { head, check }),
    updateCheck: async (repository, checkId, check) =>
      updateCheck(await connect(repository.installation), repository, { checkId, check }),
    createComment: async (repository, number, body) =>
      createComment(await connect(repository.installation), repository, { number, body }),
    updateComment: async (repository, commentId, body) =>
      updateComment(await connect(repository.installation), repository, { commentId, body }),
    react: async (repository, commentId, content) =>
      react(await connect(repository.installation), repository, { commentId, content }),
    openPullRequest: async (repository, proposal) =>
      openPullRequest(await connect(repository.installation), repository, { app: await app(), proposal }),
  };
}
