import { z } from 'zod';
import { AppError, type Problem, problemText } from '../error.ts';
import { nearest } from '../policy/nearest.ts';
import { type DocumentPath, parseYamlDocument, type YamlDocument } from '../policy/yaml-document.ts';

const Bound = z.union([
  z.number(),
  z
    .string()
    .max(40)
    .refine((text) => !Number.isNaN(Date.parse(text)), { message: 'a number or a time such as 2026-01-31' }),
]);

/** What one column must look like. A rule that is not written does not hold. */
export const ColumnSchema = z
  .strictObject({
    type: z
      .enum(['number', 'integer', 'boolean', 'text', 'timestamp'])
      .optional()
      .describe('What every value must read as.'),
    required: z.boolean().default(true).describe('Whether the column must be there.'),
    nullable: z.boolean().default(true).describe('Whether values may be missing.'),
    min: Bound.optional().describe('The smallest number, or the earliest time as ISO 8601 text.'),
    max: Bound.optional().describe('The largest number, or the latest time as ISO 8601 text.'),
    pattern: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('A regular expression (RE2) that the whole text must match.'),
    'one-of': z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .max(1000)
      .optional()
      .describe('The only values allowed.'),
    unique: z.boolean().default(false).describe('Whether no value may occur twice.'),
  })
  .refine((column) => typeof column.min !== 'string' || column.type === 'timestamp', {
    message: 'a number, or text beside `type: timestamp`',
    path: ['min'],
  })
  .refine((column) => typeof column.max !== 'string' || column.type === 'timestamp', {
    message: 'a number, or text beside `type: timestamp`',
    path: ['max'],
  });
export type ColumnSchema = z.infer<typeof ColumnSchema>;

/** What a dataset must look like: a YAML file that people review. */
export const DataSchema = z.strictObject({
  version: z.literal(1).describe('The version of this format.'),
  rows: z
    .strictObject({ min: z.number().int().nonnegative().optional(), max: z.number().int().positive().optional() })
    .optional(),
  'other-columns': z.enum(['allow', 'refuse']).default('allow').describe('What columns that are not named here mean.'),
  columns: z.record(z.string().min(1).max(200), ColumnSchema),
});
export type DataSchema = z.infer<typeof DataSchema>;

/** A schema together with where each of its rules is written. */
export interface SchemaDocument {
  readonly schema: DataSchema;
  readonly file: string;
  /** The line, from 1, of the key at a path, or of the nearest one around it. */
  lineOf(path: DocumentPath): number;
}

/** Reads a schema file. Throws `bad-config` with every problem, one per line. */
export function parseSchema(options: { readonly text: string; readonly file: string }): SchemaDocument {
  const { file } = options;
  const document = parseYamlDocument(options);
  const parsed = DataSchema.safeParse(document.value);
  const issues = document.value === undefined ? [] : (parsed.error?.issues ?? []);
  const problems = [...document.problems, ...issues.flatMap((issue) => explained({ issue, document, file }))];
  if (problems.length > 0 || !parsed.success) {
    const lines = problems
      .slice(0, 50)
      .map((problem) => `${file}:${problem.line}:${problem.column}: ${problemText(problem)}`);
    throw new AppError('bad-config', lines.join('\n'));
  }
  return { schema: parsed.data, file, lineOf: (path) => document.positionOf(path, 'key').line };
}

function explained(options: {
  readonly issue: z.core.$ZodIssue;
  readonly document: YamlDocument;
  readonly file: string;
}): readonly Problem[] {
  const { issue, document, file } = options;
  // Paths of a document read from YAML hold strings and numbers only.
  const at = issue.path as DocumentPath;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(at);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      const fix = meant === null ? `remove it; known here: ${known.join(', ')}` : `did you mean \`${meant}\`?`;
      const path = [...at, key];
      return {
        file,
        path: path.join('.'),
        ...document.positionOf(path, 'key'),
        expected: 'a known key',
        found: `\`${key}\``,
        fix,
      };
    });
  }
  const found = valueAt(document.value, at);
  return [
    {
      file,
      path: at.join('.'),
      ...document.positionOf(at, 'value'),
      expected: expectation(issue),
      found: found === undefined ? 'nothing' : (JSON.stringify(found) ?? 'nothing').slice(0, 80),
      fix: found === undefined ? 'add it' : 'correct it',
    },
  ];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `a value of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_union') return 'a number or a text';
  return issue.message;
}

function knownKeys(at: DocumentPath): readonly string[] {
  if (at.length === 0) return Object.keys(DataSchema.shape);
  return at[0] === 'rows' ? ['min', 'max'] : Object.keys(ColumnSchema.shape);
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
