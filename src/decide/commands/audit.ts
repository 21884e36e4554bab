import type { Command } from '../../command/command.ts';
import type { Effect, Plan } from '../../effect.ts';
import type { AuditEntry } from '../../store/audit-record.ts';
import { runsOf } from '../audit.ts';
import { rightOf } from './access.ts';
import type { Answer, Scene } from './scene.ts';

/** What is kept of each command of a scene: who gave it, about which commit, with which right, and what became of it. */
export function commandAudit(
  scene: Scene,
  plans: {
    readonly answers: readonly Answer[];
    /** The runs that the commands wish for, planned together. */
    readonly wished: Plan;
    /** What `/status` shows, and takes up where a webhook was lost. */
    readonly shown: Plan;
  },
): readonly AuditEntry[] {
  return scene.intent.commands.flatMap((command, at) => {
    const answer = plans.answers[at];
    if (answer === undefined) return [];
    const { wished, shown } = plans;
    const effects = command.verb === 'status' ? shown.effects : effectsOf(answer, wished);
    return [entryOf(command, scene, { answer, effects: command.dryRun ? [] : effects })];
  });
}

function entryOf(
  command: Command,
  scene: Scene,
  { answer, effects }: { readonly answer: Answer; readonly effects: readonly Effect[] },
): AuditEntry {
  const { actor, source, number } = scene.intent;
  const right = command.verb === 'unknown' ? null : rightOf({ ...command, ...serviceIn(answer, scene) }, scene);
  const runs = runsOf(effects);
  const done = runs.started.length > 0 ? 'started' : 'done';
  return {
    who: actor,
    source:
      source.kind === 'comment'
        ? { kind: 'comment', commentId: source.commentId }
        : { kind: 'button', checkId: source.checkId },
    pullRequest: number,
    verb: command.verb,
    line: command.line,
    dryRun: command.dryRun,
    head: scene.facts.pull?.pull.head.sha ?? null,
    permission: right?.kind === 'granted' ? right.permission : null,
    outcome: answer.kind === 'refused' ? 'refused' : done,
    code: answer.kind === 'refused' ? answer.refusal.code : null,
    ...runs,
  };
}

/** The environment and model that a command about rollouts turned out to be about; nothing for all others. */
function serviceIn(answer: Answer, { facts }: Scene): { readonly model?: string; readonly environment?: string } {
  if (answer.kind !== 'done' || facts.steered === null) return {};
  for (const change of answer.plan.changes) {
    const id = change.kind === 'order-rollout' ? change.rollout : null;
    const rollout = change.kind === 'request-rollout' ? change.rollout : null;
    const found = rollout ?? facts.steered.rollouts.find((one) => one.id === id);
    if (found !== undefined) return { model: found.model, environment: found.environment };
    const wish = change.kind === 'ask' && change.intent.kind === 'propose-release' ? change.intent.wish : null;
    if (wish?.kind === 'promote') return { model: wish.model, environment: wish.environment };
  }
  return {};
}

/** Runs that several commands of one comment wish for are planned together: each has those of its model. */
function effectsOf(answer: Answer, wished: Plan): readonly Effect[] {
  switch (answer.kind) {
    case 'refused':
      return [];
    case 'done':
      return answer.plan.effects;
    case 'wish': {
      const { model } = answer.wish;
      const own = wished.changes.flatMap((change) =>
        change.kind === 'save-run' && change.run.models.some((asked) => asked.model === model)
          ? [change.run.claim]
          : [],
      );
      const isOwn = (effect: Effect): boolean =>
        model === null || effect.kind !== 'dispatch-run' || own.includes(effect.plan.claim);
      return wished.effects.filter(isOwn);
    }
    default:
      return answer satisfies never;
  }
}
