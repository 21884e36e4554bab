import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Observer } from './github.ts';
import type { Exchange } from './server/server.ts';
import type { Delivery } from './webhooks.ts';

/** Something that GitHub's published descriptions do not allow: in what a caller sent, or in what the sandbox said. */
export interface Violation {
  readonly kind: 'request' | 'answer' | 'webhook';
  /** `GET /repos/{owner}/{repo} 200` or `pull_request.opened` */
  readonly where: string;
  readonly problem: string;
}

export interface Conformance {
  /** To be added to a sandbox's `observers`. */
  readonly observer: Observer;
  /** In the order in which they happened, each once. */
  readonly violations: readonly Violation[];
  /** What was looked at: operations and webhooks, with how often. */
  readonly seen: ReadonlyMap<string, number>;
}

type Node = { readonly [key: string]: unknown };

/** GitHub answers these everywhere, though it describes them for few operations. */
const commonRefusals = new Set([400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 502, 503]);

/** GitHub answers these without describing them: a repository by its id, and the root folder without a trailing slash. */
const undescribed = new Set(['GET /repositories/{repository_id}', 'GET /repos/{owner}/{repo}/contents']);

/**
 * Holds every REST call and every webhook of a sandbox against GitHub's OpenAPI description and its webhook schemas.
 * Requests count only when they were answered well: tests may send nonsense to see it refused.
 */
export function conformanceOf(openapi: unknown, webhookSchema: unknown): Conformance {
  const violations: Violation[] = [];
  const seen = new Map<string, number>();
  const check = checkFor(openapi, webhookSchema);
  const report = (violation: Violation) => {
    const known = violations.some(
      (other) =>
        other.where === violation.where && other.problem === violation.problem && other.kind === violation.kind,
    );
    if (!known) {
      violations.push(violation);
    }
  };
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  return {
    violations,
    seen,
    observer: {
      onExchange: (exchange) => {
        const operation = `${exchange.call.method} ${exchange.call.route}`;
        const where = `${operation} ${exchange.call.status}`;
        if (!check.knows(operation)) {
          if (!undescribed.has(operation) && exchange.call.status !== 404) {
            report({ kind: 'request', where, problem: 'no such operation in the description that was given' });
          }
          return;
        }
        count(operation);
        for (const problem of check.answer(operation, exchange)) {
          report({ kind: 'answer', where, problem });
        }
        for (const problem of exchange.call.status < 400 ? check.request(operation, exchange) : []) {
          report({ kind: 'request', where, problem });
        }
      },
      onDelivery: (delivery) => {
        const where = delivery.action === null ? delivery.event : `${delivery.event}.${delivery.action}`;
        count(where);
        for (const problem of check.webhook(delivery)) {
          report({ kind: 'webhook', where, problem });
        }
      },
    },
  };
}

interface Check {
  readonly knows: (operation: string) => boolean;
  readonly request: (operation: string, exchange: Exchange) => readonly string[];
  readonly answer: (operation: string, exchange: Exchange) => readonly string[];
  readonly webhook: (delivery: Delivery) => readonly string[];
}

/** Compiled schemas are kept for as long as their document, as compiling takes longer than all the checking. */
const checks = new WeakMap<object, Check>();

function checkFor(openapi: unknown, webhookSchema: unknown): Check {
  const key = node(openapi);
  const check = checks.get(key) ?? createCheck(openapi, webhookSchema);
  checks.set(key, check);
  return check;
}

function createCheck(openapi: unknown, webhookSchema: unknown): Check {
  const api = node(withNull(openapi));
  const hooks = node(webhookSchema);
  // GitHub's documents use formats and keywords of their own, which say nothing that could be checked.
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    allErrors: true,
    logger: false,
    inlineRefs: false,
    code: { optimize: false },
  });
  addFormats.default(ajv);
  // Addresses of GitHub's own bots hold brackets: `1+siskin[bot]@users.noreply.github.com`.
  ajv.addFormat('email', /^[^@\s]+@[^@\s]+$/);
  ajv.addSchema({ ...api, $id: 'api' });
  ajv.addSchema({ ...hooks, $id: 'hooks' });
  const compiled = new Map<string, ValidateFunction>();
  const problems = (schema: Node, value: unknown): readonly string[] => {
    const key = JSON.stringify(schema);
    const validate = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, validate);
    return validate(value) ? [] : (validate.errors ?? []).slice(0, 5).map(errorText);
  };
  const follow = (value: unknown): Node => {
    const reference = node(value)['$ref'];
    return typeof reference === 'string' ? node(at(api, reference.slice(2).split('/'))) : node(value);
  };
  const operationOf = (operation: string): { readonly pointer: string; readonly description: Node } => {
    const [method = '', path = ''] = operation.split(' ');
    return {
      pointer: `api#/paths/${path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method.toLowerCase()}`,
      description: node(at(api, ['paths', path, method.toLowerCase()])),
    };
  };
  return {
    knows: (operation) => Object.keys(operationOf(operation).description).length > 0,
    answer: (operation, exchange) => {
      const { status } = exchange.call;
      const { description, pointer } = operationOf(operation);
      const described = node(description['responses'])[String(status)];
      if (status === 304 || (described === undefined && commonRefusals.has(status))) {
        return status === 304 ? [] : problems(refusal, exchange.answer.json);
      }
      if (described === undefined) {
        return [`GitHub does not answer ${status} here`];
      }
      const schema = node(node(follow(described)['content'])['application/json'])['schema'];
      if (schema === undefined || exchange.answer.json === undefined) {
        return [];
      }
      const reference = node(described)['$ref'];
      const base = typeof reference === 'string' ? `api${reference}` : `${pointer}/responses/${status}`;
      return problems({ $ref: `${base}/content/application~1json/schema` }, exchange.answer.json);
    },
    request: (operation, exchange) => {
      const { description, pointer } = operationOf(operation);
      const parameters = (Array.isArray(description['parameters']) ? description['parameters'] : []).map(follow);
      return [
        ...queryProblems(parameters, exchange.query, (schema, value) => problems(resolved(schema), value)),
        ...bodyProblems(description, pointer, exchange, problems),
      ];
    },
    webhook: (delivery) => {
      const name = `${delivery.event}$${delivery.action ?? 'event'}`;
      return node(hooks['definitions'])[name] === undefined
        ? [`GitHub describes no webhook ${name}`]
        : problems({ $ref: `hooks#/definitions/${name}` }, delivery.payload);
    },
  };
}

const refusal: Node = {
  type: 'object',
  properties: { message: { type: 'string' }, documentation_url: { type: 'string' }, status: { type: 'string' } },
  required: ['message'],
};

function queryProblems(
  parameters: readonly Node[],
  query: URLSearchParams,
  problems: (schema: Node, value: unknown) => readonly string[],
): readonly string[] {
  const described = parameters.filter((parameter) => parameter['in'] === 'query');
  const unknown = [...query.keys()].filter((name) => !described.some((parameter) => parameter['name'] === name));
  return [
    ...unknown.map((name) => `query parameter ${name} is not known to GitHub`),
    ...described.flatMap((parameter) => {
      const name = String(parameter['name']);
      const text = query.get(name);
      if (text === null) {
        return parameter['required'] === true ? [`query parameter ${name} is missing`] : [];
      }
      const schema = node(parameter['schema']);
      return problems(schema, typed(text, schema)).map((problem) => `query parameter ${name} ${problem}`);
    }),
  ];
}

/** A query's text as the type that its schema wants, where it can be read so. */
function typed(text: string, schema: Node): unknown {
  const types = [schema['type']].flat();
  if (types.includes('integer') || types.includes('number')) {
    return text.trim() === '' ? text : Number(text);
  }
  return types.includes('boolean') && /^(true|false)$/.test(text) ? text === 'true' : text;
}

/** References inside a parameter's own schema are meant within the API's document. */
function resolved(schema: Node): Node {
  const reference = schema['$ref'];
  return typeof reference === 'string' ? { $ref: `api${reference}` } : schema;
}

function bodyProblems(
  description: Node,
  pointer: string,
  exchange: Exchange,
  problems: (schema: Node, value: unknown) => readonly string[],
): readonly string[] {
  const body = exchange.requestBody;
  const schema = node(at(description, ['requestBody', 'content', 'application/json', 'schema']));
  if (!exchange.requestIsJson || body === null) {
    return [];
  }
  const isEmpty = Object.keys(body).length === 0;
  if (Object.keys(schema).length === 0) {
    return isEmpty ? [] : [`GitHub takes no body here, found ${Object.keys(body).join(', ')}`];
  }
  if (isEmpty && node(description['requestBody'])['required'] !== true) {
    return [];
  }
  const known = schema['properties'] === undefined ? null : node(schema['properties']);
  const extra = known === null ? [] : Object.keys(body).filter((name) => known[name] === undefined);
  // A bare list was wrapped by the server so that every route sees an object.
  const sent = Array.isArray(body['items']) && extra.includes('items') ? body['items'] : body;
  return [
    ...(sent === body ? extra.map((name) => `body field ${name} is not known to GitHub`) : []),
    ...problems({ $ref: `${pointer}/requestBody/content/application~1json/schema` }, sent).map(
      (text) => `body ${text}`,
    ),
  ];
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says null; both in one pass over the whole document. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withNull);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, inner]) => [key, withNull(inner)] as const);
  const { nullable, ...rest } = Object.fromEntries(entries.map(corrected));
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : nullable === undefined ? rest : { ...rest };
}

/**
 * The list of installations says that an account is a user and an enterprise at once (`allOf`), where the single
 * installation says one of both.
 */
function corrected([key, value]: readonly [string, unknown]): readonly [string, unknown] {
  const required = (name: string) => (entry: unknown) => [node(entry)['required']].flat().includes(name);
  const isBoth =
    key === 'allOf' && Array.isArray(value) && value.some(required('login')) && value.some(required('slug'));
  return isBoth ? ['anyOf', value] : [key, value];
}

function errorText(error: ErrorObject): string {
  const more = error.keyword === 'additionalProperties' ? ` (${String(error.params['additionalProperty'])})` : '';
  return `${error.instancePath || '/'} ${error.message ?? error.keyword}${more}`;
}

function at(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => node(found)[key], root);
}

function node(value: unknown): Node {
  // What is no object has no members, which is all that is asked of it here.
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}
