import type { CommandOf } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import type { Policy } from '../../policy/policy.ts';
import { code } from '../../render/escape.ts';
import { isEnded, type RolloutRecord } from '../../rollout/rollout-record.ts';
import { runningOf, servingOf } from '../rollout/history.ts';
import { accessRefusal } from './access.ts';
import { ordered } from './canary.ts';
import { unknownModel } from './model.ts';
import { type Answer, policyHere, refuse, type Scene } from './scene.ts';
import { listed, unknownEnvironment } from './target.ts';

/**
 * Takes a release one environment further. Where a rollout to the named environment goes on, it skips what is left; else
 * a pull request is opened that releases to it what serves in the environment before. Without a name it is the one
 * environment that comes after those that this pull request's release serves; a rollout is never skipped unnamed.
 */
export function promote(command: CommandOf<'promote'>, scene: Scene): Answer {
  const policy = policyHere(scene);
  if (policy === null) {
    const reason = 'there is no policy that names environments';
    return refuse(command, { code: 'no-policy', reason, fix: 'Add `.github/siskin.yml` to the default branch first.' });
  }
  const model = modelOf(command, scene, policy);
  if (model.kind === 'refused') return model;
  const environments = Object.keys(policy.environments);
  if (command.environment !== null && !environments.includes(command.environment)) {
    return refuse(command, unknownEnvironment(command.environment, environments));
  }
  const target =
    command.environment === null
      ? nextEnvironment(command, scene, { policy, model: model.name })
      : ({ kind: 'environment', environment: command.environment } as const);
  if (target.kind === 'refused') return target;
  const { environment } = target;
  const full = { ...command, model: model.name, environment };
  const denied = accessRefusal(full, scene);
  if (denied !== null) return denied;
  const running = runningOf(scene.facts.steered?.rollouts ?? [], { model: model.name, environment });
  if (running !== null) return ordered(command, scene, { rollout: running, order: { kind: 'promote' } });
  return proposed(full, scene, policy);
}

/** Asks for the pull request that brings what serves before an environment into it. */
function proposed(
  command: CommandOf<'promote'> & { readonly model: string; readonly environment: string },
  { intent }: Scene,
  policy: Policy,
): Answer {
  const { model, environment } = command;
  const { repository, number, source, actor } = intent;
  const before = afterOf(policy, environment);
  if (before === null) {
    const reason = `\`${environment}\` comes after no other environment`;
    return refuse(command, {
      code: 'nothing-to-do',
      reason,
      fix: 'Type `/release` to propose a version for it, or name the one before in `after` of the policy.',
    });
  }
  const id = source.kind === 'comment' ? `comment-${source.commentId}` : `button-${source.press}`;
  const wish = { kind: 'promote', id, model, environment, version: null, number, by: actor.login } as const;
  return {
    kind: 'done',
    plan: { changes: [{ kind: 'ask', intent: { kind: 'propose-release', repository, wish } }], effects: [] },
    says: `> 📦 A pull request is being opened that releases to ${code(environment)} what ${code(before)} serves of ${code(model)}. Merging it begins the rollout.`,
  };
}

function modelOf(
  command: CommandOf<'promote'>,
  { intent, facts }: Scene,
  policy: Policy,
): Extract<Answer, { readonly kind: 'refused' }> | { readonly kind: 'model'; readonly name: string } {
  const models = Object.keys(policy.models);
  const unknown = unknownModel(command, models);
  if (unknown !== null) return unknown;
  if (command.model !== null) return { kind: 'model', name: command.model };
  const here = (facts.steered?.rollouts ?? []).filter(({ number }) => number === intent.number);
  const meant = [...new Set(here.length > 0 ? here.map(({ model }) => model) : models)];
  const [name, ...others] = meant;
  if (name !== undefined && others.length === 0) return { kind: 'model', name };
  const choices = meant.map((one) => renderCommand({ ...command, model: one, dryRun: false }));
  return refuse(command, {
    code: 'target-missing',
    reason: 'it does not say which model',
    fix: `Type ${listed(choices)}.`,
  });
}

function nextEnvironment(
  command: CommandOf<'promote'>,
  { intent, facts }: Scene,
  { policy, model }: { readonly policy: Policy; readonly model: string },
): Extract<Answer, { readonly kind: 'refused' }> | { readonly kind: 'environment'; readonly environment: string } {
  const rollouts = facts.steered?.rollouts ?? [];
  const here = rollouts.filter((one) => one.number === intent.number && one.model === model);
  const write = (environment: string) => renderCommand({ ...command, model, environment, dryRun: false });
  const open = here.filter(({ state }) => !isEnded(state));
  if (open.length > 0) {
    const reason = 'a rollout of this pull request goes on, and skipping what is left of it must name its environment';
    const fix = `Type ${listed(open.map(({ environment }) => write(environment)))}.`;
    return refuse(command, { code: 'target-missing', reason, fix });
  }
  const served = here.filter((one) => isServing(one, rollouts)).map(({ environment }) => environment);
  const next = Object.keys(policy.environments).filter((one) => {
    const before = afterOf(policy, one);
    return before !== null && served.includes(before);
  });
  const [environment, ...others] = next;
  if (environment !== undefined && others.length === 0) return { kind: 'environment', environment };
  const choices = next.length > 0 ? next : Object.keys(policy.environments);
  const reason =
    next.length > 0
      ? 'several environments come next'
      : 'no release of this pull request serves in an environment that another comes after';
  const fix = choices.length === 0 ? 'Name environments in the policy first.' : `Type ${listed(choices.map(write))}.`;
  return refuse(command, { code: 'target-missing', reason, fix });
}

function isServing(rollout: RolloutRecord, rollouts: readonly RolloutRecord[]): boolean {
  return servingOf(rollouts, rollout)?.id === rollout.id;
}

/** The environment in which a version must serve before it may come to this one. */
function afterOf(policy: Policy, environment: string): string | null {
  const own = Object.hasOwn(policy.environments, environment) ? policy.environments[environment] : undefined;
  return own?.after ?? null;
}
