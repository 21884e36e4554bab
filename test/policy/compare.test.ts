import { expect, test } from 'vitest';
import { policyChanges } from '../../src/policy/compare.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';

function policy(text: string): Policy {
  const parsed = parsePolicy({ text });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

const base = `version: 1
models:
  late:
    task: binary
    target: late
    data: { train: data/train.csv, holdout: data/holdout.csv, schema: data/schema.yml }
    train: { command: node train.js, output: out/late, runner: [gpu] }
    metrics:
      roc-auc: { not-worse-by: 0.005, at-least: 0.6 }
      log-loss: { not-worse-by: 0.01 }
      brier: { kind: info }
    drift: { rule: fail }
`;

function changes(...edits: readonly (readonly [from: string, to: string])[]): readonly string[] {
  const edited = edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
    return text.replace(from, to);
  }, base);
  return policyChanges(policy(base), policy(edited));
}

test('names every loosened gate as such, before all else', () => {
  expect(
    changes(
      ['node train.js', 'node train.js --fast'],
      ['not-worse-by: 0.005, at-least: 0.6', 'not-worse-by: 0.02, at-least: 0.7'],
      ['      log-loss: { not-worse-by: 0.01 }\n', ''],
      ['rule: fail', 'rule: warn, ignore: [date]'],
      [', schema: data/schema.yml', ''],
    ),
  ).toMatchInlineSnapshot(`
    [
      "\`late\`: gate on ROC AUC: changes \`not-worse-by\` from 0.005 to 0.02 (loosened).",
      "\`late\`: no longer gates log loss (loosened).",
      "\`late\`: removes \`data.schema\`, which was \`data/schema.yml\` (loosened).",
      "\`late\`: changes \`drift.rule\` from \`fail\` to \`warn\` (loosened).",
      "\`late\`: changes \`drift.ignore\` from nothing to \`date\` (loosened).",
      "\`late\`: gate on ROC AUC: changes \`at-least\` from 0.6 to 0.7.",
      "\`late\`: changes \`train.command\` from \`node train.js\` to \`node train.js --fast\`.",
    ]
  `);
});

test('a stricter bound, a new gate and another runner are told without judgement', () => {
  expect(
    changes(
      ['brier: { kind: info }', 'brier: { at-most: 0.2 }'],
      ['not-worse-by: 0.01', 'not-worse-by: 0.001'],
      ['[gpu]', '[self-hosted, a100]'],
    ),
  ).toMatchInlineSnapshot(`
    [
      "\`late\`: gate on log loss: changes \`not-worse-by\` from 0.01 to 0.001.",
      "\`late\`: lets Brier score decide from now on.",
      "\`late\`: changes \`train.runner\` from \`gpu\` to \`self-hosted, a100\`.",
    ]
  `);
});

test('what reports may say of values is loosened when they may say more', () => {
  const privacy = (text: string) =>
    [', schema: data/schema.yml', `, schema: data/schema.yml, privacy: { ${text} }`] as const;
  const before = policy(base.replace(...privacy('fold-below: 10, redact: [name]')));
  const after = policy(base.replace(...privacy('fold-below: 5, redact: [name, mail], hash: [city]')));

  expect(policyChanges(before, after)).toEqual([
    '`late`: changes `data.privacy.fold-below` from 10 to 5 (loosened).',
    '`late`: changes `data.privacy.redact` from `name` to `name, mail`.',
    '`late`: changes `data.privacy.hash` from nothing to `city`.',
  ]);
  expect(policyChanges(after, policy(base)).filter((change) => change.endsWith('(loosened).'))).toHaveLength(3);
});

test('a gate that only informs no longer decides, and that is loosened', () => {
  expect(changes(['log-loss: { not-worse-by: 0.01 }', 'log-loss: { kind: info, not-worse-by: 0.01 }'])).toEqual([
    '`late`: only shows log loss, which no longer decides (loosened).',
  ]);
});

test('models that come and go are told', () => {
  const renamed = policy(base.replace('late:', 'delay:'));

  expect(policyChanges(policy(base), renamed)).toMatchInlineSnapshot(`
    [
      "\`late\`: is no longer checked (loosened).",
      "\`delay\`: is checked from now on, with 2 gates.",
    ]
  `);
  expect(policyChanges(null, policy(base))).toEqual(['`late`: is checked from now on, with 2 gates.']);
  expect(policyChanges(policy(base), null)).toHaveLength(1);
});

test('comments and written-out defaults change nothing', () => {
  expect(changes(['version: 1', '# ours\nversion: 1\nworkflow: siskin.yml'])).toEqual([]);
});

test('what people wrote cannot break out of its code span', () => {
  const sentence = changes(['node train.js', '"node `x` \\n# <b> @team"']).join('');

  expect(sentence.match(/`/g)).toHaveLength(8);
  expect(sentence).not.toContain('\n');
});

test('a rule of hygiene that is switched down is loosened, one that is switched up is not', () => {
  const edited = `${base}hygiene: { secret: warn, large-binary: off, notebook-output: fail }\n`;

  expect(policyChanges(policy(base), policy(edited))).toEqual([
    'Changes `hygiene.secret` from `fail` to `warn` (loosened).',
    'Changes `hygiene.large-binary` from `fail` to `off` (loosened).',
    'Changes `hygiene.notebook-output` from `warn` to `fail`.',
  ]);
});

test('drift: critical columns, bounds of one column and blocks say when less would move', () => {
  const drift = 'drift: { rule: fail }';
  const strict = 'drift: { rule: fail, critical: [delay, hour], columns: { delay: { effect: 0.1 } } }';
  const edit = (before: string, after: string) =>
    policyChanges(policy(base.replace(drift, before)), policy(base.replace(drift, after)));

  expect(edit(drift, strict)).toMatchInlineSnapshot(`
    [
      "\`late\`: sets \`drift.columns.delay.effect\` to 0.1 (loosened).",
      "\`late\`: changes \`drift.critical\` from nothing to \`delay, hour\`.",
    ]
  `);
  expect(
    edit(strict, 'drift: { rule: fail, critical: [hour], columns: { delay: { effect: 0.2 } } }'),
  ).toMatchInlineSnapshot(`
    [
      "\`late\`: changes \`drift.critical\` from \`delay, hour\` to \`hour\` (loosened).",
      "\`late\`: changes \`drift.columns.delay.effect\` from 0.1 to 0.2 (loosened).",
    ]
  `);
  expect(edit(drift, 'drift: { rule: fail, block: { column: user }, windows: { size: 1000 } }')).toMatchInlineSnapshot(`
    [
      "\`late\`: sets \`drift.block.column\` to \`user\` (loosened).",
      "\`late\`: sets \`drift.block.size\` to \`value\` (loosened).",
      "\`late\`: sets \`drift.windows.size\` to 1000.",
    ]
  `);
});
