import { expect, test } from 'vitest';
import { memoryCache } from '../../src/data/profile-cache.ts';
import { compareFiles } from '../../src/drift/compare-files.ts';
import { ModelPolicy } from '../../src/policy/policy.ts';
import { randomNumbers } from '../data/profile-of.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';

function rows(shift: number, seed: number): string {
  const random = randomNumbers(seed);
  const lines = Array.from({ length: 600 }, (_, row) => `${row % 20},${(random() + shift).toFixed(4)},${row % 2}`);
  return ['user,x,late', ...lines, ''].join('\n');
}

test('a pull request is judged with the roles, critical columns, blocks and windows of its policy', async () => {
  using base = temporaryFolder({ 'train.csv': rows(0, 1) });
  using head = temporaryFolder({ 'train.csv': rows(0.5, 2) });
  const policy = ModelPolicy.parse({
    task: 'binary',
    target: 'late',
    data: { train: 'train.csv', holdout: 'holdout.csv' },
    metrics: { 'roc-auc': { 'at-least': 0.5 } },
    drift: { critical: ['x'], block: { column: 'user' }, windows: { size: 200 } },
  });

  const report = await compareFiles({ policy, baseRoot: base.path, headRoot: head.path, cache: memoryCache() });

  expect(report).toMatchObject({
    verdict: 'moved',
    criticalMoved: ['x'],
    blocks: { column: 'user', reference: 20, current: 20 },
    columns: { late: { role: 'label', verdict: 'steady' }, x: { critical: true, verdict: 'moved' } },
  });
  expect(report?.windows?.windows.map(({ verdict }) => verdict)).toEqual(['moved', 'moved', 'moved']);
});
