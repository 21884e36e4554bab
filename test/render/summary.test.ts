import { expect, test } from 'vitest';
import { renderSummary } from '../../src/render/summary.ts';
import { judgement, result } from './fixture.ts';

test('the job summary says what the comment says, without what only a pull request has', () => {
  const summary = renderSummary({ result: result(), judgement: judgement() }).replace(/[\u00a0\u202f]/g, ' ');

  expect(summary.split('\n')[0]).toBe(
    '### 🟡 Review · `late-arrival`: better in ROC AUC, not worse in the rest, but 2 of 5 columns moved (delay, hour) — review before merging',
  );
  expect(summary).toContain('| metric | verdict | `base` 3f2c1ab | this 9d0e77c | difference (95 %) | gate |');
  expect(summary).toContain('<summary>Slices (1 of 4 worse)</summary>');
  expect(summary).not.toMatch(/Next|siskin:pull|Earlier commits/);
});
