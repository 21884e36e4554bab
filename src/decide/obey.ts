import type { Command } from '../command/command.ts';
import { type Refusal, renderHelp, renderRefusals } from '../command/reply.ts';
import type { Effect, Plan } from '../effect.ts';
import type { CommandFacts } from '../facts/command-facts.ts';
import type { PullFacts } from '../facts/pull-facts.ts';
import type { Intent, Repository } from '../intent.ts';
import { nearest } from '../policy/nearest.ts';
import { renderComment } from '../render/comment.ts';
import { planPull, type Wish } from './check-pull-request.ts';
import { forkRefusal, isFork } from './fork.ts';
import { emptyPlan, joined } from './plans.ts';
import { nextCommands } from './pull-words.ts';
import { show } from './show.ts';
import { ended, endRuns } from './supersede.ts';
import { isOpen } from './work.ts';

type Obey = Extract<Intent, { readonly kind: 'obey' }>;
type Known = Extract<CommandFacts, { readonly kind: 'known' }>;

/**
 * Decides what a comment's commands do. The first time the comment only gets its eyes, without a look at anything;
 * then all of its commands are answered together: what was wished, what was refused and why, in one reply at most.
 */
export function obey(intent: Obey, facts: CommandFacts): Plan {
  const { commentId } = intent;
  if (facts.kind === 'unacknowledged') {
    return {
      changes: [{ kind: 'ask', intent: { ...intent, acknowledged: true } }],
      effects: [{ kind: 'react', commentId, content: 'eyes' }],
    };
  }
  const refusals = intent.commands.flatMap((command) => refusalOf(command, intent, facts) ?? []);
  const allowed = intent.commands.filter((command) => refusalOf(command, intent, facts) === null);
  const done = facts.pull === null ? emptyPlan : carriedOut(intent, { ...facts, pull: facts.pull, allowed });
  return joined(done, { changes: [], effects: answers(intent, { facts, allowed, refusals, done }) });
}

function carriedOut(
  { repository, actor }: Obey,
  { pull, allowed }: { readonly pull: PullFacts; readonly allowed: readonly Command[] },
): Plan {
  if (allowed.some(({ verb }) => verb === 'cancel')) return cancelled(pull, actor.login);
  const wishes = allowed.flatMap((command): readonly Wish[] =>
    command.verb === 'evaluate' || command.verb === 'train' ? [{ ask: command.verb, model: command.model }] : [],
  );
  const planned = planPull(repository, pull, { again: null, revive: false, wishes });
  const isAsked = allowed.some(({ verb }) => verb === 'status');
  const kept = planned.changes.flatMap((change) => (change.kind === 'save-view' ? [change.record.view] : []));
  const view = kept.find(({ head }) => head === pull.pull.head.sha) ?? pull.shown?.view;
  const isShown = planned.effects.some(({ kind }) => kind === 'publish-comment');
  if (!isAsked || isShown || view === undefined) return planned;
  const { number } = pull.pull;
  const body = renderComment({ ...view, updatedAt: pull.now });
  return joined(planned, { changes: [], effects: [{ kind: 'publish-comment', number, body }] });
}

function cancelled({ runs, shown, now }: PullFacts, login: string): Plan {
  const stopped = endRuns(runs.filter(isOpen), { state: 'cancelled', reason: `cancelled by ${login}`, now });
  if (shown === null) return stopped;
  const models = ended(shown.view.models, { kind: 'cancelled', by: login });
  const view = { ...shown.view, models, next: nextCommands(models), updatedAt: now };
  return joined(stopped, show({ ...shown, view }, shown));
}

function answers(
  { commentId, number }: Obey,
  given: {
    readonly facts: Known;
    readonly allowed: readonly Command[];
    readonly refusals: readonly Refusal[];
    readonly done: Plan;
  },
): readonly Effect[] {
  const { facts, allowed, refusals, done } = given;
  const judged = facts.pull?.judged;
  const models = judged?.kind === 'valid' ? judged.range.models.map(({ model }) => model) : [];
  const isHelp = allowed.some(({ verb }) => verb === 'help');
  const parts = [...(refusals.length === 0 ? [] : [renderRefusals(refusals)]), ...(isHelp ? [renderHelp(models)] : [])];
  const started = done.effects.some(({ kind }) => kind === 'dispatch-run' || kind === 'cancel-run');
  const effects: Effect[] = [];
  if (parts.length > 0) effects.push({ kind: 'reply', number, body: parts.join('\n\n'), key: `reply-${commentId}` });
  if (refusals.length > 0) effects.push({ kind: 'react', commentId, content: '-1' });
  if (allowed.length > 0) effects.push({ kind: 'react', commentId, content: started ? 'rocket' : '+1' });
  return effects;
}

const writers = ['admin', 'maintain', 'write'];

/** The first rule that a command breaks, or null. */
function refusalOf(command: Command, { at, actor, repository }: Obey, { role, pull }: Known): Refusal | null {
  if (command.verb === 'unknown') {
    const { text, reason, suggestion } = command;
    const fix = suggestion === null ? 'Type `/help` to see the commands.' : `Did you mean \`${suggestion}\`?`;
    return { command: text, code: 'unknown-command', reason: `it ${reason}`, fix };
  }
  if (command.verb === 'help' || command.verb === 'status') return null;
  const asked = `/${command.verb}`;
  if (role === 'unverified') {
    const reason = `GitHub did not tell the role of ${actor.login}, and it needs the role *write*`;
    return { command: asked, code: 'unverified', reason, fix: 'Type it again in a minute.' };
  }
  if (!writers.includes(role)) {
    const reason = `it needs the role *write* in this repository, and ${actor.login} has ${role}`;
    return { command: asked, code: 'not-permitted', reason, fix: 'Ask somebody who may write to type it.' };
  }
  if (pull === null) {
    const reason = 'the pull request is not open';
    return { command: asked, code: 'closed', reason, fix: 'Reopen it, then type the command again.' };
  }
  return command.verb === 'cancel' ? null : runRefusal(command, { at, asked, pull, repository });
}

function runRefusal(
  { model }: Extract<Command, { readonly verb: 'evaluate' | 'train' }>,
  {
    at,
    asked,
    pull,
    repository,
  }: { readonly at: string; readonly asked: string; readonly pull: PullFacts; readonly repository: Repository },
): Refusal | null {
  const { judged, record } = pull;
  if (judged.kind !== 'valid') {
    const reason = `the base branch has ${judged.kind === 'absent' ? 'no policy' : 'a policy that cannot be used'}`;
    return { command: asked, code: 'no-policy', reason, fix: 'Mend `.github/siskin.yml` there first.' };
  }
  if (isFork(pull.pull, repository)) return { command: asked, code: 'fork', ...forkRefusal };
  const head = pull.pull.head.sha;
  if (record === null || record.head !== head || Date.parse(record.headSince) > Date.parse(at)) {
    const reason = `the pull request was pushed to since, its newest commit is now ${head.slice(0, 7)}`;
    return { command: asked, code: 'head-moved', reason, fix: 'Look at that commit, then type the command again.' };
  }
  const models = judged.range.models.map((known) => known.model);
  if (model === null || models.includes(model)) return null;
  const meant = nearest(model, models) ?? models[0] ?? '';
  const reason = `the policy has no model \`${model}\``;
  return { command: asked, code: 'unknown-model', reason, fix: `Did you mean \`${asked} -m ${meant}\`?` };
}
