import type { AppIdentity } from '../observe.ts';
import type { GithubWriter } from '../ports.ts';
import { openPullRequest } from './branch-pull-request.ts';
import { createCheck, findCheck, updateCheck } from './checks.ts';
import { createComment, findComment, react, updateComment } from './comments.ts';
import type { Connect } from './connection.ts';
import { rolloutWriter } from './rollout-writer.ts';
import { cancelRun, dispatchWorkflow, findRun, forceCancelRun, readRun, rerunFailedJobs } from './runs.ts';

/** Writes to GitHub as this App, over a connection to the one repository that is meant. */
export function githubWriter(connect: Connect, app: () => Promise<AppIdentity>): GithubWriter {
  return {
    ...rolloutWriter(connect, app),
    findCheck: async (repository, head, name) =>
      findCheck(await connect(repository), repository, { app: await app(), head, name }),
    findComment: async (repository, number, marker) =>
      findComment(await connect(repository), repository, { app: await app(), number, marker }),
    findRun: async (repository, run) => findRun(await connect(repository), repository, { app: await app(), ...run }),
    dispatchWorkflow: async (repository, workflow, ref, inputs) =>
      dispatchWorkflow(await connect(repository), repository, { workflow, ref, inputs }),
    readRun: async (repository, runId) => readRun(await connect(repository), repository, runId),
    cancelRun: async (repository, runId) => cancelRun(await connect(repository), repository, runId),
    forceCancelRun: async (repository, runId) => forceCancelRun(await connect(repository), repository, runId),
    rerunFailedJobs: async (repository, runId) => rerunFailedJobs(await connect(repository), repository, runId),
    createCheck: async (repository, head, check) => createCheck(await connect(repository), repository, { head, check }),
    updateCheck: async (repository, checkId, check) =>
      updateCheck(await connect(repository), repository, { checkId, check }),
    createComment: async (repository, number, body) =>
      createComment(await connect(repository), repository, { number, body }),
    updateComment: async (repository, commentId, body) =>
      updateComment(await connect(repository), repository, { commentId, body }),
    react: async (repository, commentId, content) =>
      react(await connect(repository), repository, { commentId, content }),
    openPullRequest: async (repository, proposal) =>
      openPullRequest(await connect(repository), repository, { app: await app(), proposal }),
  };
}
