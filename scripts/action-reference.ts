import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../src/error.ts';
import { table } from './markdown-table.ts';

const ActionFile = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z
    .record(
      z.string(),
      z.object({
        description: z.string(),
        required: z.boolean().optional(),
        default: z.union([z.string(), z.number(), z.boolean()]).optional(),
      }),
    )
    .default({}),
  outputs: z.record(z.string(), z.object({ description: z.string() })).default({}),
});

/** What an action.yml says of its use. */
export type ActionFile = z.infer<typeof ActionFile>;

/** Reads an action.yml; throws `bad-config` with the file's name when it describes no action. */
export function parseAction(options: { readonly text: string; readonly file: string }): ActionFile {
  const parsed = ActionFile.safeParse(parse(options.text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError(
    'bad-config',
    `expected an action in ${options.file}, found ${issue?.message} at ${issue?.path.join('.')}; describe every input and output`,
  );
}

/** The tables of an action's inputs and outputs, under headings of the given level. */
export function actionTables(action: ActionFile, heading: '##' | '#####'): string {
  const inputs = Object.entries(action.inputs).map(([name, input]) => [
    `\`${name}\`${input.required ? ' (required)' : ''}`,
    input.description,
    input.default === undefined || input.default === '' ? '' : `\`${input.default}\``,
  ]);
  const outputs = Object.entries(action.outputs).map(([name, { description }]) => [`\`${name}\``, description]);
  return [
    ...(inputs.length === 0 ? [] : [`${heading} Inputs\n\n${table(['input', 'meaning', 'default'], inputs)}`]),
    ...(outputs.length === 0 ? [] : [`${heading} Outputs\n\n${table(['output', 'meaning'], outputs)}`]),
  ].join('\n\n');
}
