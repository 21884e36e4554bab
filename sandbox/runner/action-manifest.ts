import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, type Json, type JsonRecord } from './expression.ts';
import { parseSteps, parseYaml, type Step } from './workflow.ts';

export interface ActionInput {
  readonly default: string | null;
  readonly required: boolean;
}

/** What an action.yml declares. */
export interface ActionManifest {
  readonly name: string;
  readonly inputs: Readonly<Record<string, ActionInput>>;
  readonly runs:
    | {
        readonly kind: 'javascript';
        readonly main: string;
        readonly pre: string | null;
        readonly preIf: string | null;
        readonly post: string | null;
        readonly postIf: string | null;
      }
    | {
        readonly kind: 'composite';
        readonly steps: readonly Step[];
        /** Expressions by output name. */
        readonly outputs: Readonly<Record<string, string>>;
      };
}

/** Reads the action.yml (or action.yaml) of a folder; `label` names the action in messages. */
export async function readActionManifest(folder: string, label: string): Promise<ActionManifest> {
  const path = ['action.yml', 'action.yaml'].map((name) => join(folder, name)).find((file) => existsSync(file));
  if (path === undefined) {
    throw new Error(`Can't find 'action.yml', 'action.yaml' or 'Dockerfile' for action '${label}'.`);
  }
  const root = parseYaml(await readFile(path, 'utf8'));
  if (!isRecord(root) || !isRecord(root['runs'])) {
    throw new Error(`expected the action.yml of '${label}' to be a map with \`runs\`, found none`);
  }
  return {
    name: textOf(root['name']) ?? label,
    inputs: Object.fromEntries(
      Object.entries(recordOf(root['inputs'])).map(([name, input]) => [
        name.toLowerCase(),
        { default: textOf(recordOf(input)['default']), required: recordOf(input)['required'] === true },
      ]),
    ),
    runs: parseRuns(root['runs'], { label, outputs: recordOf(root['outputs']) }),
  };
}

function parseRuns(
  runs: JsonRecord,
  options: { readonly label: string; readonly outputs: JsonRecord },
): ActionManifest['runs'] {
  const { label, outputs } = options;
  const using = textOf(runs['using'])?.toLowerCase() ?? '';
  if (using === 'composite') {
    return {
      kind: 'composite',
      steps: parseSteps(runs['steps'], `action '${label}'`),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => [name, textOf(recordOf(output)['value']) ?? '']),
      ),
    };
  }
  if (using === 'docker') {
    throw new Error(
      `action '${label}' runs in Docker, which this runner has not; use a JavaScript or composite action`,
    );
  }
  if (!/^node(20|24)$/.test(using)) {
    throw new Error(`expected \`runs.using\` of action '${label}' to be node20, node24 or composite, found '${using}'`);
  }
  const main = textOf(runs['main']);
  if (main === null) {
    throw new Error(`expected \`runs.main\` of action '${label}' to name a file, found none`);
  }
  return {
    kind: 'javascript',
    main,
    pre: textOf(runs['pre']),
    preIf: textOf(runs['pre-if']),
    post: textOf(runs['post']),
    postIf: textOf(runs['post-if']),
  };
}

function recordOf(value: Json | undefined): JsonRecord {
  return isRecord(value) ? value : {};
}

function textOf(value: Json | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
