import { checkRunEventShape, suiteEventShape } from '../shape/check.ts';
import type { App, CheckRun, CheckSuite, Repository, World } from '../state.ts';
import type { By } from './push.ts';
import { covers } from './roles.ts';

/** The suite of one App on one commit, made when there is none. */
export function suiteFor(
  world: World,
  repository: Repository,
  options: { readonly app: App; readonly sha: string; readonly branch?: string; readonly before?: string },
): CheckSuite {
  for (const suite of repository.checkSuites.values()) {
    if (suite.app === options.app && suite.headSha === options.sha) {
      return suite;
    }
  }
  const now = world.clock();
  const suite: CheckSuite = {
    id: world.newId(),
    repository,
    app: options.app,
    headSha: options.sha,
    headBranch: options.branch ?? branchAt(repository, options.sha),
    before: options.before ?? null,
    createdAt: now,
    updatedAt: now,
  };
  repository.checkSuites.set(suite.id, suite);
  return suite;
}

/** GitHub opens a suite for each App that may write checks, on each pushed commit. */
export async function requestSuites(
  world: World,
  repository: Repository,
  options: { readonly branch: string; readonly before: string; readonly after: string; readonly by: By },
): Promise<void> {
  const head = await repository.git.commit(options.after);
  if (head === null) {
    return;
  }
  for (const installation of world.installations.values()) {
    const { app } = installation;
    if (app.permissions['checks'] !== 'write' || !covers(installation, repository)) {
      continue;
    }
    const suite = suiteFor(world, repository, {
      app,
      sha: options.after,
      branch: options.branch,
      before: options.before,
    });
    world.sendWebhook({
      event: 'check_suite',
      action: 'requested',
      repository,
      sender: options.by.account,
      cause: 'github',
      onlyApp: app,
      payload: { check_suite: suiteEventShape(world, suite, head) },
    });
  }
}

/** Tells everybody what became of a check run; re-requests and buttons reach only the App that made it. */
export function sendCheckRun(
  world: World,
  run: CheckRun,
  options: {
    readonly action: 'created' | 'completed' | 'rerequested' | 'requested_action';
    readonly by: By;
    readonly identifier?: string;
  },
): void {
  run.suite.updatedAt = world.clock();
  const own = options.action === 'rerequested' || options.action === 'requested_action';
  world.sendWebhook({
    event: 'check_run',
    action: options.action,
    repository: run.suite.repository,
    sender: options.by.account,
    cause: options.by.cause,
    payload: {
      check_run: checkRunEventShape(world, run),
      ...(options.identifier === undefined ? {} : { requested_action: { identifier: options.identifier } }),
    },
    ...(own ? { onlyApp: run.suite.app } : {}),
  });
}

/** The person pressed “Re-run all checks” of one App. */
export async function rerequestSuite(world: World, suite: CheckSuite, by: By): Promise<void> {
  const head = await suite.repository.git.commit(suite.headSha);
  if (head === null) {
    return;
  }
  world.sendWebhook({
    event: 'check_suite',
    action: 'rerequested',
    repository: suite.repository,
    sender: by.account,
    cause: by.cause,
    onlyApp: suite.app,
    payload: { check_suite: suiteEventShape(world, suite, head) },
  });
}

/** Known from the pull requests: nobody asks git for a branch that a check does not need. */
function branchAt(repository: Repository, sha: string): string | null {
  for (const issue of repository.issues.values()) {
    if (issue.pull?.head.sha === sha && issue.pull.head.repository === repository) {
      return issue.pull.head.ref;
    }
  }
  return null;
}
