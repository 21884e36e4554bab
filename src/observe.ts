import { z } from 'zod';
import { commandsIn } from './command/parse.ts';
import { AppError } from './error.ts';
import type { Intent } from './intent.ts';
import { fromCheckRun, fromCheckSuite } from './observe/check-events.ts';
import { Account, Association, accountActor, actorOf, Origin, repositoryOf, Sha } from './observe/origin.ts';
import { fromMergeGroup, fromReview } from './observe/release-events.ts';
import { claimOfErrands } from './rollout/errands/errand-plan.ts';
import { rolloutOfGate } from './rollout/rollout-effect.ts';
import { claimOf } from './run-plan.ts';

/** Who we are on GitHub: what tells our own runs, checks and comments from those of others. */
export interface AppIdentity {
  readonly id: number;
  readonly slug: string;
}

/**
 * What a verified webhook delivery asks for. An event or action of no interest is an empty list; a known event without
 * the fields that GitHub documents is an AppError `bad-input`.
 */
export function observe(
  event: { readonly name: string; readonly id: string; readonly payload: unknown },
  app: AppIdentity,
): readonly Intent[] {
  const reader = Object.hasOwn(readers, event.name) ? readers[event.name] : undefined;
  if (reader === undefined) return [];
  const action = Action.safeParse(event.payload);
  if (action.success && !reader.actions.includes(action.data.action ?? '')) return [];
  try {
    return reader.read(event.payload, app, event.id);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const issue = error.issues[0];
    const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
    throw new AppError(
      'bad-input',
      `expected a ${event.name} payload as GitHub documents it, found another in delivery ${event.id}${where}; send it again from the App's settings`,
      { cause: error },
    );
  }
}

interface Reader {
  readonly actions: readonly string[];
  readonly read: (payload: unknown, app: AppIdentity, delivery: string) => readonly Intent[];
}

const readers: Readonly<Record<string, Reader>> = {
  pull_request: {
    actions: ['opened', 'synchronize', 'reopened', 'ready_for_review', 'edited', 'closed'],
    read: fromPullRequest,
  },
  // A push has no action.
  push: { actions: [''], read: fromPush },
  workflow_run: { actions: ['requested', 'in_progress', 'completed'], read: fromWorkflowRun },
  check_run: { actions: ['rerequested', 'requested_action'], read: fromCheckRun },
  check_suite: { actions: ['rerequested'], read: fromCheckSuite },
  merge_group: { actions: ['checks_requested'], read: fromMergeGroup },
  pull_request_review: { actions: ['submitted', 'dismissed'], read: fromReview },
  issue_comment: { actions: ['created'], read: fromComment },
  installation: { actions: ['created'], read: fromInstallation },
  installation_repositories: { actions: ['added'], read: fromInstallation },
};

/** Every event that can mean something, as `event.action`, or `event` where there are no actions. */
export const observedEvents: readonly string[] = Object.entries(readers).flatMap(([name, { actions }]) =>
  actions.map((action) => (action === '' ? name : `${name}.${action}`)),
);

const Action = z.object({ action: z.string().optional() });
const PullRequestEvent = Origin.extend({
  action: z.enum(['opened', 'synchronize', 'reopened', 'ready_for_review', 'edited', 'closed']),
  changes: z.object({ base: z.object({}).optional() }).optional(),
  pull_request: z.object({
    number: z.number().int(),
    merged: z.boolean().nullish(),
    head: z.object({ sha: Sha }),
    user: Account.nullish(),
    author_association: Association,
  }),
});

const causeOf = {
  opened: 'opened',
  synchronize: 'pushed',
  reopened: 'reopened',
  ready_for_review: 'ready',
  edited: 'retargeted',
} as const;

function fromPullRequest(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = PullRequestEvent.parse(payload);
  const { number, head, merged, user, author_association: association } = event.pull_request;
  // Of edits only another base branch matters: another policy judges then.
  if (event.action === 'edited' && event.changes?.base === undefined) return [];
  const actor = actorOf(event, app, user?.login === event.sender.login ? association : undefined);
  const common = { repository: repositoryOf(event), number, head: head.sha, actor };
  return event.action === 'closed'
    ? [{ kind: 'close-pull-request', ...common, merged: merged === true }]
    : [{ kind: 'check-pull-request', ...common, cause: causeOf[event.action] }];
}

const PushEvent = Origin.extend({ ref: z.string(), before: Sha, after: Sha, deleted: z.boolean() });

function fromPush(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = PushEvent.parse(payload);
  const branch = event.repository.default_branch;
  if (event.deleted || event.ref !== `refs/heads/${branch}`) return [];
  const { before, after } = event;
  const range = { repository: repositoryOf(event), branch, before, after };
  const actor = actorOf(event, app);
  return [
    { kind: 'check-push', ...range, actor, cause: 'pushed' },
    { kind: 'observe-releases', ...range, actor },
  ];
}

const WorkflowRunEvent = Origin.extend({
  action: z.enum(['requested', 'in_progress', 'completed']),
  workflow_run: z.object({
    id: z.number().int(),
    run_attempt: z.number().int(),
    // Older servers do not send it, and name none of ours.
    display_title: z.string().default(''),
    event: z.string(),
    head_branch: z.string().nullable(),
    conclusion: z.string().nullable(),
    actor: Account.nullish(),
  }),
});

/** Anybody who may write can start a run with the name of a claim: ours run by dispatch, from the default branch, as us. */
function fromWorkflowRun(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = WorkflowRunEvent.parse(payload);
  const run = event.workflow_run;
  const ours =
    run.event === 'workflow_dispatch' &&
    run.head_branch === event.repository.default_branch &&
    run.actor?.login === `${app.slug}[bot]`;
  if (!ours) return [];
  if (rolloutOfGate(run.display_title) !== null) {
    if (event.action !== 'completed') return [];
    return [{ kind: 'observe-gate', repository: repositoryOf(event), runId: run.id, name: run.display_title }];
  }
  const errands = claimOfErrands(run.display_title);
  if (errands !== null) {
    if (event.action !== 'completed') return [];
    return [{ kind: 'run-errands', repository: repositoryOf(event), of: { claim: errands } }];
  }
  if (claimOf(run.display_title) === null) return [];
  return [
    {
      kind: 'observe-run',
      repository: repositoryOf(event),
      runId: run.id,
      attempt: run.run_attempt,
      name: run.display_title,
      status: event.action,
      conclusion: run.conclusion,
    },
  ];
}

const CommentEvent = Origin.extend({
  issue: z.object({ number: z.number().int(), pull_request: z.object({}).nullish(), state: z.string() }),
  comment: z.object({
    id: z.number().int(),
    body: z.string(),
    created_at: z.iso.datetime({ offset: true }),
    user: Account.nullable(),
    author_association: Association,
    performed_via_github_app: z.object({}).nullish(),
  }),
});

function fromComment(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = CommentEvent.parse(payload);
  const { comment, issue, sender } = event;
  // Bots echo what they read, and an App may speak with a person's name: neither gives orders.
  const written = sender.type === 'User' && comment.user?.login === sender.login && !comment.performed_via_github_app;
  if (!issue.pull_request || !written) return [];
  const commands = commandsIn(comment.body);
  if (commands.length === 0) return [];
  return [
    {
      kind: 'obey',
      repository: repositoryOf(event),
      number: issue.number,
      source: { kind: 'comment', commentId: comment.id, at: comment.created_at },
      commands,
      actor: actorOf(event, app, comment.author_association),
    },
  ];
}

const Given = z.array(z.object({ id: z.number().int(), full_name: z.string().regex(/^[^/]+\/[^/]+$/) }));
const InstallationEvent = z.object({
  installation: z.object({ id: z.number().int() }),
  repositories: Given.optional(),
  repositories_added: Given.optional(),
  sender: Account.optional(),
});

function fromInstallation(payload: unknown, app: AppIdentity): readonly Intent[] {
  const event = InstallationEvent.parse(payload);
  const who = event.sender === undefined ? {} : { actor: accountActor(event.sender, app) };
  const given = [...(event.repositories ?? []), ...(event.repositories_added ?? [])];
  return given.map(({ id, full_name }) => {
    const [owner = '', name = ''] = full_name.split('/');
    return { kind: 'onboard', repository: { installation: event.installation.id, id, owner, name }, ...who };
  });
}
