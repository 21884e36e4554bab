import type { Command } from '../command/command.ts';
import { grammar } from '../command/grammar.ts';
import { renderDryRun, renderRefusals, renderReply } from '../command/reply.ts';
import type { Effect, Plan } from '../effect.ts';
import type { CommandFacts } from '../facts/command-facts.ts';
import { renderComment } from '../render/comment.ts';
import { planSentences } from '../render/plan.ts';
import { planPull } from './check-pull-request.ts';
import { answerTo } from './commands/answer.ts';
import { commandAudit } from './commands/audit.ts';
import type { Answer, Scene } from './commands/scene.ts';
import { emptyPlan, joined } from './plans.ts';

/**
 * Decides what commands do. The first time a comment only gets its eyes, without a look at anything; then its commands
 * are obeyed in their order. One that changes what later ones are judged by is recorded alone, and the rest is asked for
 * anew; the others are answered together: what was wished, what was refused and why, in one reply at most. What is only
 * to be shown (`--dry-run`) is decided in just the same way, and then told instead of recorded. Each command is written
 * into the audit log, also one that is refused or only shown.
 */
export function obey(intent: Scene['intent'], facts: CommandFacts): Plan {
  const { source, commands } = intent;
  if (facts.kind === 'unacknowledged') {
    const eyes: readonly Effect[] =
      source.kind === 'comment' ? [{ kind: 'react', commentId: source.commentId, content: 'eyes' }] : [];
    return { changes: [{ kind: 'ask', intent: { ...intent, acknowledged: true } }], effects: eyes };
  }
  const count = togetherCount({ intent, facts });
  const scene: Scene = { intent: { ...intent, commands: commands.slice(0, count) }, facts };
  const rest = commands.slice(count);
  const obeyed = (intent.obeyed ?? 0) + count;
  const later: Plan =
    rest.length === 0
      ? emptyPlan
      : { changes: [{ kind: 'ask', intent: { ...intent, commands: rest, obeyed } }], effects: [] };
  return joined(together(scene), later);
}

/** How many of the commands are answered at once: what is only shown is not mixed with what is done. */
function togetherCount(scene: Scene): number {
  const { commands } = scene.intent;
  const [first] = commands;
  if (first !== undefined && settles(first, scene)) return 1;
  const end = commands.findIndex((command) => command.dryRun !== first?.dryRun || settles(command, scene));
  return end < 0 ? commands.length : end;
}

/** What is refused changes nothing, and is told together with the rest. */
function settles(command: Command, scene: Scene): boolean {
  const { verb, dryRun } = command;
  return verb !== 'unknown' && grammar[verb].settles && !dryRun && answerTo(command, scene).kind === 'done';
}

interface Answered {
  readonly answers: readonly Answer[];
  /** All that is to be done about them. */
  readonly done: Plan;
}

function together(scene: Scene): Plan {
  const answers = scene.intent.commands.map((command) => answerTo(command, scene));
  const wishes = wished(scene, answers);
  const done = joined(...answers.map((answer) => (answer.kind === 'done' ? answer.plan : emptyPlan)), wishes);
  const answered = { answers, done };
  const isDry = scene.intent.commands[0]?.dryRun === true;
  const shown = isDry ? emptyPlan : status(scene, answered);
  const told: Plan = {
    changes: commandAudit(scene, { answers, wished: wishes, shown }).map((entry) => ({ kind: 'audit', entry })),
    effects: replies(scene, answered),
  };
  return isDry ? told : joined(done, shown, told);
}

/** The runs that the comment wishes for, planned together. */
function wished({ intent, facts }: Scene, answers: readonly Answer[]): Plan {
  const wishes = answers.flatMap((answer) => (answer.kind === 'wish' ? [answer.wish] : []));
  if (facts.pull === null || wishes.length === 0) return emptyPlan;
  return planPull(intent.repository, facts.pull, { again: null, revive: false, wishes });
}

/** `/status` shows the comment as it stands, where nothing else in the same comment has it written anyway. */
function status({ intent, facts }: Scene, { answers, done }: Answered): Plan {
  const { pull } = facts;
  const isAsked = intent.commands.some(({ verb }, at) => verb === 'status' && answers[at]?.kind === 'done');
  const isShown = done.effects.some(({ kind }) => kind === 'publish-comment');
  if (pull === null || !isAsked || isShown) return emptyPlan;
  const planned = planPull(intent.repository, pull, { again: null, revive: false, wishes: [] });
  const kept = planned.changes.flatMap((change) => (change.kind === 'save-view' ? [change.record.view] : []));
  const view = kept.find(({ head }) => head === pull.pull.head.sha) ?? pull.shown?.view;
  if (view === undefined || planned.effects.some(({ kind }) => kind === 'publish-comment')) return planned;
  const body = renderComment({ ...view, updatedAt: pull.now });
  return joined(planned, { changes: [], effects: [{ kind: 'publish-comment', number: pull.pull.number, body }] });
}

/** What starts or stops machines. */
const acting: readonly Effect['kind'][] = ['dispatch-run', 'cancel-run', 'rerun-failed-jobs'];

function replies({ intent }: Scene, { answers, done }: Answered): readonly Effect[] {
  const { source, number, obeyed, commands } = intent;
  const isDry = commands[0]?.dryRun === true;
  const refusals = answers.flatMap((answer) => (answer.kind === 'refused' ? [answer.refusal] : []));
  const parts = [...(refusals.length === 0 ? [] : [renderRefusals(refusals)])];
  if (isDry) {
    const lines = commands.flatMap(({ line }, at) => (answers[at]?.kind === 'refused' ? [] : [line]));
    if (lines.length > 0) parts.push(renderDryRun(lines, planSentences(done)));
  } else {
    parts.push(...answers.flatMap((answer) => (answer.kind === 'done' && answer.says !== null ? [answer.says] : [])));
  }
  const of = source.kind === 'comment' ? `${source.commentId}` : `button-${source.press}`;
  const key = `reply-${of}${obeyed === undefined ? '' : `-${obeyed}`}`;
  const effects: Effect[] = parts.length === 0 ? [] : [{ kind: 'reply', number, body: renderReply(parts), key }];
  if (source.kind !== 'comment') return effects;
  const { commentId } = source;
  const started = !isDry && done.effects.some(({ kind }) => acting.includes(kind));
  if (refusals.length > 0) effects.push({ kind: 'react', commentId, content: '-1' });
  if (refusals.length < answers.length) effects.push({ kind: 'react', commentId, content: started ? 'rocket' : '+1' });
  return effects;
}
