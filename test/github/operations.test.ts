import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import openapi from '../fixtures/github-openapi.json' with { type: 'json' };

const root = join(import.meta.dirname, '..', '..');
/** As Octokit's typed requests name an operation. */
const operation = /['`"](GET|POST|PATCH|PUT|DELETE) (\/[a-z][\w/{}.-]*)['`"]/g;
/** What our own web door answers. */
const own = /^(POST \/api\/github\/webhooks|GET \/(health|ready|metrics))$/;

const asked = globSync('{src,app,actions,cli}/**/*.ts', { cwd: root })
  .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(operation)])
  .map(([, method = '', path = '']) => `${method} ${path}`)
  .filter((one) => !own.test(one));

it('asks GitHub only for what its published description has, and all of that is in our cut of it', () => {
  const described = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

  expect(asked.length).toBeGreaterThan(30);
  expect(asked.filter((one) => !described.includes(one))).toEqual([]);
});
