import type { Command, Verb } from '../../command/command.ts';
import { renderCommand } from '../../command/render.ts';
import type { RangeFacts } from '../../facts/range-facts.ts';
import { nearest } from '../../policy/nearest.ts';
import { code } from '../../render/escape.ts';
import { type Answer, type OpenScene, refuse } from './scene.ts';

/** A command that may name a model. */
export type OfModel = Extract<Command & { readonly verb: Verb }, { readonly model: string | null }>;

type Refused = Extract<Answer, { readonly kind: 'refused' }>;

/** What the pull request does under the policy of the base branch, or why a command about it cannot be obeyed: no policy. */
export function rangeHere(
  command: Command,
  { pull: { judged, base } }: OpenScene,
): Refused | { readonly kind: 'range'; readonly range: RangeFacts } {
  if (judged.kind === 'valid') return { kind: 'range', range: judged.range };
  const reason = `${code(base.ref, 60)} has ${judged.kind === 'absent' ? 'no policy' : 'a policy that cannot be used'}`;
  return refuse(command, { code: 'no-policy', reason, fix: 'Add or mend `.github/siskin.yml` there first.' });
}

/** The same for a command that may name a model, which has to be one of the policy. */
export function rangeFor(command: OfModel, scene: OpenScene): ReturnType<typeof rangeHere> {
  const found = rangeHere(command, scene);
  if (found.kind === 'refused') return found;
  const models = found.range.models.map(({ model }) => model);
  return unknownModel(command, models) ?? found;
}

/** Refuses a command that names none of these models; null when it names one, or leaves it open. */
export function unknownModel(command: OfModel, models: readonly string[]): Refused | null {
  const { model } = command;
  if (model === null || models.includes(model)) return null;
  const meant = nearest(model, models) ?? (models.length === 1 ? (models[0] ?? null) : null);
  const list = models.slice(0, 12).map((name) => `\`${name}\``);
  const reason = `the policy has no model \`${model}\`, it has ${list.join(', ')}${models.length > list.length ? ', …' : ''}`;
  const fix = meant === null ? 'Name one of them.' : `Did you mean \`${renderCommand({ ...command, model: meant })}\`?`;
  return refuse(command, { code: 'unknown-model', reason, fix });
}
