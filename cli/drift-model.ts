import { openDataset } from '../src/data/dataset.ts';
import type { ColumnRole } from '../src/drift/column-role.ts';
import type { DriftReport } from '../src/drift/drift-report.ts';
import { estimatePerformance } from '../src/drift/estimate/estimate.ts';
import { estimatedMetrics, type PerformanceEstimate } from '../src/drift/estimate/estimate-report.ts';
import { type ClassifierColumns, readClassifier, usualPositive } from '../src/drift/estimate/read-classifier.ts';
import { AppError } from '../src/error.ts';
import { type CommandOptions, flag, type Invocation, listOption, textOption } from './command.ts';
import { readingOf } from './data-options.ts';
import { dataPlace } from './open-files.ts';
import { isProfile } from './profile-paths.ts';
import { grouped } from './progress.ts';

/** What columns are to the model, and whether to estimate how it does without labels. */
export const modelOptions: CommandOptions = {
  critical: {
    type: 'string',
    multiple: true,
    value: 'COLUMN',
    help: 'a column that fails the data once it moves or is missing',
  },
  target: { type: 'string', value: 'COLUMN', help: 'the column of the truth: its drift is label drift' },
  prediction: {
    type: 'string',
    value: 'COLUMN',
    help: 'the column of predicted classes or values: its drift is prediction drift',
  },
  score: {
    type: 'string',
    multiple: true,
    value: '[CLASS=]COLUMN',
    help: 'a column of scores: of the positive class, or one for each class',
  },
  estimate: {
    type: 'boolean',
    help: 'estimate how the classifier does on the current rows without their labels, from its scores',
  },
};

/** The role of each column that was named; `usualTarget` is the label where none was. */
export function rolesOf(invocation: Invocation, usualTarget?: string): ReadonlyMap<string, ColumnRole> {
  const [target, prediction] = [textOption(invocation, 'target') ?? usualTarget, textOption(invocation, 'prediction')];
  return new Map<string, ColumnRole>([
    ...scoresOf(invocation).map(({ column }) => [column, 'prediction'] as const),
    ...(prediction === undefined ? [] : [[prediction, 'prediction'] as const]),
    ...(target === undefined ? [] : [[target, 'label'] as const]),
  ]);
}

/** The report with an estimate of the classifier's performance, where that was asked for. */
export async function withEstimate(report: DriftReport, invocation: Invocation): Promise<DriftReport> {
  if (!flag(invocation, 'estimate')) return report;
  const columns = columnsOf(invocation);
  const read = async (side: 'reference' | 'current') => {
    const paths = listOption(invocation, side);
    if (paths.some((path) => isProfile({ folder: invocation.folder, path }))) {
      throw new AppError(
        'bad-input',
        `expected data files for --estimate, found the profile ${paths.join(', ')}, which holds no rows; name the data`,
      );
    }
    await using dataset = await openDataset({
      ...dataPlace({ folder: invocation.folder, paths }),
      ...readingOf(invocation),
    });
    return await readClassifier(dataset, { ...columns, isLabelled: side === 'reference' });
  };
  const found = estimatePerformance({ reference: await read('reference'), current: await read('current') });
  const estimate: PerformanceEstimate = {
    task: columns.scores.length === 1 ? 'binary' : 'multiclass',
    target: columns.target,
    prediction: columns.prediction,
    scores: columns.scores.map((score) => ({ ...score })),
    ...found,
  };
  return { ...report, estimate, verdict: estimate.verdict === 'moved' ? 'moved' : report.verdict };
}

function columnsOf(invocation: Invocation): ClassifierColumns {
  const target = textOption(invocation, 'target');
  const scores = scoresOf(invocation);
  const missing = [
    ...(target === undefined ? ['--target COLUMN'] : []),
    ...(scores.length === 0 ? ['--score COLUMN'] : []),
  ];
  if (target === undefined || scores.length === 0) {
    throw new AppError(
      'bad-input',
      `expected ${missing.join(' and ')} beside --estimate, found none; add what is missing`,
    );
  }
  const classes = scores.map((score) => score.class);
  if (scores.length > 1 && new Set(classes).size < classes.length) {
    throw new AppError(
      'bad-input',
      'expected each --score with a class of its own, found one twice; write `--score CLASS=COLUMN` for each class',
    );
  }
  if (scores.length > 100) {
    throw new AppError(
      'bad-input',
      `expected at most 100 classes, found ${scores.length}; estimate for the frequent ones`,
    );
  }
  return { target, prediction: textOption(invocation, 'prediction') ?? null, scores };
}

/** Before the first `=` stands the class. */
function scoresOf(invocation: Invocation): ClassifierColumns['scores'] {
  return listOption(invocation, 'score').map((text) => {
    const at = text.indexOf('=');
    return at < 0 ? { class: usualPositive, column: text } : { class: text.slice(0, at), column: text.slice(at + 1) };
  });
}

/** What a terminal shows of an estimate. */
export function estimateLines(estimate: PerformanceEstimate | undefined): readonly string[] {
  if (estimate === undefined) return [];
  const { rows, metrics, calibrated, verdict } = estimate;
  const passed = rows.passedOver === 0 ? '' : `, ${grouped(rows.passedOver)} rows passed over`;
  const how = calibrated.length === 0 ? 'scores taken as they are' : 'scores calibrated first';
  return [
    `  estimate without labels of ${grouped(rows.current)} rows (${how}${passed})`,
    ...estimatedMetrics.flatMap((metric) => {
      const found = metrics[metric];
      if (found === undefined) return [];
      const { reference, threshold, chunks } = found;
      const { value, low, high } = found.estimate;
      const alerts = chunks.filter((chunk) => chunk?.alert === true).length;
      return [
        `  ${metric.padEnd(12)} ${reference.toFixed(4)} → ${value.toFixed(4)} (${low.toFixed(4)} … ${high.toFixed(4)})  usual ${threshold.low.toFixed(4)} … ${threshold.high.toFixed(4)}  ${alerts} of ${chunks.length} chunks beyond`,
      ];
    }),
    `  performance: ${verdict === 'not-assessed' ? 'not assessed (too few rows)' : verdict}`,
  ];
}
