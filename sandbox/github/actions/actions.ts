import type { ActionsBackend } from '../actions-backend.ts';
import type { Tokens } from '../identity.ts';
import type { Mount, Route } from '../routes.ts';
import type { Repository, World } from '../state.ts';
import { type ActionsState, createActionsState } from './actions-state.ts';
import { createAnnouncer } from './announce.ts';
import { artifactRoutes } from './artifact-routes.ts';
import { artifactServiceMount } from './artifact-service.ts';
import { createBackend } from './backend.ts';
import { blobMount } from './blob-store.ts';
import { createJobGrants } from './job-grants.ts';
import { createTokenSigner } from './json-web-token.ts';
import { logMount } from './log-download.ts';
import { oidcMount } from './oidc.ts';
import type { RunDesk } from './request-run.ts';
import { runRoutes } from './run-routes.ts';
import type { WorkflowJob, WorkflowRun } from './run-state.ts';
import { createUrlSigner } from './signed-url.ts';
import { workflowRoutes } from './workflow-routes.ts';
import { startWorkflows } from './workflow-triggers.ts';

/** The Actions side of the local GitHub: its REST routes, its services for jobs, and the backend for runners. */
export interface Actions {
  readonly backend: ActionsBackend;
  readonly routes: readonly Route[];
  readonly mounts: readonly Mount[];
  readonly state: ActionsState;
  setSecret(repository: Repository, name: string, value: string): void;
  setVariable(repository: Repository, name: string, value: string): void;
  /** From now on a dispatch answers 204 even when it is asked for the run, as older servers do. */
  ignoreRunDetails(): void;
  /** Runs of a repository, oldest first. */
  runsOf(repository: Repository): readonly WorkflowRun[];
  findJob(id: number): WorkflowJob | null;
  /** Resolves when events so far have started their workflows and all webhooks about runs are on their way. */
  settled(): Promise<void>;
}

/** Joins Actions to a world: from now on pushes and pull requests there start workflows. */
export function createActions(options: { readonly world: World; readonly tokens: Tokens }): Actions {
  const { world, tokens } = options;
  const state = createActionsState(world);
  const announcer = createAnnouncer(world);
  const tokenSigner = createTokenSigner();
  const urlSigner = createUrlSigner(world.clock);
  const grants = createJobGrants({ world, tokens, signer: tokenSigner });
  const backend = createBackend({ state, announcer, grants });
  const desk: RunDesk = { state, announcer, onAttempt: backend.offer, nameOf: backend.nameOf, runDetails: 'answered' };
  let starting: Promise<void> = Promise.resolve();
  world.listeners.add((event) => {
    // One after the other, so that runs are numbered in the order of the events.
    starting = starting.then(() => startWorkflows(desk, event));
    // A failure here is a bug of the sandbox; whoever waits for `settled` hears of it.
    starting.catch(() => {});
  });
  return {
    backend,
    routes: [
      ...workflowRoutes(desk),
      ...runRoutes({ desk, backend, signer: urlSigner }),
      ...artifactRoutes(state, urlSigner),
    ],
    mounts: [
      artifactServiceMount({ state, grants, signer: urlSigner }),
      blobMount(state, urlSigner),
      logMount(state, urlSigner),
      oidcMount({ world, grants, signer: tokenSigner }),
    ],
    state,
    setSecret: (repository, name, value) => {
      state.of(repository).secrets.set(name, value);
    },
    setVariable: (repository, name, value) => {
      state.of(repository).variables.set(name, value);
    },
    ignoreRunDetails: () => {
      desk.runDetails = 'ignored';
    },
    runsOf: (repository) => [...state.of(repository).runs.values()],
    findJob: (id) => state.findJob(id),
    settled: async () => {
      await starting;
      await announcer.settled();
    },
  };
}
