import { stringify } from 'yaml';
import type { TargetGuess } from './table-sample.ts';

/** One model of a proposed policy, and what was assumed of it. */
export interface ProposedModel {
  readonly name: string;
  readonly task: TargetGuess['task'];
  readonly target: string;
  readonly training: readonly string[];
  readonly holdout: readonly string[];
  readonly schema: string | null;
  readonly model: string | null;
  readonly command: string | null;
  readonly output: string;
  readonly parameters: readonly string[];
  readonly assumptions: readonly string[];
}

const schemaAddress = 'https://raw.githubusercontent.com/siskin-dev/siskin/v0/siskin.schema.json';

/** Scale-free gates: they mean something before anybody has looked at the numbers. */
const gates: Readonly<Record<ProposedModel['task'], readonly string[]>> = {
  binary: ['roc-auc: { not-worse-by: 0.005 }', 'log-loss: { not-worse-by: 0.005 }', 'latency-p95: { kind: info }'],
  multiclass: ['accuracy: { not-worse-by: 0.005 }', 'log-loss: { not-worse-by: 0.005 }', 'latency-p95: { kind: info }'],
  regression: ['r2: { not-worse-by: 0.01 }', 'mae: { kind: info }', 'latency-p95: { kind: info }'],
};

/** The YAML of a proposed policy; each assumption is a comment above the model that it is about. */
export function renderProposedPolicy(models: readonly ProposedModel[]): string {
  return [
    `# yaml-language-server: $schema=${schemaAddress}`,
    '# What Siskin checks in a pull request, and what decides. It is read from the base branch.',
    'version: 1',
    'models:',
    ...models.flatMap(modelLines),
    '',
  ].join('\n');
}

function modelLines(model: ProposedModel): readonly string[] {
  return [
    ...model.assumptions.map((text) => `  # Assumed: ${text}`),
    `  ${model.name}:`,
    `    task: ${model.task}`,
    `    target: ${inline(model.target)}`,
    '    data:',
    `      train: ${paths(model.training)}`,
    `      holdout: ${paths(model.holdout)}`,
    ...(model.schema === null ? [] : [`      schema: ${inline(model.schema)}`]),
    ...(model.model === null ? [] : [`    model: ${inline(model.model)}`]),
    ...(model.command === null ? [] : trainLines(model, model.command)),
    '    metrics:',
    ...gates[model.task].map((gate) => `      ${gate}`),
  ];
}

function trainLines(model: ProposedModel, command: string): readonly string[] {
  return [
    '    train:',
    `      command: ${inline(command)}`,
    `      output: ${inline(model.output)}`,
    ...(model.parameters.length === 0 ? [] : [`      parameters: ${paths(model.parameters)}`]),
    '      runner: [self-hosted, gpu]',
  ];
}

function paths(all: readonly string[]): string {
  const [only] = all;
  return all.length === 1 && only !== undefined ? inline(only) : `[${all.map(quoted).join(', ')}]`;
}

/** A text as YAML on one line; it is quoted where YAML would read it as something else. */
function inline(text: string): string {
  const plain = stringify(text, { lineWidth: 0 }).trimEnd();
  return plain.includes('\n') ? JSON.stringify(text) : plain;
}

/** Inside `[…]` commas and brackets need quotes too. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) && inline(text) === text ? text : JSON.stringify(text);
}
