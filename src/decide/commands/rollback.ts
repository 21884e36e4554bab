import type { CommandOf } from '../../command/command.ts';
import type { ServedModel } from '../../ports/serving.ts';
import { code, prose } from '../../render/escape.ts';
import { newRollout, type RolloutRecord } from '../../rollout/rollout-record.ts';
import { isOf, runningOf, servedBefore, servingOf, versionServed } from '../rollout/history.ts';
import { notThatOne, ordered } from './canary.ts';
import { type Answer, refuse, type Scene } from './scene.ts';
import { nearest, serviceOf } from './steered.ts';

/**
 * Sends all traffic back: of a rollout that goes on by ending it, of a version that serves by a rollout to the one before,
 * at once. Neither needs GitHub or a metric; git follows.
 */
export function rollback(command: CommandOf<'rollback'>, scene: Scene): Answer {
  const found = serviceOf(command, scene, nearest(scene));
  if (found.kind === 'refused') return found;
  const { service } = found;
  const rollouts = scene.facts.steered?.rollouts ?? [];
  const running = runningOf(rollouts, service);
  if (running !== null) return undone(command, scene, running);
  const [newest] = rollouts.filter((one) => isOf(one, service));
  // A rollback that could not be verified is tried again.
  if (newest?.state.kind === 'failed' && newest.weight > 0) return undone(command, scene, newest);
  if (newest?.state.kind === 'rolled-back' && command.to === null) {
    const reason = `\`${service.environment}\` went back from ${newest.release.version} already`;
    return refuse(command, { code: 'nothing-to-do', reason, fix: 'To go further back, name the version with `--to`.' });
  }
  const serving = servingOf(rollouts, service);
  if (serving === null) {
    const reason = `no rollout brought \`${service.model}\` to \`${service.environment}\``;
    return refuse(command, { code: 'no-rollout', reason, fix: 'Revert the release in git instead.' });
  }
  const unseen = notThatOne(command, scene, serving);
  if (unseen !== null) return unseen;
  const target = targetOf(command, rollouts, serving);
  return target.kind === 'refused' ? target : returned(command, scene, { serving, to: target.to });
}

/** The one that goes on ends; it goes back to what it came from, and to nothing else. */
function undone(command: CommandOf<'rollback'>, scene: Scene, running: RolloutRecord): Answer {
  const { login } = scene.intent.actor;
  const back = running.previous?.version ?? null;
  if (command.to !== null && command.to !== back) {
    const reason = `the rollout of ${running.release.version} that goes on can only go back to ${back ?? 'what served before'}`;
    const fix = `Type \`/rollback ${running.environment} -m ${running.model}\` first, and then again with \`--to\`.`;
    return refuse(command, { code: 'rollout-not-there', reason, fix });
  }
  const why = command.reason === null ? '' : `: ${command.reason}`;
  const cause = { kind: 'command', sentence: `${login} rolled it back${why}.`, by: login } as const;
  return ordered(command, scene, { rollout: running, order: { kind: 'abort', cause } });
}

function targetOf(
  command: CommandOf<'rollback'>,
  rollouts: readonly RolloutRecord[],
  serving: RolloutRecord,
): Extract<Answer, { readonly kind: 'refused' }> | { readonly kind: 'to'; readonly to: ServedModel } {
  if (command.to === null) {
    const to = servedBefore(rollouts, serving);
    if (to !== null) return { kind: 'to', to };
    const reason = `nothing served \`${serving.environment}\` before ${serving.release.version}`;
    return refuse(command, { code: 'no-rollout', reason, fix: 'Release another version.' });
  }
  if (command.to === serving.release.version) {
    const reason = `${command.to} serves \`${serving.environment}\` already`;
    return refuse(command, { code: 'nothing-to-do', reason, fix: 'Name an earlier version.' });
  }
  const known = versionServed(rollouts, serving, command.to);
  if (known === null) {
    const reason = `${command.to} never served \`${serving.environment}\``;
    return refuse(command, { code: 'unknown-version', reason, fix: 'Name a version that did, or release it.' });
  }
  if (known.isRejected) {
    const reason = `${command.to} was itself taken back from \`${serving.environment}\``;
    return refuse(command, {
      code: 'version-rejected',
      reason,
      fix: 'Name another, or release it again after a look at why.',
    });
  }
  return { kind: 'to', to: known.model };
}

/** A rollout of its own, all traffic at once, to what served before. */
function returned(
  command: CommandOf<'rollback'>,
  { intent, facts }: Scene,
  { serving, to }: { readonly serving: RolloutRecord; readonly to: ServedModel },
): Answer {
  const { repositoryId, model, environment, release, mergeSha, policy } = serving;
  const rollout = newRollout({
    repositoryId,
    model,
    environment,
    release: to,
    previous: release,
    number: intent.number,
    mergeSha,
    by: intent.actor.login,
    policy,
    createdAt: facts.now,
    atOnce: true,
  });
  const why = command.reason === null ? '' : ` (${prose(command.reason)})`;
  return {
    kind: 'done',
    plan: { changes: [{ kind: 'request-rollout', rollout }], effects: [] },
    says: `> ⏪ All traffic of ${code(model)} in ${code(environment)} goes back from ${code(release.version)} to ${code(to.version)} now${why}. A pull request makes git say so.`,
  };
}
