import { type Entries, entriesOf } from './entries.ts';
import type { Finding } from './explain-issue.ts';
import { quoted } from './quoted.ts';

/**
 * What no single key can show of how releases get into environments. What a connection leads to is the operator's, and is
 * held against the policy when it is opened.
 */
export function rolloutFindings(document: Entries): readonly Finding[] {
  const environments = entriesOf(document['environments']);
  return Object.entries(environments).flatMap(([name, written]) => {
    const entries = entriesOf(written);
    const findings = [...orderFindings(name, environments), ...servingFindings(entries), ...watchingFindings(entries)];
    return findings.map((finding) => ({ ...finding, at: ['environments', name, ...finding.at] }));
  });
}

/** What no single key can show of the steps and metrics of one environment. */
export function watchingFindings(environment: Entries): readonly Finding[] {
  return [
    ...stepFindings(environment),
    ...Object.entries(entriesOf(environment['metrics'])).flatMap(([metric, rules]) =>
      metricFindings(entriesOf(rules), environment).map((finding) => ({
        ...finding,
        at: ['metrics', metric, ...finding.at],
      })),
    ),
  ];
}

function orderFindings(name: string, environments: Entries): readonly Finding[] {
  const after = entriesOf(environments[name])['after'];
  if (typeof after !== 'string') return [];
  const wrong = { at: ['after'], part: 'value' } as const;
  if (!Object.hasOwn(environments, after)) {
    const known = Object.keys(environments).filter((other) => other !== name);
    const fix = known.length === 0 ? 'add that environment, or remove `after`' : `choose among ${known.join(', ')}`;
    return [{ ...wrong, expected: 'another environment of this policy', found: quoted(after), fix }];
  }
  const way = [name];
  for (let at: unknown = after; typeof at === 'string' && Object.hasOwn(environments, at); ) {
    const isBack = at === name;
    if (way.includes(at) && !isBack) return [];
    way.push(at);
    if (isBack) {
      const found = way.map(quoted).join(' after ');
      return [
        { ...wrong, expected: 'an order with a first environment', found, fix: 'remove `after` from one of them' },
      ];
    }
    at = entriesOf(environments[at])['after'];
  }
  return [];
}

function stepFindings(environment: Entries): readonly Finding[] {
  const { steps } = environment;
  if (!Array.isArray(steps)) return [];
  return steps.slice(0, 100).flatMap((written, index): readonly Finding[] => {
    const step = entriesOf(written);
    const before = index === 0 ? undefined : entriesOf(steps[index - 1])['weight'];
    const { weight, 'minimum-minutes': least = 0, 'maximum-minutes': most = 60 } = step;
    const isRising = typeof weight !== 'number' || typeof before !== 'number' || weight > before;
    const isLong = typeof least === 'number' && typeof most === 'number' && least > most;
    return [
      ...(isRising
        ? []
        : [
            {
              at: ['steps', index, 'weight'],
              part: 'value' as const,
              expected: `more than the ${before} percent of the step before`,
              found: String(weight),
              fix: 'put the steps in rising order',
            },
          ]),
      ...(isLong
        ? [
            {
              at: ['steps', index, 'minimum-minutes'],
              part: 'value' as const,
              expected: `at most the ${most} minutes after which the step ends`,
              found: String(least),
              fix: 'raise `maximum-minutes`, or lower it',
            },
          ]
        : []),
    ];
  });
}

/** Keys that mean nothing where nothing serves. */
const servingKeys = ['metrics', 'steps', 'shadow', 'audience', 'bake-minutes'] as const;

function servingFindings(environment: Entries): readonly Finding[] {
  const isServed = environment['serving'] !== undefined;
  const useless = servingKeys.filter((key) => environment[key] !== undefined);
  if (!isServed) {
    return useless.slice(0, 1).map((key) => ({
      at: [key],
      part: 'key',
      expected: 'where models serve, for traffic to move',
      found: 'no `serving`',
      fix: 'add `serving` with the connection to the platform, or remove it',
    }));
  }
  const metrics = entriesOf(environment['metrics']);
  const isJudged = Object.values(metrics).some((metric) => entriesOf(metric)['role'] !== 'info');
  const steps: readonly unknown[] = Array.isArray(environment['steps']) ? environment['steps'] : [];
  const isAsked = steps.length > 0 && steps.every((step) => entriesOf(step)['pause'] === true);
  if (isJudged || isAsked) return [];
  return [
    {
      at: ['metrics'],
      part: 'key',
      ...(environment['metrics'] === undefined ? { absent: true as const } : {}),
      expected: 'at least one metric that decides whether traffic moves on',
      found: 'none',
      fix: 'add one, or `pause: true` to every step so that people decide',
    },
  ];
}

/** Keys of a metric, with the one kind that they belong to. */
const keysOfKind = { quantile: 'latency-quantile', edge: 'latency-quantile', bounds: 'mean' } as const;

function metricFindings(metric: Entries, environment: Entries): readonly Finding[] {
  const { kind, margin, bounds, quantile, edge } = metric;
  const isCount = kind === 'error-rate' || kind === 'latency-quantile';
  const findings: Finding[] = [];
  if (environment['serving'] !== undefined && metric['source'] === undefined) {
    const fix = 'add `source` with the name of a connection to where it is measured';
    findings.push({
      at: ['source'],
      part: 'key',
      absent: true,
      expected: 'where it is measured',
      found: 'no `source`',
      fix,
    });
  }
  for (const [key, owner] of Object.entries(keysOfKind)) {
    if (metric[key] === undefined || typeof kind !== 'string' || kind === owner) continue;
    const expected = `\`${key}\` with kind ${owner} only`;
    findings.push({ at: [key], part: 'key', expected, found: `kind ${quoted(kind)}`, fix: 'remove it' });
  }
  if (metric['group-sequential'] !== undefined && typeof kind === 'string' && !isCount) {
    const expected = '`group-sequential` with kind error-rate or latency-quantile only';
    const fix = 'remove it: any number of looks is allowed without it';
    findings.push({ at: ['group-sequential'], part: 'key', expected, found: `kind ${quoted(kind)}`, fix });
  }
  if (kind === 'latency-quantile' && quantile === undefined && edge === undefined) {
    const fix = 'add `quantile: 0.95`, or `edge` in the unit of the histogram';
    findings.push({
      at: ['quantile'],
      part: 'key',
      absent: true,
      expected: 'a quantile or an edge',
      found: 'neither',
      fix,
    });
  }
  if (kind !== 'mean' && typeof margin === 'number' && margin <= 1 && margin > 0) {
    const fix = 'write e.g. 1.25 for a quarter worse, whichever direction is better';
    findings.push({ at: ['margin'], part: 'value', expected: 'a factor above 1', found: String(margin), fix });
  }
  if (
    Array.isArray(bounds) &&
    typeof bounds[0] === 'number' &&
    typeof bounds[1] === 'number' &&
    bounds[0] >= bounds[1]
  ) {
    const found = `${bounds[0]} to ${bounds[1]}`;
    findings.push({ at: ['bounds'], part: 'value', expected: 'the least before the most', found, fix: 'swap them' });
  }
  if (
    isCount &&
    environment['history-intervals'] === 0 &&
    metric['dispersion'] === undefined &&
    metric['role'] !== 'info'
  ) {
    const expected = 'how much its counts vary by themselves';
    const fix = 'leave `history-intervals` at 30, or add `dispersion`';
    findings.push({
      at: ['dispersion'],
      part: 'key',
      absent: true,
      expected,
      found: 'no history and no `dispersion`',
      fix,
    });
  }
  return findings;
}
