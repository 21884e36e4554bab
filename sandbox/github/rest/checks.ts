import { rerequestSuite, sendCheckRun, suiteFor } from '../domain/checks.ts';
import { findCommit } from '../domain/revision.ts';
import { isSha } from '../git/git-object.ts';
import { notFound, Refusal } from '../refusal.ts';
import { type Answer, appOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { checkRunShape, runsOf, suiteShape } from '../shape/check.ts';
import { repositoryUrl } from '../shape/repository.ts';
import type { App, CheckRun, CheckSuite, JsonObject } from '../state.ts';
import { applyCheckBody } from './check-body.ts';

const runs = '/repos/{owner}/{repo}/check-runs' as const;
const run = `${runs}/{check_run_id}` as const;
const suite = '/repos/{owner}/{repo}/check-suites/{check_suite_id}' as const;

export const checkRoutes: readonly Route[] = [
  repositoryRoute(`POST ${runs}`, { permissions: 'checks:write', handle: createRun }),
  repositoryRoute(`GET ${run}`, { permissions: 'checks:read', handle: getRun }),
  repositoryRoute(`PATCH ${run}`, { permissions: 'checks:write', handle: updateRun }),
  repositoryRoute(`GET ${run}/annotations`, { permissions: 'checks:read', handle: listAnnotations }),
  repositoryRoute(`POST ${run}/rerequest`, { permissions: 'checks:write', handle: rerequestRun }),
  repositoryRoute('POST /repos/{owner}/{repo}/check-suites', { permissions: 'checks:write', handle: createSuite }),
  repositoryRoute(`GET ${suite}`, { permissions: 'checks:read', handle: getSuite }),
  repositoryRoute(`GET ${suite}/check-runs`, { permissions: 'checks:read', handle: listRunsOfSuite }),
  repositoryRoute(`POST ${suite}/rerequest`, { permissions: 'checks:write', handle: rerequestWhole }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
    permissions: 'checks:read',
    handle: listRunsOfRef,
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}/check-suites', {
    permissions: 'checks:read',
    handle: listSuitesOfRef,
  }),
];

const maxRunsOfName = 1000;

async function createRun(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const name = textOf(body, 'name');
  const sha = textOf(body, 'head_sha');
  const commit = isSha(sha) ? await repository.git.commit(sha) : null;
  if (commit === null) {
    throw new Refusal(422, `No commit found for SHA: ${sha}`);
  }
  const owner = suiteFor(world, repository, { app: requiredApp(call), sha });
  if (runsOf(owner).filter((other) => other.name === name).length >= maxRunsOfName) {
    throw new Refusal(422, `A check suite holds at most ${maxRunsOfName} check runs of one name.`);
  }
  const created: CheckRun = {
    id: world.newId(),
    suite: owner,
    name,
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: world.clock(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  };
  applyCheckBody(call, created);
  repository.checkRuns.set(created.id, created);
  const by = byOf(call);
  sendCheckRun(world, created, { action: 'created', by });
  if (created.status === 'completed') {
    sendCheckRun(world, created, { action: 'completed', by });
  }
  return { status: 201, json: checkRunShape(world, created) };
}

function updateRun(call: RepositoryCall): Answer {
  const found = runOf(call);
  if (found.suite.app !== requiredApp(call)) {
    throw new Refusal(
      403,
      'Invalid app_id `' +
        requiredApp(call).id +
        '` - check run can only be modified by the GitHub App that created it.',
    );
  }
  const wasCompleted = found.status === 'completed';
  applyCheckBody(call, found);
  if (found.status === 'completed' && !wasCompleted) {
    sendCheckRun(call.world, found, { action: 'completed', by: byOf(call) });
  }
  return { status: 200, json: checkRunShape(call.world, found) };
}

function getRun(call: RepositoryCall): Answer {
  return { status: 200, json: checkRunShape(call.world, runOf(call)) };
}

function listAnnotations(call: RepositoryCall): Answer {
  const found = runOf(call);
  const { items, headers } = page(call, found.annotations);
  const blob = `${repositoryUrl(call.world, call.repository)}/git/blobs/${found.suite.headSha}`;
  return { status: 200, json: items.map((item) => ({ ...item, blob_href: blob })), headers };
}

function rerequestRun(call: RepositoryCall): Answer {
  const found = runOf(call);
  if (found.status !== 'completed') {
    throw new Refusal(422, 'This check run is not rerequestable');
  }
  sendCheckRun(call.world, found, { action: 'rerequested', by: byOf(call) });
  return { status: 201, json: {} };
}

async function createSuite(call: RepositoryCall): Promise<Answer> {
  const sha = textOf(call.body, 'head_sha');
  const before = call.repository.checkSuites.size;
  if (!isSha(sha) || (await call.repository.git.commit(sha)) === null) {
    throw new Refusal(422, `No commit found for SHA: ${sha}`);
  }
  const found = suiteFor(call.world, call.repository, { app: requiredApp(call), sha });
  return { status: call.repository.checkSuites.size > before ? 201 : 200, json: await shapeOf(call, found) };
}

async function getSuite(call: RepositoryCall): Promise<Answer> {
  return { status: 200, json: await shapeOf(call, suiteOf(call)) };
}

async function rerequestWhole(call: RepositoryCall): Promise<Answer> {
  await rerequestSuite(call.world, suiteOf(call), byOf(call));
  return { status: 201, json: {} };
}

function listRunsOfSuite(call: RepositoryCall): Answer {
  return listRuns(call, runsOf(suiteOf(call)));
}

async function listRunsOfRef(call: RepositoryCall): Promise<Answer> {
  const sha = await shaOfRef(call);
  return listRuns(
    call,
    [...call.repository.checkRuns.values()].filter((found) => found.suite.headSha === sha),
  );
}

async function listSuitesOfRef(call: RepositoryCall): Promise<Answer> {
  const sha = await shaOfRef(call);
  const app = call.query.get('app_id');
  const found = [...call.repository.checkSuites.values()].filter(
    (other) => other.headSha === sha && (app === null || other.app.id === Number(app)),
  );
  const { items, headers } = page(call, found);
  const check_suites = await Promise.all(items.map((item) => shapeOf(call, item)));
  return { status: 200, json: { total_count: found.length, check_suites }, headers };
}

/** `filter=latest` (the default) keeps the newest run of each App and name. */
function listRuns(call: RepositoryCall, all: readonly CheckRun[]): Answer {
  const { query } = call;
  const found = all.filter(
    (item) =>
      (!query.has('check_name') || item.name === query.get('check_name')) &&
      (!query.has('status') || item.status === query.get('status')) &&
      (!query.has('app_id') || item.suite.app.id === Number(query.get('app_id'))),
  );
  const newest = new Map(found.map((item) => [`${item.suite.app.id} ${item.name}`, item]));
  const kept = query.get('filter') === 'all' ? found : [...newest.values()];
  const { items, headers } = page(call, [...kept].reverse());
  const check_runs = items.map((item) => checkRunShape(call.world, item));
  return { status: 200, json: { total_count: kept.length, check_runs }, headers };
}

async function shaOfRef(call: RepositoryCall): Promise<string> {
  const name = call.params['ref'] ?? '';
  const commit = await findCommit(call.repository.git, name);
  if (commit === null) {
    throw new Refusal(422, `No commit found for SHA: ${name}`);
  }
  return commit.sha;
}

async function shapeOf(call: RepositoryCall, of: CheckSuite): Promise<JsonObject> {
  const head = await call.repository.git.commit(of.headSha);
  if (head === null) {
    throw notFound();
  }
  return suiteShape(call.world, of, head);
}

function runOf(call: RepositoryCall): CheckRun {
  const found = call.repository.checkRuns.get(Number(call.params['check_run_id']));
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

function suiteOf(call: RepositoryCall): CheckSuite {
  const found = call.repository.checkSuites.get(Number(call.params['check_suite_id']));
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

/** Only Apps (and jobs) write checks. */
function requiredApp(call: RepositoryCall): App {
  const app = appOf(call);
  if (app === null) {
    throw new Refusal(403, 'You must authenticate via a GitHub App.');
  }
  return app;
}
