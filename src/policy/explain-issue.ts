import type { z } from 'zod';
import type { Problem } from '../error.ts';
import { homeOf, knownKeys, type SchemaNode, schemaAt } from './json-schema.ts';
import { nearest } from './nearest.ts';
import { quoted } from './quoted.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** A problem without its place in the text: where it stands in the document, and which part of that entry is meant. */
export interface Finding extends Pick<Problem, 'expected' | 'found' | 'fix'> {
  readonly at: Path;
  readonly part: 'key' | 'value';
  /** A key that is not there may stand behind a syntax error; nothing else depends on what was not read. */
  readonly absent?: true;
  /** The known key of which this unknown one is a misspelling. */
  readonly meant?: string;
}

/** What somebody wrote, and what it is held against. */
export interface Written {
  readonly value: unknown;
  readonly schema: SchemaNode;
  /** What to do when the document is no mapping at all, e.g. "begin with `version: 1`". */
  readonly begin: string;
}

/** What a schema issue means to the person who wrote the document: one finding per mistake. */
export function explainIssue(issue: Issue, written: Written): readonly Finding[] {
  // Paths of a document read from YAML hold strings and numbers only.
  const at = issue.path as Path;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...at, key], key, written.schema));
    case 'invalid_key':
      return [{ at, part: 'key', ...wrongName(issue, at) }];
    case 'invalid_union':
      return explainUnion(issue, written);
    default:
      return [explainValue(issue, at, written)];
  }
}

function unknownKey(at: Path, key: string, schema: SchemaNode): Finding {
  const known = knownKeys(at.slice(0, -1), schema);
  const meant = nearest(key, known);
  const home = homeOf(key, schema);
  let fix = `remove it; known here: ${known.join(', ')}`;
  if (meant !== null) fix = `did you mean \`${meant}\`?`;
  else if (isOfRepository(at, schema)) fix = 'move it into `access` at the top: it is about no environment';
  else if (home !== null) fix = `move it into \`${home}\``;
  return {
    at,
    part: 'key',
    expected: keysOf(at),
    found: quoted(key),
    fix,
    ...(meant !== null && { meant }),
  };
}

/** Whether it is a verb that is given for the whole repository, and stands at an environment. */
function isOfRepository(at: Path, schema: SchemaNode): boolean {
  return (
    at[0] === 'environments' && at.at(-2) === 'access' && knownKeys(['access'], schema).includes(String(at.at(-1)))
  );
}

/** What the keys beside this one name. */
function keysOf(at: Path): string {
  if (at.at(-2) === 'metrics') return 'a known metric';
  return at.at(-2) === 'access' && at[0] !== 'models' ? 'a verb that is given here' : 'a known key';
}

function wrongName(issue: Issue, at: Path): Pick<Problem, 'expected' | 'found' | 'fix'> {
  const name = String(at.at(-1));
  const reason = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  const suggestion = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  return {
    expected: `a name of ${reason ?? 'known letters'}`,
    found: quoted(name),
    fix: suggestion === '' || suggestion === name ? 'choose another name' : `write \`${suggestion}\``,
  };
}

/** Of the branches of a union the one that fits the written value best explains it. */
function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>, written: Written): readonly Finding[] {
  const { value: document, schema } = written;
  // As above: paths of a YAML document.
  const at = issue.path as Path;
  const deeper = issue.errors.find((branch) => branch.length > 0 && branch.every((inner) => !refusesTheWhole(inner)));
  if (deeper !== undefined) {
    return deeper.flatMap((inner) => explainIssue({ ...inner, path: [...at, ...inner.path] } as Issue, written));
  }
  return [
    {
      at,
      part: 'value',
      ...absence(document, at),
      expected: schemaWords(at, schema) ?? 'another kind of value',
      found: describe(valueAt(document, at)),
      fix: fixFor(at, valueAt(document, at), written),
    },
  ];
}

function refusesTheWhole(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function explainValue(issue: Issue, at: Path, written: Written): Finding {
  const { value: document, schema } = written;
  const value = valueAt(document, at);
  const base = { at, part: 'value', ...absence(document, at), found: describe(value) } as const;
  switch (issue.code) {
    case 'invalid_value': {
      const options = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, options) : null;
      const expected = options.length === 1 ? describe(issue.values[0]) : `one of ${options.join(', ')}`;
      if (base.absent) return { ...base, expected, fix: `add \`${at.at(-1)}: ${options[0]}\`` };
      return {
        ...base,
        expected,
        fix: meant === null ? `write ${options.join(' or ')}` : `did you mean \`${meant}\`?`,
      };
    }
    case 'too_small':
    case 'too_big': {
      const expected = bound(issue);
      const fix = issue.origin === 'number' || issue.origin === 'int' ? `write ${expected}` : `write ${expected} here`;
      return { ...base, expected, fix };
    }
    case 'invalid_type':
      return { ...base, expected: schemaWords(at, schema) ?? issue.expected, fix: fixFor(at, value, written) };
    case 'invalid_format':
    case 'custom':
      return { ...base, ...spoken(issue.message, at) };
    default:
      return { ...base, expected: issue.message, fix: 'correct it' };
  }
}

/** Messages of our own schema read "expected; fix". */
function spoken(message: string, at: Path): Pick<Problem, 'expected' | 'fix'> {
  const [expected = message, fix = `change ${quoted(String(at.at(-1) ?? 'it'))}`] = message.split('; ');
  return { expected, fix };
}

function bound(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  if (issue.origin === 'string') {
    return issue.code === 'too_small' ? 'a text that is not empty' : `a text of at most ${limit} characters`;
  }
  if (issue.origin === 'array') {
    return issue.code === 'too_small' ? `a list of at least ${limit}` : `a list of at most ${limit}`;
  }
  const words = issue.code === 'too_small' ? ['of at least', 'above'] : ['of at most', 'below'];
  return `a number ${words[issue.inclusive ? 0 : 1]} ${limit}`;
}

function absence(document: unknown, at: Path): { readonly absent?: true } {
  if (at.length === 0) return {};
  return valueAt(document, at) === undefined ? { absent: true } : {};
}

function fixFor(at: Path, value: unknown, { schema, begin }: Written): string {
  const key = at.at(-1);
  if (key === undefined) return begin;
  const text = schemaAt(at, schema)?.description;
  if (value === undefined) return `add \`${key}\`${text === undefined ? '' : `: ${text}`}`;
  const types = [schemaAt(at, schema)?.type ?? []].flat();
  if (
    typeof value === 'string' &&
    /^-?[\d.]+$/.test(value) &&
    (types.includes('number') || types.includes('integer'))
  ) {
    return 'remove the quotes';
  }
  if ((typeof value === 'number' || typeof value === 'boolean') && types.includes('string')) {
    return `put it in quotes: \`"${value}"\``;
  }
  return text === undefined ? `change ${quoted(String(key))}` : `change it: ${text}`;
}

function schemaWords(at: Path, schema: SchemaNode): string | null {
  const node = schemaAt(at, schema);
  if (node === null) return null;
  const single = node.anyOf ?? [node];
  const words = single.map((option) => {
    if (option.const !== undefined) return describe(option.const);
    if (option.enum !== undefined) return `one of ${option.enum.join(', ')}`;
    const names = typeof option.type === 'string' ? [option.type] : (option.type ?? []);
    return names.map((name) => typeWords[name] ?? name).join(' or ');
  });
  return words.join(' or ');
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key]; // a mapping or a list, as just checked
  }
  return value;
}

/** What was written, in words that fit into a sentence. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quoted(value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
}
