import { basename } from 'node:path';
import type { Repository, World } from '../state.ts';
import type { Artifact, RepositoryActions, Workflow, WorkflowJob, WorkflowRun } from './run-state.ts';
import { parseTriggers, type Triggers } from './triggers.ts';

/** The Actions state of all repositories of one world. */
export interface ActionsState {
  readonly world: World;
  of(repository: Repository): RepositoryActions;
  findRun(id: number): WorkflowRun | null;
  findJob(id: number): WorkflowJob | null;
  findArtifact(id: number): Artifact | null;
}

/** A workflow file as it stands at one commit. */
export interface WorkflowFile {
  readonly path: string;
  readonly text: string;
  readonly triggers: Triggers;
}

const folder = '.github/workflows';

/** No runs yet. */
export function createActionsState(world: World): ActionsState {
  const repositories = new Map<number, RepositoryActions>();
  const all = () => [...repositories.values()];
  return {
    world,
    of: (repository) => {
      const known = repositories.get(repository.id) ?? {
        workflows: new Map(),
        runs: new Map(),
        artifacts: new Map(),
        variables: new Map(),
        secrets: new Map(),
      };
      repositories.set(repository.id, known);
      return known;
    },
    findRun: (id) => first(all().map((actions) => actions.runs.get(id))),
    findJob: (id) =>
      first(
        all()
          .flatMap((actions) => [...actions.runs.values()])
          .flatMap((run) => run.attempts)
          .flatMap((attempt) => attempt.jobs)
          .filter((job) => job.id === id),
      ),
    findArtifact: (id) => first(all().map((actions) => actions.artifacts.get(id))),
  };
}

/** Brings the list of workflows up to the default branch and returns it, oldest first. */
export async function syncWorkflows(state: ActionsState, repository: Repository): Promise<readonly Workflow[]> {
  const { workflows } = state.of(repository);
  const files = await readWorkflowFiles(repository, `refs/heads/${repository.defaultBranch}`);
  for (const file of files) {
    ensureWorkflow(state, repository, file);
  }
  for (const workflow of workflows.values()) {
    const present = files.some((file) => file.path === workflow.path);
    if (!present) {
      workflow.state = 'deleted';
    } else if (workflow.state === 'deleted') {
      workflow.state = 'active';
    }
  }
  return [...workflows.values()];
}

/** The workflow of this file, registered when it is new. */
export function ensureWorkflow(state: ActionsState, repository: Repository, file: WorkflowFile): Workflow {
  const { workflows } = state.of(repository);
  const name = file.triggers.name ?? file.path;
  const known = workflows.get(file.path);
  if (known !== undefined) {
    known.name = name;
    return known;
  }
  const now = state.world.clock();
  const workflow: Workflow = {
    id: state.world.newId(),
    path: file.path,
    name,
    state: 'active',
    createdAt: now,
    updatedAt: now,
    lastNumber: 0,
  };
  workflows.set(file.path, workflow);
  return workflow;
}

/** A workflow by id, or by the name of its file. */
export async function findWorkflow(state: ActionsState, repository: Repository, key: string): Promise<Workflow | null> {
  const workflows = await syncWorkflows(state, repository);
  return (
    workflows.find((workflow) => String(workflow.id) === key || workflow.path === key) ??
    workflows.find((workflow) => basename(workflow.path) === key) ??
    null
  );
}

/** All workflow files of a commit. */
export async function readWorkflowFiles(repository: Repository, revision: string): Promise<readonly WorkflowFile[]> {
  const found = await repository.git.inspect(`${revision}:${folder}`);
  const tree = found === null ? null : await repository.git.tree(found.sha);
  const names = (tree?.entries ?? []).map((entry) => entry.name).filter((name) => /\.ya?ml$/.test(name));
  const files = await Promise.all(names.map((name) => readWorkflowFile(repository, revision, `${folder}/${name}`)));
  return files.filter((file) => file !== null);
}

/** One workflow file of a commit, or null. */
export async function readWorkflowFile(
  repository: Repository,
  revision: string,
  path: string,
): Promise<WorkflowFile | null> {
  const object = await repository.git.read(`${revision}:${path}`);
  if (object === null || object.type !== 'blob') {
    return null;
  }
  const text = object.content.toString('utf8');
  return { path, text, triggers: parseTriggers(text) };
}

function first<T>(candidates: readonly (T | undefined)[]): T | null {
  return candidates.find((candidate) => candidate !== undefined) ?? null;
}
