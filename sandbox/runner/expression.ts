import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { readonly [key: string]: Json };

interface ExpressionFunction {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly call: (...args: data.ExpressionData[]) => data.ExpressionData;
}

/** The state that `success()`, `failure()` and `cancelled()` tell of. */
export interface Status {
  readonly succeeded: boolean;
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** What an expression can see at one place of a workflow. A context that is not here is an error, as on GitHub. */
export interface Scope {
  readonly contexts: JsonRecord;
  /** Where the status functions may be used. */
  readonly status?: Status;
  /** The folder that `hashFiles` searches. */
  readonly hashFiles?: (patterns: readonly string[]) => string;
}

/** An expression that GitHub would refuse, with the place in the text. */
export class ExpressionProblem extends Error {
  constructor(expression: string, cause: unknown) {
    super(`the expression \`${expression}\` is not valid: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'ExpressionProblem';
  }
}

/** The value of one expression, without its `${{ }}`. */
export function evaluate(expression: string, scope: Scope): Json {
  return fromData(evaluateData(expression, scope));
}

/** The text in which each `${{ }}` is replaced by its value. */
export function interpolate(template: string, scope: Scope): string {
  return parseTemplate(template)
    .map((part) => (part.kind === 'text' ? part.text : evaluateData(part.expression, scope).coerceString()))
    .join('');
}

/** As `interpolate`, but a text that is one `${{ }}` as a whole keeps its type. */
export function evaluateTemplate(template: string, scope: Scope): Json {
  const parts = parseTemplate(template.trim());
  const [only] = parts;
  return parts.length === 1 && only?.kind === 'expression'
    ? evaluate(only.expression, scope)
    : interpolate(template, scope);
}

/** A YAML value with all templates in it evaluated; keys stay as they are. */
export function evaluateTree(value: Json, scope: Scope): Json {
  if (typeof value === 'string') {
    return evaluateTemplate(value, scope);
  }
  if (isArray(value)) {
    return value.map((item) => evaluateTree(item, scope));
  }
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, evaluateTree(item, scope)]));
  }
  return value;
}

/**
 * Whether an `if:` holds. Without one of the status functions `success()` is meant as well, and `${{ }}` may be left out.
 * Text around an expression makes it a string, which is true; GitHub does the same.
 */
export function condition(text: string | null, scope: Scope & { readonly status: Status }): boolean {
  if (text === null || text.trim() === '') {
    return scope.status.succeeded;
  }
  const parts = parseTemplate(text.trim());
  const [only] = parts;
  const expressions = parts.filter((part) => part.kind === 'expression').map((part) => part.expression);
  const bare = expressions.length === 0 ? [text] : expressions;
  if (!bare.some(asksForStatus) && !scope.status.succeeded) {
    return false;
  }
  if (expressions.length === 0) {
    return isTruthy(evaluate(text, scope));
  }
  return parts.length === 1 && only?.kind === 'expression'
    ? isTruthy(evaluate(only.expression, scope))
    : interpolate(text, scope) !== '';
}

/** Whether GitHub takes a value for true. */
export function isTruthy(value: Json): boolean {
  return !(value === null || value === false || value === '' || value === 0 || Number.isNaN(value));
}

/** A value as it appears in text: an object is `Object`, null is nothing. */
export function textOf(value: Json): string {
  return toData(value).coerceString();
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isRecord(value: Json | undefined): value is JsonRecord {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly expression: string };

function parseTemplate(template: string): readonly Part[] {
  const parts: Part[] = [];
  let position = 0;
  for (;;) {
    const start = template.indexOf('${{', position);
    if (start === -1) {
      break;
    }
    const end = endOfExpression(template, start + 3);
    if (end === -1) {
      throw new ExpressionProblem(template.slice(start), new Error('expected `}}`, found the end of the text'));
    }
    if (start > position) {
      parts.push({ kind: 'text', text: template.slice(position, start) });
    }
    parts.push({ kind: 'expression', expression: template.slice(start + 3, end).trim() });
    position = end + 2;
  }
  if (position < template.length) {
    parts.push({ kind: 'text', text: template.slice(position) });
  }
  return parts;
}

// A `}}` inside a string literal does not end the expression; a quote is escaped by doubling it, which toggles twice.
function endOfExpression(template: string, from: number): number {
  let quoted = false;
  for (let index = from; index < template.length; index += 1) {
    if (template[index] === "'") {
      quoted = !quoted;
    } else if (!quoted && template.startsWith('}}', index)) {
      return index;
    }
  }
  return -1;
}

function evaluateData(expression: string, scope: Scope): data.ExpressionData {
  const functions = new Map(functionsOf(scope).map((definition) => [definition.name.toLowerCase(), definition]));
  const context = new data.Dictionary(
    ...Object.entries(scope.contexts).map(([key, value]) => ({ key, value: toData(value) })),
  );
  try {
    const tokens = new Lexer(expression).lex().tokens;
    const tree = new Parser(tokens, Object.keys(scope.contexts), [...functions.values()]).parse();
    return new Evaluator(tree, context, functions).evaluate();
  } catch (error) {
    throw new ExpressionProblem(expression, error);
  }
}

function asksForStatus(expression: string): boolean {
  return /(^|[^\w.-])(success|failure|always|cancelled)\s*\(/i.test(expression.replace(/'(?:[^']|'')*'/g, "''"));
}

function functionsOf(scope: Scope): readonly ExpressionFunction[] {
  const { status, hashFiles } = scope;
  const functions: ExpressionFunction[] = [];
  const constant = (name: string, value: boolean) =>
    functions.push({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) });
  if (status !== undefined) {
    constant('success', status.succeeded);
    constant('failure', status.failed);
    constant('cancelled', status.cancelled);
    constant('always', true);
  }
  if (hashFiles !== undefined) {
    functions.push({
      name: 'hashFiles',
      minArgs: 1,
      maxArgs: 255,
      call: (...patterns) => new data.StringData(hashFiles(patterns.map((pattern) => pattern.coerceString()))),
    });
  }
  return functions;
}

function toData(value: Json): data.ExpressionData {
  // The reviver turns every JSON value, so also the outermost, into the library's own.
  return JSON.parse(JSON.stringify(value), data.reviver) as data.ExpressionData;
}

function fromData(value: data.ExpressionData): Json {
  // What the replacer leaves is what JSON can hold.
  return JSON.parse(JSON.stringify(value, data.replacer) ?? 'null') as Json;
}
