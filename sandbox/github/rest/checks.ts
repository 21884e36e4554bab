import { rerequestSuite, sendCheckRun, suiteFor } from '../domain/checks.ts';
import { findCommit } from '../domain/revision.ts';
import { invalid, malformed, notFound, Refusal } from '../refusal.ts';
import { type Answer, appOf, byOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import {
  isObject,
  optionalChoice,
  optionalDate,
  optionalList,
  optionalObject,
  optionalText,
  optionalWhole,
  textOf,
} from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { checkRunShape, runsOf, suiteShape } from '../shape/check.ts';
import { repositoryUrl } from '../shape/repository.ts';
import type { App, CheckAnnotation, CheckRun, CheckSuite, JsonObject } from '../state.ts';

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

const maxAnnotations = 50;
const maxTextCharacters = 65_535;
const maxActions = 3;
const maxRunsOfName = 1000;
const statuses = ['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending'] as const;
const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'success',
  'skipped',
  'stale',
  'timed_out',
] as const;

async function createRun(call: RepositoryCall): Promise<Answer> {
  const { world, repository, body } = call;
  const name = textOf(body, 'name');
  const sha = textOf(body, 'head_sha');
  const commit = /^[0-9a-f]{40}$/.test(sha) ? await repository.git.commit(sha) : null;
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
  applyBody(call, created);
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
  applyBody(call, found);
  if (found.status === 'completed' && !wasCompleted) {
    sendCheckRun(call.world, found, { action: 'completed', by: byOf(call) });
  }
  return { status: 200, json: checkRunShape(call.world, found) };
}

/** Reads and checks everything before it changes anything. A conclusion completes; leaving `completed` drops it. */
function applyBody(call: RepositoryCall, target: CheckRun): void {
  const { body } = call;
  const name = optionalText(body, 'name') ?? target.name;
  const detailsUrl = optionalText(body, 'details_url') ?? target.detailsUrl;
  const externalId = optionalText(body, 'external_id') ?? target.externalId;
  const conclusion = optionalChoice(body, 'conclusion', conclusions);
  const asked = optionalChoice(body, 'status', statuses);
  if (asked === 'completed' && conclusion === null) {
    throw malformed('Missing required key: conclusion.');
  }
  const status = conclusion !== null ? 'completed' : (asked ?? target.status);
  const startedAt = optionalDate(body, 'started_at') ?? target.startedAt;
  const completedAt = optionalDate(body, 'completed_at') ?? target.completedAt;
  const output = optionalObject(body, 'output');
  const annotations = output === null ? [] : readAnnotations(output);
  const actions = readActions(body) ?? target.actions;
  if (output !== null) {
    const summary = bounded(output, 'summary');
    if (summary === null) {
      throw malformed('"summary" wasn\'t supplied.');
    }
    const title = optionalText(output, 'title') ?? target.output.title;
    target.output = { title, summary, text: bounded(output, 'text') ?? target.output.text };
  }
  target.annotations.push(...annotations);
  target.name = name;
  target.detailsUrl = detailsUrl;
  target.externalId = externalId;
  target.status = status;
  target.conclusion = status === 'completed' ? (conclusion ?? target.conclusion) : null;
  target.startedAt = startedAt;
  target.completedAt = status === 'completed' ? (completedAt ?? call.world.clock()) : null;
  target.actions = actions;
}

function bounded(output: JsonObject, field: 'summary' | 'text'): string | null {
  const text = optionalText(output, field);
  if (text !== null && text.length > maxTextCharacters) {
    throw malformed(`Only ${maxTextCharacters} characters are allowed; ${text.length} were supplied for ${field}.`);
  }
  return text;
}

function readActions(body: JsonObject): CheckRun['actions'] | null {
  const list = optionalList(body, 'actions');
  if (list === null) {
    return null;
  }
  if (list.length > maxActions) {
    throw malformed(`No more than ${maxActions} items are allowed; ${list.length} were supplied.`);
  }
  return list.map((entry) => {
    const action = isObject(entry) ? entry : {};
    const read = (field: string, limit: number) => {
      const text = textOf(action, field);
      if (text.length > limit) {
        throw malformed(`Only ${limit} characters are allowed; ${text.length} were supplied for ${field}.`);
      }
      return text;
    };
    return { label: read('label', 20), description: read('description', 40), identifier: read('identifier', 20) };
  });
}

function readAnnotations(output: JsonObject): readonly CheckAnnotation[] {
  const list = optionalList(output, 'annotations') ?? [];
  if (list.length > maxAnnotations) {
    throw malformed(`No more than ${maxAnnotations} items are allowed; ${list.length} were supplied.`);
  }
  return list.map((entry) => {
    const given = isObject(entry) ? entry : {};
    const level = optionalChoice(given, 'annotation_level', ['notice', 'warning', 'failure']);
    const start = optionalWhole(given, 'start_line');
    const end = optionalWhole(given, 'end_line');
    if (level === null || start === null || end === null) {
      throw malformed('Missing required keys "annotation_level", "start_line" or "end_line" of an annotation.');
    }
    const startColumn = optionalWhole(given, 'start_column');
    const endColumn = optionalWhole(given, 'end_column');
    if (start !== end && (startColumn !== null || endColumn !== null)) {
      throw invalid('CheckRun', 'annotations', 'custom', 'Columns need start_line and end_line to be the same.');
    }
    return {
      path: textOf(given, 'path'),
      start_line: start,
      end_line: end,
      start_column: startColumn,
      end_column: endColumn,
      annotation_level: level,
      message: textOf(given, 'message'),
      title: optionalText(given, 'title'),
      raw_details: optionalText(given, 'raw_details'),
    };
  });
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
  if ((await call.repository.git.commit(sha)) === null) {
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
