import type { CommandOf, Verb } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import { isEnded, type RolloutRecord } from '../../rollout/rollout-record.ts';
import { isOf, type Service } from '../rollout/history.ts';
import { accessRefusal } from './access.ts';
import { unknownModel } from './model.ts';
import { type Answer, policyHere, refuse, type Scene } from './scene.ts';
import { listed, unknownEnvironment } from './target.ts';

type Steering = CommandOf<Extract<Verb, 'promote' | 'canary' | 'rollback'>>;
type Refused = Extract<Answer, { readonly kind: 'refused' }>;

/**
 * The service that a command is about. What it leaves out is taken from the rollouts that can be meant: those of this
 * pull request, else those that go on. Where these are several, each choice is listed and none is assumed; and whether
 * the person may is judged for the environment that it comes to.
 */
export function serviceOf(
  command: Steering,
  scene: Scene,
  /** What can be meant, the nearest first: the first of these that is not empty counts. */
  candidates: readonly (readonly RolloutRecord[])[],
): Refused | { readonly kind: 'service'; readonly service: Service } {
  const policy = policyHere(scene);
  const all = candidates.flat();
  const models = [...new Set([...Object.keys(policy?.models ?? {}), ...all.map(({ model }) => model)])];
  const environments = [
    ...new Set([...Object.keys(policy?.environments ?? {}), ...all.map(({ environment }) => environment)]),
  ];
  const unknown = unknownModel(command, models);
  if (unknown !== null) return unknown;
  if (command.environment !== null && !environments.includes(command.environment)) {
    return refuse(command, unknownEnvironment(command.environment, environments));
  }
  const meant = candidates.map((some) => some.filter((one) => isOf(one, command))).find((some) => some.length > 0);
  const services = distinct(meant ?? named(command, { models }));
  const [service, ...others] = services;
  if (service === undefined || others.length > 0) return missing(command, services);
  const denied = accessRefusal({ ...command, ...service }, scene);
  if (denied !== null && denied.kind === 'refused') return denied;
  return { kind: 'service', service };
}

/** The rollouts of this pull request, and then all others, each kind those that go on before those that are over. */
export function nearest({ intent, facts }: Scene): readonly (readonly RolloutRecord[])[] {
  const rollouts = facts.steered?.rollouts ?? [];
  const here = rollouts.filter(({ number }) => number === intent.number);
  const isOpen = ({ state }: RolloutRecord) => !isEnded(state);
  return [here.filter(isOpen), here, rollouts.filter(isOpen)];
}

/** Where no rollout can be meant, the environment must be named; a model need not where there is one. */
function named(command: Steering, { models }: { readonly models: readonly string[] }): readonly Service[] {
  const { environment, model } = command;
  if (environment === null) return [];
  return (model === null ? models : [model]).map((one) => ({ model: one, environment }));
}

function distinct(services: readonly Service[]): readonly Service[] {
  const known = services.map(({ model, environment }) => [`${model} ${environment}`, { model, environment }] as const);
  return [...new Map(known).values()];
}

function missing(command: Steering, services: readonly Service[]): Refused {
  if (services.length === 0) {
    const reason = 'no rollout of this pull request, and none that goes on, can be meant';
    return refuse(command, { code: 'no-rollout', reason, fix: 'Name the environment, and the model with `-m`.' });
  }
  const choices = services.map((service) => renderCommand({ ...command, ...service, dryRun: false }));
  const reason = 'it does not say which environment and model, and several can be meant';
  return refuse(command, { code: 'target-missing', reason, fix: `Type ${listed(choices)}.` });
}
