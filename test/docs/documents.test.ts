import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/policy/parse.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { parseReceivers } from '../../src/rollout/alerts/receiver.ts';
import { parseConnections } from '../../src/rollout/connections/file.ts';
import { partProblems } from '../../src/rollout/metrics/parts.ts';

const root = join(import.meta.dirname, '../..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

describe('the documents', () => {
  it('name a test that exists for every attack of the threat model', () => {
    const rows = [...read('docs/threat-model.md').matchAll(/^\|.*\| `(test\/[^`]+)` › (.+) \|$/gm)];

    const missing = rows.filter(
      ([, file = '', claim = '']) => !existsSync(join(root, file)) || !read(file).includes(claim),
    );

    expect(rows.length).toBeGreaterThan(20);
    expect(missing.map(([row]) => row)).toEqual([]);
  });

  it('link only to files that are there', () => {
    const broken = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)]
        .map(([, target = '']) => join(dirname(document), target))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${document} → ${target}`),
    );

    expect(broken).toEqual([]);
  });

  it('show no policy that is not valid', () => {
    const policies = documents.flatMap((document) =>
      [...read(document).matchAll(/```yaml\n(# \.github\/siskin\.yml\n[\s\S]*?)```/g)].map(([, text = '']) => text),
    );

    expect(policies.length).toBeGreaterThan(0);
    expect(policies.map((text) => parsePolicy({ text }))).toMatchObject(policies.map(() => ({ kind: 'valid' })));
  });

  it('ask in their policies for nothing that no source can answer', () => {
    const problems = documents.flatMap((document) =>
      yamlIn(document).flatMap((text) => {
        const parsed = /^models:/m.test(text) ? parsePolicy({ text }) : null;
        const environments = parsed?.kind === 'valid' ? Object.values(parsed.policy.environments) : [];
        const metrics = environments.flatMap((one) => Object.values(one.metrics ?? {}));
        return metrics.flatMap((metric) => partProblems(metric)).map((problem) => `${document}: ${problem}`);
      }),
    );

    expect(problems).toEqual([]);
  });

  it('show no connections, receivers of alerts or manifests that are not valid', () => {
    const texts = documents.flatMap((document) => yamlIn(document).map((text) => [document, text] as const));
    const readers = [
      [/^connections:/m, parseConnections],
      [/^receivers:/m, parseReceivers],
      [/^format: 1$/m, ({ text }: { readonly text: string }) => parseManifest(text, 'models/fraud/release.yml')],
    ] as const;
    const found = readers.map(([begins, parse]) =>
      texts.filter(([, text]) => begins.test(text)).map(([file, text]) => [file, parse({ text, file })] as const),
    );

    expect(found.map((some) => some.length > 0)).toEqual([true, true, true]);
    expect(found.flat().filter(([, { kind }]) => kind !== 'valid')).toEqual([]);
  });

  it('lead with the two commands that package.json knows', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read('README.md').matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(read('README.md')).toContain('npm ci && npm test');
  });
});

function yamlIn(document: string): readonly string[] {
  return [...read(document).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
}
