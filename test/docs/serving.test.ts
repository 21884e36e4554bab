import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConnections } from '../../src/rollout/connections.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/serving.md'), 'utf8');
const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AZURE_CLIENT_SECRET: 'c' };

/** Sections with a file of connections, each with the names in it. */
const sections = page.split(/^## /m).flatMap((section) => {
  const [, text] = /```yaml\n(connections:\n[\s\S]*?)```/.exec(section) ?? [];
  return text === undefined ? [] : [{ section, text, title: section.split('\n')[0] ?? '' }];
});

it('the page on serving platforms has a file of connections for each', () => {
  expect(sections.length).toBeGreaterThanOrEqual(6);
});

it.each(sections)('what the page on serving platforms shows of $title can be opened', ({ section, text }) => {
  const read = readConnections({ text, file: 'connections.yml', env });
  if (read.kind === 'invalid') expect.fail(JSON.stringify(read.problems));
  const targets = [...section.matchAll(/`serving: (\{.+?\})`/g)].map(([, block = '']) => parse(block));

  for (const { name } of read.connections.all) {
    const target = targets.find(({ connection }) => connection === name);
    expect(target, `a serving block for ${name}`).toBeDefined();
    const asker = { repository: 'acme/shop', environment: 'production', model: 'fraud' };
    expect(read.connections.openServing({ ...asker, connection: name, target })).toHaveProperty('observe');
  }
});

it('what the page on Kubernetes shows can be opened', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/serving-kubernetes.md'), 'utf8');
  const [, file = ''] = /```yaml\n(connections:\n[\s\S]*?)```/.exec(text) ?? [];
  const inside = { CLUSTER_TOKEN: 'a', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const read = readConnections({ text: file, file: 'connections.yml', env: inside });
  if (read.kind === 'invalid') expect.fail(JSON.stringify(read.problems));
  const targets = [...text.matchAll(/^serving: (\{.+\})$/gm)].map(([, block = '']) => parse(block));

  expect(targets.map(({ connection }) => connection)).toEqual(read.connections.all.map(({ name }) => name));
  for (const target of targets) {
    const asker = { repository: 'acme/shop', environment: 'production', model: 'fraud' };
    expect(read.connections.openServing({ ...asker, connection: target.connection, target })).toHaveProperty('observe');
  }
});
