import { stringify } from 'yaml';
import type { CommandOf } from '../../command/command.ts';
import { limitsOf } from '../../policy/budget-limit.ts';
import type { Policy } from '../../policy/policy.ts';
import { code, codeBlock } from '../../render/escape.ts';
import { details, shortSha } from '../../render/markdown.ts';
import { counted } from '../../render/number.ts';
import { limitName } from '../../render/spending.ts';
import { gateNames } from '../gate-name.ts';
import { emptyPlan } from '../plans.ts';
import { rangeFor } from './model.ts';
import type { Answer, OpenScene } from './scene.ts';

/** A comment holds 60 000 bytes; what stands around the policy needs little. */
const mostBytes = 50_000;
const longestLine = 4200;

/** Shows the policy that judges the pull request, with every default written out: of one model, or all of it. */
export function config(command: CommandOf<'config'>, scene: OpenScene): Answer {
  const found = rangeFor(command, scene);
  if (found.kind === 'refused') return found;
  const { policy } = found.range;
  const { base, proposed } = scene.pull;
  const { model } = command;
  const shown = model === null ? policy : { models: { [model]: policy.models[model] } };
  const says = [
    `${model === null ? 'Judging here' : `${code(model)} is judged here`}: the policy of ${code(base.ref)} at ${code(shortSha(base.sha))}.`,
    summary(policy),
    details(
      model === null ? 'The whole policy, with every default' : `All about \`${model}\`, with every default`,
      yaml(shown),
    ),
    ...(proposed === null ? [] : ['This pull request edits the policy: what it changes counts once it is merged.']),
  ];
  return { kind: 'done', plan: emptyPlan, says: says.join('\n\n') };
}

function summary(policy: Policy): string {
  const models = Object.entries(policy.models).map(([name, model]) => {
    const { train } = model;
    const gates = gateNames(model).length;
    const how =
      train === undefined ? 'committed' : `trained on ${train.runner.map((label) => code(label, 60)).join(', ')}`;
    return `${code(name)} (${counted(gates, 'gate')}, ${how})`;
  });
  const environments = Object.keys(policy.environments);
  const own = Object.keys(policy.access);
  const limits = limitsOf(policy.budget);
  return [
    `- models: ${models.join(', ')}`,
    `- environments: ${environments.length === 0 ? 'none' : environments.map((name) => code(name)).join(', ')}`,
    `- access: ${own.length === 0 ? 'the defaults, see `/help`' : `its own for ${own.map((verb) => code(verb)).join(', ')}`}`,
    `- budgets: ${limits.length === 0 ? 'none' : limits.map((limit) => limitName(limit)).join(', ')}`,
  ].join('\n');
}

function yaml(value: unknown): string {
  const lines = stringify(value, { lineWidth: 0 }).trimEnd().split('\n');
  let bytes = 0;
  const fitting = lines.filter((line) => {
    bytes += Buffer.byteLength(line) + 1;
    return bytes <= mostBytes;
  });
  const cut = lines.length - fitting.length;
  const note = cut === 0 ? '' : `\n\n${counted(cut, 'more line')}: name a model with \`-m\` to see all of it.`;
  return `${codeBlock(fitting, longestLine)}${note}`;
}
