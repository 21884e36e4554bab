import { z } from 'zod';
import { AppError, type Problem, problemText } from '../error.ts';
import { nearest } from '../policy/nearest.ts';
import { type DocumentPath, parseYamlDocument, type YamlDocument } from '../policy/yaml-document.ts';
import { ColumnSchema, DataPaths } from './validation/column-schema.ts';
import { knownSchemaKeys } from './validation/schema-keys.ts';

const columnName = z.string().min(1).max(200);
const columnNames = z.array(columnName).min(1).max(100);
const warn = z.boolean().default(false).describe('Whether this only warns.');

/** What must hold of all rows together or of several columns: a YAML file that people review. */
export const DataSchema = z.strictObject({
  version: z.literal(1).describe('The version of this format.'),
  rows: z
    .strictObject({
      min: z.number().int().nonnegative().optional().describe('The fewest rows.'),
      max: z.number().int().positive().optional().describe('The most rows.'),
      warn,
    })
    .optional()
    .describe('How many rows there may be.'),
  key: columnNames.optional().describe('Columns whose values name a row; shown with rows that break a rule.'),
  redact: z.array(columnName).max(1000).default([]).describe('Columns of which no value is ever shown.'),
  'other-columns': z
    .enum(['allow', 'warn', 'refuse'])
    .default('allow')
    .describe('What columns that are not named here mean.'),
  columns: z.record(columnName, ColumnSchema).describe('The rules of each column, by its name.'),
  'unique-together': z
    .array(z.strictObject({ columns: columnNames.describe('No two rows may be equal in all of these.'), warn }))
    .max(100)
    .default([])
    .describe('Keys of several columns.'),
  references: z
    .array(
      z.strictObject({
        columns: columnNames.describe('The columns of this data.'),
        files: DataPaths.describe('Files or globs of the other data.'),
        'their-columns': columnNames
          .optional()
          .describe('The columns of the other data, in the same order. Default: the same names.'),
        warn,
      }),
    )
    .max(100)
    .default([])
    .describe('Keys of several columns that must occur in other data.'),
  expressions: z
    .array(
      z.strictObject({
        that: z.string().min(1).max(1000).describe('What must hold in every row, e.g. `start <= end`.'),
        name: z.string().min(1).max(80).optional().describe('What messages call it. Default: the expression.'),
        'tolerated-share': z.number().min(0).max(1).default(0).describe('The share of rows that may break it.'),
        warn,
      }),
    )
    .max(500)
    .default([])
    .describe('Rules across columns, in the small language of docs/validation.md.'),
  leakage: z
    .strictObject({
      target: columnName.describe('The column that a model is to foretell.'),
      'max-association': z
        .number()
        .min(0)
        .max(1)
        .default(0.98)
        .describe('A column that foretells the target at least so well is a leak (0 not at all, 1 always).'),
      ignore: z.array(columnName).max(1000).default([]).describe('Columns that are no features.'),
      warn,
    })
    .optional()
    .describe('No single column may give the target away.'),
  overlap: z
    .array(
      z.strictObject({
        with: DataPaths.describe('Files or globs of the other data, e.g. the holdout; of the base branch in a check.'),
        by: columnNames.optional().describe('The columns that make two rows the same. Default: all that both have.'),
        ignore: z.array(columnName).max(1000).default([]).describe('Columns that do not count, e.g. a row number.'),
        'max-share': z
          .number()
          .min(0)
          .max(1)
          .default(0)
          .describe('The largest share of the other rows that may also be here.'),
        warn,
      }),
    )
    .max(20)
    .default([])
    .describe('Rows of other data that may not occur here.'),
});
export type DataSchema = z.infer<typeof DataSchema>;

/** A schema together with where each of its rules is written. */
export interface SchemaDocument {
  readonly schema: DataSchema;
  readonly file: string;
  /** The line, from 1, of the key at a path, or of the nearest one around it. */
  lineOf(path: DocumentPath): number;
}

/** A schema of a thousand columns, each with its comments, is longer than any policy. */
const schemaLimits = { bytes: 2_000_000, nodes: 200_000 };

/** Reads a schema file. Throws `bad-config` with every problem, one per line. */
export function parseSchema(options: { readonly text: string; readonly file: string }): SchemaDocument {
  const { file } = options;
  const document = parseYamlDocument({ ...options, limits: schemaLimits });
  const parsed = DataSchema.safeParse(document.value);
  const issues = document.value === undefined ? [] : (parsed.error?.issues ?? []);
  const problems = [
    ...document.problems,
    ...nulProblems({ value: document.value, path: [], document, file }),
    ...issues.flatMap((issue) => explained({ issue, document, file })),
  ];
  if (problems.length > 0 || !parsed.success) {
    const lines = problems
      .slice(0, 50)
      .map((problem) => `${file}:${problem.line}:${problem.column}: ${problemText(problem)}`);
    throw new AppError('bad-config', lines.join('\n'));
  }
  return { schema: parsed.data, file, lineOf: (path) => document.positionOf(path, 'key').line };
}

/** YAML can write a NUL as an escape; what a C interface is given ends there. */
function nulProblems(options: {
  readonly value: unknown;
  readonly path: DocumentPath;
  readonly document: YamlDocument;
  readonly file: string;
}): readonly Problem[] {
  const { value, path, document, file } = options;
  const ofText = (text: string): readonly Problem[] => {
    if (!text.includes('\0')) return [];
    const expected = 'text without NUL characters';
    const where = { file, path: path.join('.').replaceAll('\0', '\u2400'), ...document.positionOf(path, 'value') };
    return [{ ...where, expected, found: JSON.stringify(text.slice(0, 60)), fix: 'take them out' }];
  };
  if (typeof value === 'string') return ofText(value);
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]) => {
    const nested = { ...options, value: inner, path: [...path, isList ? Number(key) : key] };
    return [...ofText(key), ...nulProblems(nested)];
  });
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
    const known = knownSchemaKeys(DataSchema, at);
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
  const found = issue.code === 'invalid_key' ? at.at(-1) : valueAt(document.value, at);
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
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code === 'invalid_union') return 'a number or a text';
  return issue.message;
}

function valueAt(value: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
