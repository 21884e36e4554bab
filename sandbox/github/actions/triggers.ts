import { parse } from 'yaml';

/** Which branches and paths an event must touch; null takes all. */
export interface EventFilter {
  readonly branches: readonly string[] | null;
  readonly branchesIgnore: readonly string[] | null;
  readonly tags: readonly string[] | null;
  readonly paths: readonly string[] | null;
  readonly pathsIgnore: readonly string[] | null;
  /** Activity types of a pull request. */
  readonly types: readonly string[] | null;
}

export interface DispatchInput {
  readonly required: boolean;
  readonly type: string;
  readonly default: string | null;
  readonly options: readonly string[];
}

/** What starts a workflow, as far as the sandbox knows it. A null trigger does not start it. */
export interface Triggers {
  readonly name: string | null;
  readonly dispatch: Readonly<Record<string, DispatchInput>> | null;
  readonly push: EventFilter | null;
  readonly pullRequest: EventFilter | null;
}

/** Reads name and triggers of a workflow file; a file that is no workflow has none. */
export function parseTriggers(text: string): Triggers {
  const root = recordOf(parseOrNull(text));
  const on = root['on'];
  const events =
    typeof on === 'string'
      ? { [on]: null }
      : Array.isArray(on)
        ? Object.fromEntries(on.map((event) => [String(event), null]))
        : recordOf(on);
  return {
    name: typeof root['name'] === 'string' ? root['name'] : null,
    dispatch: 'workflow_dispatch' in events ? parseInputs(events['workflow_dispatch']) : null,
    push: 'push' in events ? parseFilter(events['push']) : null,
    pullRequest: 'pull_request' in events ? parseFilter(events['pull_request']) : null,
  };
}

/** Whether a push of this ref and these paths starts a workflow. */
export function startsOnPush(
  filter: EventFilter,
  push: { readonly ref: string; readonly paths: readonly string[] },
): boolean {
  const tag = /^refs\/tags\/(.+)$/.exec(push.ref)?.[1];
  if (tag !== undefined) {
    const onlyBranches = filter.branches !== null || filter.branchesIgnore !== null;
    return filter.tags === null ? !onlyBranches : matchesPatterns(filter.tags, tag);
  }
  const branch = push.ref.replace(/^refs\/heads\//, '');
  const onlyTags = filter.tags !== null && filter.branches === null && filter.branchesIgnore === null;
  return !onlyTags && fitsBranch(filter, branch) && fitsPaths(filter, push.paths);
}

/** Whether an activity on a pull request into this branch starts a workflow. */
export function startsOnPullRequest(
  filter: EventFilter,
  pull: { readonly action: string; readonly base: string; readonly paths: readonly string[] },
): boolean {
  const types = filter.types ?? ['opened', 'synchronize', 'reopened'];
  return types.includes(pull.action) && fitsBranch(filter, pull.base) && fitsPaths(filter, pull.paths);
}

function fitsBranch(filter: EventFilter, branch: string): boolean {
  return (
    (filter.branches === null || matchesPatterns(filter.branches, branch)) &&
    (filter.branchesIgnore === null || !matchesPatterns(filter.branchesIgnore, branch))
  );
}

function fitsPaths(filter: EventFilter, paths: readonly string[]): boolean {
  const { paths: wanted, pathsIgnore: ignored } = filter;
  return (
    (wanted === null || paths.some((path) => matchesPatterns(wanted, path))) &&
    (ignored === null || paths.length === 0 || paths.some((path) => !matchesPatterns(ignored, path)))
  );
}

// The last pattern that matches decides; a `!` takes out again.
function matchesPatterns(patterns: readonly string[], text: string): boolean {
  return patterns.reduce(
    (matched, pattern) =>
      pattern.startsWith('!')
        ? matched && !patternExpression(pattern.slice(1)).test(text)
        : matched || patternExpression(pattern).test(text),
    false,
  );
}

// `*` stays within a path's part, `**` does not, `?` and `+` repeat what is before them.
function patternExpression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/?|\*|\[[^\]]*\]|[.^$(){}|\\]/g, (token) => {
    if (token === '**/') {
      return '(?:.*/)?';
    }
    return token === '**' ? '.*' : token === '*' ? '[^/]*' : token.startsWith('[') ? token : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

function parseInputs(value: unknown): Readonly<Record<string, DispatchInput>> {
  return Object.fromEntries(
    Object.entries(recordOf(recordOf(value)['inputs'])).map(([name, declared]) => {
      const input = recordOf(declared);
      const fallback = input['default'];
      return [
        name,
        {
          required: input['required'] === true,
          type: typeof input['type'] === 'string' ? input['type'] : 'string',
          default: fallback === undefined || fallback === null ? null : String(fallback),
          options: textList(input['options']) ?? [],
        },
      ];
    }),
  );
}

function parseFilter(value: unknown): EventFilter {
  const filter = recordOf(value);
  return {
    branches: textList(filter['branches']),
    branchesIgnore: textList(filter['branches-ignore']),
    tags: textList(filter['tags']),
    paths: textList(filter['paths']),
    pathsIgnore: textList(filter['paths-ignore']),
    types: textList(filter['types']),
  };
}

function parseOrNull(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  // Any object that is no list can be read by its keys.
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function textList(value: unknown): readonly string[] | null {
  return value === undefined || value === null ? null : (Array.isArray(value) ? value : [value]).map(String);
}
