import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { problemText } from '../../src/error.ts';
import { type Connections, noConnections, readConnections } from '../../src/rollout/connections.ts';
import { metricKinds } from '../../src/rollout/metrics/kinds.ts';
import { partsOf } from '../../src/rollout/metrics/parts.ts';
import { servingKinds } from '../../src/rollout/serving/kinds.ts';

const text = `
connections:
  prod-prometheus:
    kind: prometheus
    url: https://prometheus.internal:9090/
    token: {env: PROMETHEUS_TOKEN}
    repositories: [Acme/fraud, data/*]
    environments: [production]
  given-to-nobody:
    kind: prometheus
    url: https://prometheus.internal:9091
`;

function connections(written = text): Connections {
  const read = readConnections({ text: written, file: 'connections.yml', env: {} });
  if (read.kind === 'invalid') throw new Error(read.problems.map(problemText).join('\n'));
  return read.connections;
}

function problems(written: string): readonly string[] {
  const read = readConnections({ text: written, file: 'connections.yml', env: {} });
  return read.kind === 'valid'
    ? []
    : read.problems.map(
        (problem) => `${problem.line}: ${problemText(problem).replace(/one of .*?, found/, 'one of the kinds, found')}`,
      );
}

describe('a file of connections', () => {
  it('is read, and its addresses and kinds are kept', () => {
    expect(connections().all).toMatchObject([
      {
        name: 'prod-prometheus',
        kind: 'prometheus',
        repositories: ['Acme/fraud', 'data/*'],
        environments: ['production'],
      },
      { name: 'given-to-nobody', repositories: [], environments: [] },
    ]);
  });

  it('says everything that is wrong with it at once, with lines, and shows nothing that may be a credential', () => {
    const found = problems(`
connections:
  Bad_Name:
    kind: prometheus
    url: https://prometheus.internal
  one:
    kind: promethius
  two:
    kind: prometheus
    url: https://me:hunter2@prometheus.internal
    tokn: {env: TOKEN}
  three:
    kind: prometheus
    url: ftp://hunter2
    token: hunter2
    repositories: ['*', 'acme']
    environments: production
  four:
    kind: prometheus
    token: {env: hunter2, file: hunter2}
`);

    expect(found).toMatchInlineSnapshot(`
      [
        "3: \`connections.Bad_Name\`: expected a name of lower-case letters, digits and hyphens, at most 63, found another name; rename it",
        "7: \`connections.one.kind\`: expected one of the kinds, found the text \`promethius\`; did you mean \`prometheus\`?",
        "10: \`connections.two.url\`: expected an http(s) address without user, password, query and fragment, found another text; credentials have keys of their own",
        "11: \`connections.two.tokn\`: expected a known key, found \`tokn\`; did you mean \`token\`?",
        "14: \`connections.three.url\`: expected an http(s) address without user, password, query and fragment, found another text; credentials have keys of their own",
        "15: \`connections.three.token\`: expected the place of a credential, found something else; write \`{env: NAME}\` or \`{file: path}\`, and keep the credential itself out of this file",
        "16: \`connections.three.repositories.0\`: expected \`owner/name\`, or \`owner/*\`, found the text \`*\`; write one per line",
        "16: \`connections.three.repositories.1\`: expected \`owner/name\`, or \`owner/*\`, found the text \`acme\`; write one per line",
        "17: \`connections.three.environments\`: expected a list, found the text \`production\`; change it: The environments that it serves. None listed: none.",
        "18: \`connections.four.url\`: expected a text, found nothing; add \`url\`: Where it answers, e.g. https://prometheus.internal:9090.",
        "20: \`connections.four.token\`: expected the place of a credential, found something else; write \`{env: NAME}\` or \`{file: path}\`, and keep the credential itself out of this file",
      ]
    `);
    expect(found.join('\n')).not.toContain('hunter2');
  });

  it.each([
    '',
    'connections',
    'connections: 1',
    '[]',
    'connections: {a: 1}',
    'connections: {a: {kind: [x]}}',
    '\0',
    'a: &a [*a]',
  ])('refuses %j with a sentence', (written) => {
    expect(problems(written)).not.toEqual([]);
  });

  it.each([
    '!hunter2 x',
    '*hunter2',
    '&hunter2 *hunter2',
    '@hunter2',
    '{{hunter2',
    '"hunter2',
    '%hunter2',
    '[hunter2, {hunter2}]',
    '|hunter2',
    '1hunter2: x: y',
    'hunter2: {env: hunter2',
  ])('shows nothing of a credential that YAML cannot read: %s', (written) => {
    const found = problems(`connections:\n  a:\n    kind: prometheus\n    url: http://x\n    token: ${written}\n`);

    expect(found).not.toEqual([]);
    expect(found.join('\n')).not.toContain('hunter2');
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.dictionary(fc.string(), fc.jsonValue()).map((c) => JSON.stringify({ connections: c })),
        ),
        (written) => {
          problems(written);
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });

  it('may list nothing', () => {
    expect(connections('connections: {}').all).toEqual([]);
  });

  it('has no kind that is both a platform and a source, and no kind whose keys hide the lists', () => {
    const names = [...Object.keys(servingKinds), ...Object.keys(metricKinds)];

    expect(new Set(names).size).toBe(names.length);
    for (const { Connection } of [...Object.values(servingKinds), ...Object.values(metricKinds)]) {
      expect(Object.keys(Connection.shape)).not.toEqual(expect.arrayContaining(['kind']));
      expect(Object.keys(Connection.shape).filter((key) => ['repositories', 'environments'].includes(key))).toEqual([]);
    }
  });
});

describe('a policy', () => {
  const asker = { repository: 'acme/fraud', environment: 'production' };

  it('opens what the operator gave to its repository and environment', () => {
    const given = connections();

    const source = given.openMetricSource({ ...asker, connection: 'prod-prometheus' });

    expect(given.openMetricSource({ ...asker, connection: 'prod-prometheus' })).toBe(source);
    expect(() =>
      given.openMetricSource({ repository: 'DATA/anything', environment: 'production', connection: 'prod-prometheus' }),
    ).not.toThrow();
  });

  it.each([
    ['another repository', { repository: 'acme/fraud-2' }],
    ['another owner', { repository: 'evil/fraud' }],
    ['an owner that begins alike', { repository: 'database/x' }],
    ['a name with more parts', { repository: 'data/x/y' }],
    ['the pattern itself', { repository: 'data/*' }],
    ['no repository', { repository: '' }],
    ['an environment that is not listed', { environment: 'staging' }],
    ['an environment in other letters', { environment: 'Production' }],
    ['a connection that lists nobody', { connection: 'given-to-nobody' }],
    ['a connection that is not there', { connection: 'absent' }],
    ['a name every object has', { connection: 'constructor' }],
    ['another such name', { connection: '__proto__' }],
    ['a path', { connection: '../prod-prometheus' }],
    ['an address', { connection: 'https://prometheus.internal:9090/' }],
  ])('reaches nothing with %s, and is not told whether it exists', (_, wanted) => {
    const full = { ...asker, connection: 'prod-prometheus', ...wanted };

    const message = messageFrom(() => connections().openMetricSource(full));

    expect(message).toMatch(/^expected a connection that the operator gave to .* for .*, found none named/);
    expect(message).not.toMatch(/prometheus\.internal:909[01]\b(?!\/`)/);
    expect(messageFrom(() => noConnections.openMetricSource(full))).toBe(message);
  });

  it('takes no source for a platform', () => {
    const wanted = { ...asker, connection: 'prod-prometheus', target: {}, model: 'fraud' };

    expect(messageFrom(() => connections().openServing(wanted))).toMatch(/to be a serving platform, found prometheus/);
  });

  it('learns nothing of a credential that is not there but its name', async () => {
    const source = connections().openMetricSource({ ...asker, connection: 'prod-prometheus' });

    expect(await source.measure(question)).toEqual({
      kind: 'failed',
      reason: 'expected a credential in the variable PROMETHEUS_TOKEN, found none; put it there',
    });
  });

  it('reads a credential from its file when it is used, so that it can be changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'siskin-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'token');
    const written = `connections: {p: {kind: prometheus, url: 'http://127.0.0.1:9', token: {file: ${file}}, repositories: [acme/*], environments: [production]}}`;
    const source = connections(written).openMetricSource({ ...asker, connection: 'p' });

    const before = await source.measure(question);
    writeFileSync(file, 'abcdefgh\n');

    expect(before).toMatchObject({ reason: expect.stringContaining('found ENOENT') });
    expect(await source.measure(question)).toMatchObject({ reason: expect.stringContaining('expected to reach `p`') });
  });
});

const question = {
  name: 'errors',
  metric: {
    kind: 'error-rate',
    role: 'guardrail',
    margin: 1.25,
    'harm-alpha': 0.01,
    'non-inferiority-alpha': 0.05,
    query: { requests: 'a', events: 'b' },
  },
  model: 'fraud',
  arm: 'champion',
  version: 'v1',
  from: '2026-03-01T12:00:00Z',
  to: '2026-03-01T12:01:00Z',
} as const;

function messageFrom(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'nothing was thrown';
}

describe('the documentation', () => {
  const document = readFileSync(join(import.meta.dirname, '../../docs/metric-sources.md'), 'utf8');

  it('shows only connections that are valid, of every kind', () => {
    const shown = [...document.matchAll(/```yaml\n(# connections\.yml\n[\s\S]*?)```/g)].map(
      ([, one = '']) => connections(one).all,
    );

    expect(new Set(shown.flat().map(({ kind }) => kind))).toEqual(new Set(Object.keys(metricKinds)));
  });

  it('names every part', () => {
    const parts = Object.values(partsOf).flatMap((sets) => sets.flatMap((set) => Object.keys(set)));

    expect(parts.filter((part) => !document.includes(`\`${part}\``))).toEqual([]);
  });
});
