import type { CommandOf } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import { nearest } from '../../policy/nearest.ts';
import type { Policy } from '../../policy/policy.ts';
import { rangeHere, unknownModel } from './model.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

/** What a lock is on: one environment for one model. */
export interface Place {
  readonly model: string;
  readonly environment: string;
}

type Refused = Extract<Answer, { readonly kind: 'refused' }>;

/**
 * The model and environment that a command names, by the policy of the base branch. The model may be left out where there
 * is one; an environment never is: then it is asked for, and each choice can be typed as it is listed.
 */
export function placeOf(
  command: CommandOf<'lock' | 'unlock'>,
  scene: OpenScene,
): Refused | { readonly kind: 'place'; readonly place: Place; readonly policy: Policy } {
  const found = rangeHere(command, scene);
  if (found.kind === 'refused') return found;
  const { policy } = found.range;
  const models = Object.keys(policy.models);
  // What left the policy can still be given back.
  const left = command.verb === 'unlock' ? scene.pull.holds.locks.filter(({ state }) => state.holder !== null) : [];
  const unknown = unknownModel(command, [...new Set([...models, ...left.map((lock) => lock.model)])]);
  if (unknown !== null) return unknown;
  const environments = [...new Set([...Object.keys(policy.environments), ...left.map((lock) => lock.environment)])];
  const { environment, model = null } = { ...command, model: command.model ?? onlyOne(models) };
  const write = (place: Place) => renderCommand({ ...command, ...place, dryRun: false });
  if (environments.length === 0) return refuse(command, withoutEnvironments);
  if (environment !== null && !environments.includes(environment)) {
    return refuse(command, unknownEnvironment(environment, environments));
  }
  if (model !== null && environment !== null) return { kind: 'place', place: { model, environment }, policy };
  const choices = (environment === null ? environments : [environment]).flatMap((one) =>
    (model === null ? models : [model]).map((other) => write({ model: other, environment: one })),
  );
  const missing = [...(environment === null ? ['which environment'] : []), ...(model === null ? ['which model'] : [])];
  const reason = `it does not say ${missing.join(' and ')}`;
  return refuse(command, { code: 'target-missing', reason, fix: `Type ${listed(choices)}.` });
}

/** What is said where the policy names no environment. */
const withoutEnvironments = {
  code: 'unknown-environment',
  reason: 'the policy has no environment',
  fix: 'Name the environments in `.github/siskin.yml` of the base branch first, e.g. `environments: { staging: {} }`.',
} as const;

/** What is said of an environment that the policy does not name. */
export function unknownEnvironment(name: string, known: readonly string[]) {
  const meant = nearest(name, known);
  return {
    code: 'unknown-environment',
    reason: `the policy has no environment \`${name}\`, but ${listed(known, 'and')}`,
    fix: meant === null ? 'Name one of them.' : `Did you mean \`${meant}\`?`,
  } as const;
}

const mostListed = 12;

/** Names or commands as code, a dozen at most. */
export function listed(names: readonly string[], word: 'and' | 'or' = 'or'): string {
  const shown = names.slice(0, mostListed).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} ${word} ${more} more`;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)}`;
}

function onlyOne(names: readonly string[]): string | null {
  return names.length === 1 ? (names[0] ?? null) : null;
}
