import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { startGithub } from '../sandbox/github/github.ts';

// Makes test/fixtures/github-openapi.json from the tarball of `npm pack @octokit/openapi@23.0.2`: GitHub's description of
// the operations that the local GitHub answers, and no others. The package itself is a gigabyte when unpacked.
const target = new URL('../test/fixtures/github-openapi.json', import.meta.url);
const member = 'package/generated/api.github.com.json';
const maxBytes = 200 * 1024 * 1024;
const prose = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'title', 'x-github']);

type Node = { readonly [key: string]: unknown };

const tarball = process.argv[2];
if (tarball === undefined) {
  console.error('expected a tarball, found none; run: npm pack @octokit/openapi@23.0.2, then give me its path');
  process.exit(1);
}
const { stdout } = await promisify(execFile)('tar', ['-xzOf', tarball, member], { maxBuffer: maxBytes });
const whole: unknown = JSON.parse(stdout);
await using github = await startGithub();
const operations = github.routes.map((route) => [route.path, route.method.toLowerCase()] as const);
const { subset, missing } = subsetOf(node(whole), operations);
await writeFile(target, `${JSON.stringify(subset)}\n`);
console.log(
  `${operations.length - missing.length} operations kept; not described by GitHub: ${missing.join(', ') || 'none'}`,
);

function subsetOf(
  api: Node,
  wanted: readonly (readonly [string, string])[],
): { readonly subset: Node; readonly missing: readonly string[] } {
  const described = node(api['paths']);
  const paths: Record<string, Record<string, unknown>> = {};
  const missing: string[] = [];
  for (const [path, method] of wanted) {
    const operation = node(described[path])[method];
    if (operation === undefined) {
      missing.push(`${method.toUpperCase()} ${path}`);
    } else {
      paths[path] = { ...paths[path], [method]: slim(operation) };
    }
  }
  const components: Record<string, Record<string, unknown>> = {};
  const follow = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(follow);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        const reference = key === '$ref' && typeof inner === 'string' ? inner.split('/') : null;
        if (reference === null) {
          follow(inner);
          continue;
        }
        const [, , kind = '', name = ''] = reference;
        if (components[kind]?.[name] === undefined) {
          const component = slim(node(node(api['components'])[kind])[name]);
          components[kind] = { ...components[kind], [name]: component };
          follow(component);
        }
      }
    }
  };
  follow(paths);
  return { subset: { openapi: api['openapi'], paths, components }, missing };
}

/** Without prose and examples. Names below `properties` are the API's own words and stay. */
function slim(value: unknown, names: 'keywords' | 'properties' = 'keywords'): unknown {
  if (Array.isArray(value)) {
    return value.map((entry) => slim(entry));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => names === 'properties' || !prose.has(key))
      .map(([key, inner]) => [
        key,
        slim(inner, names === 'keywords' && key === 'properties' ? 'properties' : 'keywords'),
      ]),
  );
}

function node(value: unknown): Node {
  // What is no object has no members, which is all that is asked of it here.
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}
