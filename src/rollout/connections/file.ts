import { z } from 'zod';
import type { Problem } from '../../error.ts';
import { ConnectionName } from '../../policy/connection-name.ts';
import { explainIssue, type Finding, type Written } from '../../policy/explain-issue.ts';
import { type SchemaNode, schemaAt } from '../../policy/json-schema.ts';
import { parseDocument } from '../../policy/parse-document.ts';
import { parseYamlDocument } from '../../policy/yaml-document.ts';
import { storeKinds } from '../../registry/stores/kinds.ts';
import { metricKinds } from '../metrics/kinds.ts';
import { servingKinds } from '../serving/kinds.ts';
import { Secret } from './secret.ts';

/** One connection as the operator wrote it. Its settings are checked against its kind. */
export interface Connection {
  readonly name: string;
  readonly kind: string;
  /** `owner/name`, or `owner/*` for all of an owner. None listed: it serves nobody. */
  readonly repositories: readonly string[];
  readonly environments: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
}

const repository = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,100}\/(?:[A-Za-z0-9_.-]{1,100}|\*)$/, '`owner/name`, or `owner/*`; write one per line');

const allowed = {
  repositories: z
    .array(repository)
    .max(1000)
    .default([])
    .describe('The repositories that it serves: `owner/name`, or `owner/*`. None listed: none.'),
  environments: z
    .array(z.string().min(1).max(255))
    .max(100)
    .default([])
    .describe('The environments that it serves. None listed: none.'),
};

/** Every connection of a file, or everything that is wrong with it. What was written is never shown: it may be a credential. */
export function parseConnections(options: {
  readonly text: string;
  readonly file: string;
}):
  | { readonly kind: 'valid'; readonly connections: readonly Connection[] }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] } {
  const document = documentOf(writtenConnections(parseYamlDocument(options).value));
  const words = {
    what: 'connections',
    propose: 'begin with `connections:`, and read docs/metric-sources.md',
    begin: 'begin with `connections:`',
  };
  // zod's own type for the result allows every vocabulary; what it makes of these schemas uses that of SchemaNode.
  const schema = z.toJSONSchema(document, { io: 'input', target: 'draft-7', unrepresentable: 'any' }) as SchemaNode;
  const parsed = parseDocument({ ...options, document, schema, words, explain, findings: badNames });
  if (parsed.kind === 'invalid') return { kind: 'invalid', problems: parsed.problems.map(withoutSyntax) };
  const connections = Object.entries(parsed.value.connections).map(([name, value]) => {
    const { kind, repositories, environments, ...settings } = Base.parse(value);
    return { name, kind, repositories, environments, settings };
  });
  return { kind: 'valid', connections };
}

const Base = z.looseObject({ kind: z.string(), ...allowed });

/** Each connection is held against the schema of its own kind, so that a message speaks of that kind's keys only. */
function documentOf(written: Readonly<Record<string, unknown>>) {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, value] of Object.entries(written)) shape[name] = schemaOf(value);
  return z.strictObject({ connections: z.strictObject(shape) });
}

function schemaOf(written: unknown): z.ZodType {
  const name = isMapping(written) ? written['kind'] : undefined;
  const kinds: Readonly<Record<string, { readonly Connection: z.ZodObject }>> = {
    ...servingKinds,
    ...metricKinds,
    ...storeKinds,
  };
  const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) return z.looseObject({ kind: z.enum(Object.keys(kinds).sort()), ...allowed });
  // The settings are kept as they were written: the adapter that is opened parses them again.
  const strict = kind.Connection.extend({ kind: z.literal(String(name)), ...allowed }).strict();
  return strict.transform((_, context) => (context.issues.length === 0 ? written : z.NEVER));
}

function writtenConnections(value: unknown): Readonly<Record<string, unknown>> {
  const connections = isMapping(value) ? value['connections'] : undefined;
  return isMapping(connections) ? connections : {};
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function badNames(written: unknown): readonly Finding[] {
  return Object.keys(writtenConnections(written))
    .filter((name) => !ConnectionName.safeParse(name).success)
    .map((name) => ({
      at: ['connections', name],
      part: 'key' as const,
      expected: 'a name of lower-case letters, digits and hyphens, at most 63',
      found: 'another name',
      fix: 'rename it',
    }));
}

const secretWords = z.toJSONSchema(Secret).description;
const shownKeys: readonly unknown[] = ['kind', 'repositories', 'environments'];

/** As every file is explained, but for what was written: somebody may have put a credential in any place. */
function explain(issue: z.core.$ZodIssue, written: Written): readonly Finding[] {
  const depth = issue.path.findIndex((_, index) => describes(issue.path.slice(0, index + 1), written.schema));
  if (depth >= 0) {
    const at = issue.path.slice(0, depth + 1) as readonly (string | number)[]; // of a document read from YAML
    const isAbsent = issue.code === 'invalid_type' && issue.input === undefined && at.length === issue.path.length;
    const found = isAbsent || valueAt(written.value, at) === undefined ? 'nothing' : 'something else';
    const fix = 'write `{env: NAME}` or `{file: path}`, and keep the credential itself out of this file';
    const absent = found === 'nothing' ? { absent: true as const } : {};
    return [{ at, part: 'value', ...absent, expected: 'the place of a credential', found, fix }];
  }
  return explainIssue(issue, written).map((finding) =>
    shownKeys.includes(finding.at[2]) ? finding : { ...finding, found: withoutValue(finding) },
  );
}

/** What the parser of YAML says of a mistake can hold the text that it stumbled on. */
function withoutSyntax(problem: Problem): Problem {
  if (problem.expected.startsWith('an anchor')) return { ...problem, expected: 'an anchor that stands above' };
  return problem.expected === 'valid YAML' ? { ...problem, found: 'a mistake of syntax' } : problem;
}

function describes(path: readonly PropertyKey[], schema: SchemaNode): boolean {
  return schemaAt(path, schema)?.description === secretWords;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), value);
}

function withoutValue({ found, part }: Finding): string {
  if (part === 'key') return found;
  return /^(the text|the number)/.test(found) ? found.replace(/^the (text|number)[\s\S]*$/, 'another $1') : found;
}
