import { describe, expect, it } from 'vitest';
import { isLoosening, policyChanges } from '../../src/policy/compare.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

const models = `version: 1
models:
  m:
    task: binary
    target: y
    data: { train: t.csv, holdout: h.csv }
    model: m.onnx
    metrics: { roc-auc: { not-worse-by: 0.01 } }
environments:
`;
const served = 'serving: { connection: edge }';
const errors = 'errors: { kind: error-rate, source: prom }';

function problems(environments: string): readonly string[] {
  const parsed = parsePolicy({ text: models + environments, file: '.github/siskin.yml' });
  return parsed.kind === 'valid'
    ? []
    : parsed.problems.map(({ path, expected, found, fix }) => `${path}: expected ${expected}, found ${found}; ${fix}`);
}

function policy(environment: string): Policy {
  const parsed = parsePolicy({ text: `${models}  production: { ${environment} }`, file: '.github/siskin.yml' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

describe('the policy of an environment', () => {
  it.each<readonly [string, string, RegExp | null]>([
    ['that comes after one that is not there', '  production: { after: staging }', /another environment.*`staging`/],
    [
      'that comes after itself by way of others',
      '  a: { after: c }\n  b: { after: a }\n  c: { after: b }',
      /a first environment, found `a` after `c` after `b` after `a`/,
    ],
    [
      'with steps that fall',
      `  p: { ${served}, metrics: { ${errors} }, steps: [{ weight: 25 }, { weight: 5 }] }`,
      /steps.1.weight: expected more than the 25 percent/,
    ],
    [
      'with a step that ends before it may',
      `  p: { ${served}, metrics: { ${errors} }, steps: [{ weight: 5, minimum-minutes: 90 }] }`,
      /at most the 60 minutes/,
    ],
    ['with steps that nothing moves', '  p: { steps: [{ weight: 5 }] }', /where models serve.*no `serving`/],
    ['that nothing judges', `  p: { ${served} }`, /at least one metric that decides/],
    [
      'that is only looked at',
      `  p: { ${served}, metrics: { e: { kind: error-rate, source: s, role: info } } }`,
      /at least one/,
    ],
    ['with a metric from nowhere', `  p: { ${served}, metrics: { e: { kind: error-rate } } }`, /where it is measured/],
    [
      'with a latency of no quantile',
      `  p: { ${served}, metrics: { l: { kind: latency-quantile, source: s } } }`,
      /a quantile/,
    ],
    [
      'with a margin below one',
      `  p: { ${served}, metrics: { e: { kind: error-rate, source: s, margin: 0.9 } } }`,
      /above 1/,
    ],
    [
      'with bounds of a rate',
      `  p: { ${served}, metrics: { e: { kind: error-rate, source: s, bounds: [0, 1] } } }`,
      /kind mean only/,
    ],
    [
      'with bounds upside down',
      `  p: { ${served}, metrics: { e: { kind: mean, source: s, bounds: [1, 0] } } }`,
      /the least before/,
    ],
    [
      'without history',
      `  p: { ${served}, history-intervals: 0, metrics: { ${errors} } }`,
      /no history and no `dispersion`/,
    ],
    ['that people decide', `  p: { ${served}, steps: [{ weight: 5, pause: true }] }`, null],
    ['that is whole', `  q: {}\n  p: { after: q, ${served}, metrics: { ${errors} } }`, null],
  ])('%s', (_, environments, problem) => {
    const found = problems(environments);

    if (problem === null) expect(found).toEqual([]);
    else expect(found.join('\n')).toMatch(problem);
    expect(found.length).toBeLessThanOrEqual(3);
  });
});

describe('an edit of how releases get into an environment', () => {
  const base = `${served}, metrics: { ${errors} }, steps: [{ weight: 5, pause: true }, { weight: 50 }]`;

  it.each<readonly [string, string, boolean]>([
    [
      `${served}, metrics: { errors: { kind: error-rate, source: prom, margin: 2 } }, steps: [{ weight: 5, pause: true }, { weight: 50 }]`,
      'margin',
      true,
    ],
    [
      `${served}, metrics: { errors: { kind: error-rate, source: prom, harm-alpha: 0.001 } }, steps: [{ weight: 5, pause: true }, { weight: 50 }]`,
      'harm-alpha',
      true,
    ],
    [
      `${served}, metrics: { errors: { kind: error-rate, source: prom, harm-alpha: 0.02 } }, steps: [{ weight: 5, pause: true }, { weight: 50 }]`,
      'harm-alpha',
      false,
    ],
    [
      `${served}, metrics: { errors: { kind: error-rate, source: other } }, steps: [{ weight: 5, pause: true }, { weight: 50 }]`,
      'source',
      true,
    ],
    [`${served}, metrics: { ${errors} }, steps: [{ weight: 5 }, { weight: 50 }]`, 'pause', true],
    [`${served}, metrics: { ${errors} }, steps: [{ weight: 20, pause: true }, { weight: 50 }]`, 'weight', true],
    [`${served}, metrics: { ${errors} }, steps: [{ weight: 2, pause: true }, { weight: 50 }]`, 'weight', false],
    [`${served}, metrics: { ${errors} }, steps: [{ weight: 5, pause: true }]`, 'steps.2.weight', true],
    [`${base}, bake-minutes: 1`, 'bake-minutes', true],
    [`${base}, when: { inconclusive: rollback }`, 'inconclusive', false],
  ])('%s', (edited, key, isLooser) => {
    const changes = policyChanges(policy(base), policy(edited)).filter((change) => change.includes(key));

    expect(changes.length).toBeGreaterThan(0);
    expect(changes.some(isLoosening)).toBe(isLooser);
  });

  it('that changes nothing says nothing', () => {
    expect(policyChanges(policy(base), policy(base))).toEqual([]);
  });
});
