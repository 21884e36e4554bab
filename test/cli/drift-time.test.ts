import { describe, expect, test } from 'vitest';
import { DriftReport } from '../../src/drift/drift-report.ts';
import { randomNumbers } from '../data/profile-of.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';
import { siskin } from './siskin.ts';

function drift(folder: string, ...more: string[]) {
  return siskin(folder, ['drift', '--reference', 'before.csv', '--current', 'after.csv', ...more]);
}

/** A classifier's rows: its scores are probabilities, which `shift` moves; labels only where they are asked for. */
function rows(options: { readonly shift: number; readonly isLabelled: boolean; readonly seed: number }): string {
  const random = randomNumbers(options.seed);
  const lines = Array.from({ length: 1500 }, (_, row) => {
    const score = 1 / (1 + Math.exp(-(4 * random() - 2 + options.shift)));
    const truth = options.isLabelled ? String(random() < score) : '';
    const day = `2026-02-${String(1 + Math.floor(row / 150)).padStart(2, '0')}`;
    return `${day},u${Math.floor(30 * random())},${score.toFixed(6)},${score >= 0.5},${truth}`;
  });
  return ['day,user,score,said,late', ...lines, ''].join('\n');
}

const before = rows({ shift: 0, isLabelled: true, seed: 1 });
const model = ['--target', 'late', '--score', 'score', '--prediction', 'said'];

describe('siskin drift without labels', () => {
  test('estimates steady performance of alike rows, and none of their empty labels counts as drift', async () => {
    using folder = temporaryFolder({
      'before.csv': before,
      'after.csv': rows({ shift: 0, isLabelled: false, seed: 2 }),
    });

    const { exit, out } = await drift(folder.path, ...model, '--estimate', '--json');
    const { estimate, columns, verdict } = DriftReport.parse(JSON.parse(out));

    expect(exit).toBe(0);
    expect(verdict).toBe('steady');
    expect(columns['late']?.verdict).toBe('ignored');
    expect(columns['score']?.role).toBe('prediction');
    expect(estimate).toMatchObject({
      task: 'binary',
      verdict: 'steady',
      rows: { reference: 1500, current: 1500, passedOver: 0 },
    });
    const accuracy = estimate?.metrics.accuracy;
    expect(Math.abs((accuracy?.estimate.value ?? 0) - (accuracy?.reference ?? 1))).toBeLessThan(0.05);
  });

  test('sees that shifted scores change what predictions are worth, and shows it', async () => {
    using folder = temporaryFolder({
      'before.csv': before,
      'after.csv': rows({ shift: 2, isLabelled: false, seed: 3 }),
    });

    const { exit, out } = await drift(folder.path, ...model, '--estimate', '--rule', 'fail');

    expect(exit).toBe(1);
    expect(out).toContain('estimate without labels of 1 500 rows');
    expect(out).toContain('performance: moved');
    expect(out).toContain('(the distribution moved; prediction)');
  });

  test.each([
    [['--estimate'], 'expected --target COLUMN and --score COLUMN beside --estimate'],
    [['--estimate', '--target', 'user', '--score', 'score'], 'expected two labels in "user"'],
    [['--estimate', '--target', 'late', '--score', 'a=score', '--score', 'b=score'], 'expected the labels of "late"'],
    [['--block-size', 'day'], 'expected --block COLUMN beside --block-size'],
    [['--windows', 'day'], 'the column of times beside'],
    [['--windows', '150', '--redact', 'user'], 'expected --block and --windows without options that hide values'],
  ])('%j is refused with what to do', async (options, message) => {
    using folder = temporaryFolder({ 'before.csv': before, 'after.csv': before });

    const { exit, err } = await drift(folder.path, ...options);

    expect(exit).toBe(2);
    expect(err).toContain(message);
  });
});

test('siskin drift --policy judges as the Action does, and what is typed stands before it', async () => {
  const policy = `version: 1
models:
  late:
    task: binary
    target: late
    model: late.onnx
    data: { train: before.csv, holdout: holdout.csv }
    metrics: { roc-auc: { at-least: 0.5 } }
    drift: { rule: fail, critical: [said], ignore: [score], windows: { size: 500 } }
`;
  using folder = temporaryFolder({
    'before.csv': before,
    'after.csv': rows({ shift: 2, isLabelled: true, seed: 5 }),
    'siskin.yml': policy,
  });

  const { exit, out } = await drift(folder.path, '--policy', 'siskin.yml', '--json');
  const report = DriftReport.parse(JSON.parse(out));
  const clash = await drift(folder.path, '--policy', 'siskin.yml', '--critical', 'score');

  expect(exit).toBe(1);
  expect(report.criticalMoved).toEqual(['said']);
  expect(report.columns['late']?.role).toBe('label');
  expect(report.columns['score']?.verdict).toBe('ignored');
  expect(report.windows?.windows).toHaveLength(3);
  expect(clash).toMatchObject({
    exit: 2,
    err: expect.stringContaining('no column both in `ignore` and in `critical`'),
  });
});

test('siskin drift --windows and --block say it window by window and by blocks', async () => {
  using folder = temporaryFolder({ 'before.csv': before, 'after.csv': rows({ shift: 2, isLabelled: true, seed: 4 }) });

  const { exit, out } = await drift(
    folder.path,
    '--windows',
    'day',
    '--time',
    'day',
    '--block',
    'user',
    '--critical',
    'score',
  );

  expect(exit).toBe(1);
  expect(out).toContain('windows  10 of a day each');
  expect(out).toMatch(/2026-02-10\s+150 rows {2}\d of \d moved: /);
  expect(out).toMatch(/blocks {3}\d\d and \d\d user/);
  expect(out).toContain('critical: score moved or missing');
});
