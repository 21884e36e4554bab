import { z } from 'zod';

const column = z.string().min(1).max(200);
const name = z.string().min(1).max(200);

/** The types that a model input can have. */
export const inputTypes = [
  'float32',
  'float64',
  'float16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
  'string',
] as const;

/** How one input of a model is filled from columns. */
export const ModelInput = z
  .strictObject({
    column: column.optional().describe('The one column that fills this input.'),
    columns: z
      .array(column)
      .min(1)
      .max(10_000)
      .optional()
      .describe('The columns that fill this input row by row, in this order.'),
    shape: z
      .array(z.number().int().min(1).max(1_000_000))
      .max(8)
      .optional()
      .describe(
        'The shape of one row, without the dimension of rows: `[]` for a plain vector, `[28, 28]` for an image of 784 columns. Default: the model’s own.',
      ),
    type: z.enum(inputTypes).optional().describe('The type of the input. Default: the model’s own.'),
    missing: z
      .number()
      .optional()
      .describe(
        'What stands for a missing value. Default: NaN where the type has it; otherwise a missing value is an error.',
      ),
  })
  .refine((input) => (input.column === undefined) !== (input.columns === undefined), {
    message: 'either `column` or `columns`; name what fills the input',
  });
export type ModelInput = z.infer<typeof ModelInput>;

/** Which outputs of a model are read. */
export const ModelOutputs = z
  .strictObject({
    probabilities: z
      .union([name, z.array(name).min(2).max(1000)])
      .optional()
      .describe(
        'The output with probabilities; for a model with one output for each class or label, a list in their order.',
      ),
    label: name.optional().describe('The output with the predicted class.'),
    value: z
      .union([name, z.array(name).min(2).max(99)])
      .optional()
      .describe('The output with the predicted number or score; a list for a model with one output for each quantile.'),
  })
  .refine((outputs) => Object.keys(outputs).length > 0, {
    message: '`probabilities`, `label` or `value`; name at least one output',
  });
export type ModelOutputs = z.infer<typeof ModelOutputs>;

/** A program that answers for rows in place of a model that can be loaded. */
export const PredictPolicy = z.strictObject({
  command: z
    .array(z.string().min(1).max(4000))
    .min(1)
    .max(100)
    .describe(
      'The program and its arguments, without a shell. `{model}` stands for the path of the model, `{output}` for a file to write to. It reads rows on standard input and writes one answer for each, in order.',
    ),
  input: z.enum(['jsonl', 'csv']).default('jsonl').describe('How rows are written to the program.'),
  output: z
    .enum(['stdout', 'file'])
    .default('stdout')
    .describe(
      'Whether the program writes its answers (JSON lines) to standard output, or a predictions file to `{output}`.',
    ),
  'timeout-minutes': z.number().gt(0).max(1440).default(30).describe('The program is stopped after this many minutes.'),
});
export type PredictPolicy = z.infer<typeof PredictPolicy>;

/** What one model's policy says of how its models are run. */
export const runtimeKeys = {
  inputs: z
    .record(name, ModelInput)
    .optional()
    .describe('For ONNX models: how each input is filled, by its name. Without it inputs are matched to features.'),
  outputs: ModelOutputs.optional().describe('For ONNX models: which outputs are read. Without it they are recognised.'),
  'execution-provider': z
    .enum(['cpu', 'cuda'])
    .optional()
    .describe(
      'Where ONNX models run. cuda falls back to cpu, and says so, where onnxruntime’s GPU files are not installed.',
    ),
  predict: PredictPolicy.optional().describe('A program that answers in place of a model that can be loaded.'),
} as const;
