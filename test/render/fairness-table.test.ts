import { expect, test } from 'vitest';
import { renderComment } from '../../src/render/comment.ts';
import { fairnessSection } from '../../src/render/fairness-table.ts';
import { renderReport } from '../../src/render/report/report.ts';
import { fairness, unequal, unequalState } from './fairness-fixture.ts';
import { model, view } from './fixture.ts';

/** No-break spaces as plain ones: what is tested is read by people. */
const read = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

test('the comment folds fairness under what it comes to, and its heading says what fails', () => {
  const comment = read(renderComment(view({ models: [model(unequalState())] })));

  expect(comment).toContain('demographic parity by carrier: 0.2 is above 0.1');
  expect(comment).toContain('<details><summary>Fairness (1 of 2 gates missed, 1 group not assessed)</summary>');
});

test('what fails stands first, with the value, its interval and what it is uncorrected', () => {
  const { result, judgement } = unequal();
  const lines = read(fairnessSection(result.evaluation?.fairness ?? fairness(), judgement.fairness)).split('\n');

  expect(lines.filter((line) => line.startsWith('| '))).toMatchInlineSnapshot(`
    [
      "| measure | verdict | gate | champion | this | difference | uncorrected |",
      "| --- | --- | --- | ---: | ---: | ---: | ---: |",
      "| demographic parity by \`carrier\` | 🔴 fail | ≤ 0.1 — not assessed: 1 group of 12 rows in all | 0.100 (0.070 … 0.130) | 0.200 (0.170 … 0.230) | ▼ +0.100 (+0.089 … +0.111) | 0.204 |",
      "| equal opportunity by \`carrier\` | 🟢 pass | ≤ 0.1 — not assessed: 1 group of 12 rows in all | 0.050 (0.020 … 0.080) | 0.050 (0.020 … 0.080) | the same (−0.011 … +0.011) | 0.0540 |",
      "| predictive parity by \`carrier\` | shown only | no group is large enough to be assessed | — | — | — | — |",
      "| group | rows | selected | true positives | false positives | predictive value |",
      "| --- | ---: | ---: | ---: | ---: | ---: |",
      "| \`carrier\` = \`WN\` | 4000 | 20 % (18 % … 22 %) | 50 % (48 % … 52 %) | not assessed | not assessed |",
      "| \`carrier\` = \`AA\` | 2000 | 40 % (38 % … 42 %) | 70 % (68 % … 72 %) | not assessed | not assessed |",
      "| \`carrier\` = \`ZZ\` | 12 | not assessed | not assessed | not assessed | not assessed |",
    ]
  `);
});

test('the report has the same measures and groups in a section of its own', () => {
  const report = read(renderReport(unequal()));

  expect(report).toContain('<section id="fairness"');
  expect(report).toContain(
    '<code>carrier</code> = <code>ZZ</code></th><td class="number">12</td><td><span class="quiet">not assessed</span></td>',
  );
});

test('names of columns and groups cannot leave their cell', () => {
  const section = fairnessSection(fairness('a|b`c\n# x', '<img src=x>|'), []);
  const report = renderReport({
    ...unequal(),
    result: {
      ...unequal().result,
      evaluation: { ...(unequal().result.evaluation ?? never()), fairness: fairness('<b>', '<img src=x>') },
    },
  });

  expect(section.split('\n').filter((line) => line.startsWith('#'))).toEqual([]);
  expect(section).toContain('| ``a\\|b`c\\n# x`` = `<img src=x>\\|` | 12 |');
  expect(report).not.toContain('<img');
});

function never(): never {
  throw new Error('the fixture has an evaluation');
}
