import { notFound, Refusal } from '../refusal.ts';
import { type Answer, accountOf, type RepositoryCall, type Route, repositoryRoute } from '../routes.ts';
import { flagOf, optionalObject, textOf } from '../server/fields.ts';
import { page } from '../server/paging.ts';
import { accountShape } from '../shape/account.ts';
import { pageUrl, repositoryShape, repositoryUrl } from '../shape/repository.ts';
import type { JsonObject } from '../state.ts';
import { findWorkflow, readWorkflowFile, syncWorkflows, type WorkflowFile } from './actions-state.ts';
import { type RunDesk, requestRun } from './request-run.ts';
import { workflowShape } from './run-shape.ts';
import type { Workflow } from './run-state.ts';
import type { DispatchInput } from './triggers.ts';

const inputsLimit = 25;
const inputCharactersLimit = 65_535;

/** Workflows: list, get, enable, disable and dispatch. */
export function workflowRoutes(desk: RunDesk): readonly Route[] {
  const { state } = desk;
  const { world } = state;
  return [
    repositoryRoute('GET /repos/{owner}/{repo}/actions/workflows', {
      permissions: 'actions:read',
      handle: async (call) => {
        const all = (await syncWorkflows(state, call.repository)).filter((each) => each.state !== 'deleted');
        const { items, headers } = page(call, all);
        const workflows = items.map((each) => workflowShape(world, call.repository, each));
        return { status: 200, json: { total_count: all.length, workflows }, headers };
      },
    }),
    repositoryRoute('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', {
      permissions: 'actions:read',
      handle: async (call) => ({
        status: 200,
        json: workflowShape(world, call.repository, await workflowOf(desk, call)),
      }),
    }),
    ...(['enable', 'disable'] as const).map((verb) =>
      repositoryRoute(`PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/${verb}`, {
        permissions: 'actions:write',
        handle: async (call) => {
          const workflow = await workflowOf(desk, call);
          workflow.state = verb === 'enable' ? 'active' : 'disabled_manually';
          workflow.updatedAt = world.clock();
          return { status: 204 };
        },
      }),
    ),
    repositoryRoute('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      permissions: 'actions:write',
      handle: (call) => dispatch(desk, call),
    }),
  ];
}

/** The workflow that a call names by id or file; 404 when there is none. */
export async function workflowOf(desk: RunDesk, call: RepositoryCall): Promise<Workflow> {
  const workflow = await findWorkflow(desk.state, call.repository, call.params['workflow_id'] ?? '');
  if (workflow === null) {
    throw notFound();
  }
  return workflow;
}

async function dispatch(desk: RunDesk, call: RepositoryCall): Promise<Answer> {
  const { repository } = call;
  const { world } = desk.state;
  const ref = textOf(call.body, 'ref');
  const given = optionalObject(call.body, 'inputs') ?? {};
  const wantsDetails = flagOf(call.body, 'return_run_details');
  const workflow = await workflowOf(desk, call);
  const head = await resolveRef(call, ref);
  const file = await readWorkflowFile(repository, head.sha, workflow.path);
  if (workflow.state !== 'active') {
    throw new Refusal(422, 'Workflow is disabled and cannot be dispatched');
  }
  if (file === null) {
    throw new Refusal(422, `Workflow does not exist or does not have a 'workflow_dispatch' trigger in this tree.`);
  }
  const inputs = checkedInputs(file, given);
  const actor = accountOf(call.identity);
  if (actor === null) {
    throw notFound();
  }
  const payload = { inputs, ref: head.ref, workflow: workflow.path };
  const run = requestRun(desk, {
    repository,
    workflow,
    file,
    event: 'workflow_dispatch',
    eventPayload: {
      ...payload,
      repository: repositoryShape(world, repository),
      sender: accountShape(world, actor),
    },
    ref: head.ref,
    sha: head.sha,
    headSha: head.sha,
    headBranch: head.ref.replace(/^refs\/(heads|tags)\//, ''),
    headRepository: repository,
    pullNumber: null,
    baseRef: null,
    inputs,
    actor,
    title: workflow.name,
  });
  world.sendWebhook({
    event: 'workflow_dispatch',
    action: null,
    repository,
    sender: actor,
    cause: 'github',
    payload,
  });
  return wantsDetails && desk.runDetails === 'answered'
    ? {
        status: 200,
        json: {
          workflow_run_id: run.id,
          run_url: `${repositoryUrl(world, repository)}/actions/runs/${run.id}`,
          html_url: `${pageUrl(world, repository)}/actions/runs/${run.id}`,
        },
      }
    : { status: 204 };
}

async function resolveRef(call: RepositoryCall, ref: string): Promise<{ readonly ref: string; readonly sha: string }> {
  const names = ref.startsWith('refs/') ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  for (const name of names) {
    const found = await call.repository.git.ref(name);
    const commit = found === null ? null : await call.repository.git.commit(found.sha);
    if (commit !== null) {
      return { ref: name, sha: commit.sha };
    }
  }
  throw new Refusal(422, `No ref found for: ${ref}`);
}

function checkedInputs(file: WorkflowFile, given: JsonObject): Readonly<Record<string, string>> {
  const declared = file.triggers.dispatch;
  if (declared === null) {
    throw new Refusal(422, `Workflow does not have 'workflow_dispatch' trigger`);
  }
  const names = Object.keys(given);
  if (names.length > inputsLimit) {
    throw new Refusal(
      422,
      `Invalid request.\n\nNo more than ${inputsLimit} properties are allowed; ${names.length} were supplied.`,
    );
  }
  const unexpected = names.filter((name) => !(name in declared));
  if (unexpected.length > 0) {
    throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  }
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default ?? (input.type === 'boolean' ? 'false' : '');
    if (input.required && (given[name] ?? input.default ?? '') === '') {
      throw new Refusal(422, `Required input '${name}' not provided`);
    }
    inputs[name] = checkedValue(name, input, value);
  }
  if (JSON.stringify(inputs).length > inputCharactersLimit) {
    throw new Refusal(422, `inputs are too large: at most ${inputCharactersLimit} characters are allowed`);
  }
  return inputs;
}

function checkedValue(name: string, input: DispatchInput, value: unknown): string {
  if (!['string', 'boolean', 'number'].includes(typeof value)) {
    throw new Refusal(422, `Invalid value for input '${name}': expected text, a number or a boolean`);
  }
  const text = String(value);
  if (input.type === 'choice' && !input.options.includes(text)) {
    throw new Refusal(422, `Provided value '${text}' for input '${name}' not in the list of allowed values`);
  }
  if (input.type === 'boolean' && !/^(true|false)$/.test(text)) {
    throw new Refusal(422, `Provided value '${text}' for input '${name}' is not a boolean`);
  }
  return text;
}
