import type { Route } from '../routes.ts';

/** Parameters that may hold slashes, as GitHub allows for paths and ref names. */
const spanning = new Set(['path', 'ref', 'basehead', 'branch', 'tag', 'name', 'environment_name']);

export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a request. Where several fit, the one with more fixed segments wins. */
export function createMatcher(routes: readonly Route[]): (method: string, path: string) => Match | null {
  const compiled = routes
    .map((route) => ({ route, ...compile(route.path) }))
    .sort((left, right) => right.fixed - left.fixed || left.spans - right.spans);
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method;
    for (const { route, expression, names } of compiled) {
      const found = route.method === wanted ? expression.exec(path) : null;
      const params = found === null ? null : decodeAll(names, found);
      if (params !== null) {
        return { route, params };
      }
    }
    return null;
  };
}

function compile(template: string): {
  readonly expression: RegExp;
  readonly names: readonly string[];
  readonly fixed: number;
  readonly spans: number;
} {
  const names: string[] = [];
  const source = template.replace(/\{([a-z_]+)\}|[.*+?^$()[\]\\|]/g, (whole, name: string | undefined) => {
    if (name === undefined) {
      return `\\${whole}`;
    }
    names.push(name);
    return spanning.has(name) ? '(.+?)' : '([^/]+)';
  });
  return {
    expression: new RegExp(`^${source}/?$`),
    names,
    fixed: template.split('/').filter((segment) => segment !== '' && !segment.includes('{')).length,
    spans: names.filter((name) => spanning.has(name)).length,
  };
}

/** Null when a parameter is not valid percent-encoding: then it names nothing. */
function decodeAll(names: readonly string[], found: RegExpExecArray): Readonly<Record<string, string>> | null {
  try {
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]));
  } catch {
    return null;
  }
}
