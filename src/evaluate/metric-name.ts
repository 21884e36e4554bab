/** The tasks that can be evaluated. */
export const tasks = ['binary', 'multiclass', 'regression'] as const;
/** What a model predicts. */
export type Task = (typeof tasks)[number];

/** Every metric that can be named in a policy, in the order in which reports show them. */
export const metricNames = [
  'roc-auc',
  'pr-auc',
  'accuracy',
  'balanced-accuracy',
  'precision',
  'recall',
  'f1',
  'log-loss',
  'brier',
  'ece',
  'rmse',
  'mae',
  'mape',
  'r2',
  'latency-p50',
  'latency-p95',
  'model-bytes',
] as const;
/** The name of a metric as policies and reports write it. */
export type MetricName = (typeof metricNames)[number];

/** What a metric is: the direction that is better, its unit, and the tasks for which it is defined. */
export interface MetricDefinition {
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly unit: 'none' | 'target' | 'share' | 'milliseconds' | 'bytes';
  readonly tasks: readonly Task[];
}

const classifiers: readonly Task[] = ['binary', 'multiclass'];

/** The definition of each metric. `target` units are those of the target column. */
export const metricDefinitions: Readonly<Record<MetricName, MetricDefinition>> = {
  'roc-auc': { title: 'ROC AUC', better: 'higher', unit: 'none', tasks: ['binary'] },
  'pr-auc': { title: 'PR AUC', better: 'higher', unit: 'none', tasks: ['binary'] },
  accuracy: { title: 'accuracy', better: 'higher', unit: 'share', tasks: classifiers },
  'balanced-accuracy': { title: 'balanced accuracy', better: 'higher', unit: 'share', tasks: classifiers },
  precision: { title: 'precision', better: 'higher', unit: 'share', tasks: classifiers },
  recall: { title: 'recall', better: 'higher', unit: 'share', tasks: classifiers },
  f1: { title: 'F1', better: 'higher', unit: 'none', tasks: classifiers },
  'log-loss': { title: 'log loss', better: 'lower', unit: 'none', tasks: classifiers },
  brier: { title: 'Brier score', better: 'lower', unit: 'none', tasks: classifiers },
  ece: { title: 'calibration error', better: 'lower', unit: 'none', tasks: classifiers },
  rmse: { title: 'RMSE', better: 'lower', unit: 'target', tasks: ['regression'] },
  mae: { title: 'MAE', better: 'lower', unit: 'target', tasks: ['regression'] },
  mape: { title: 'MAPE', better: 'lower', unit: 'share', tasks: ['regression'] },
  r2: { title: 'R²', better: 'higher', unit: 'none', tasks: ['regression'] },
  'latency-p50': { title: 'p50 latency', better: 'lower', unit: 'milliseconds', tasks: tasks },
  'latency-p95': { title: 'p95 latency', better: 'lower', unit: 'milliseconds', tasks: tasks },
  'model-bytes': { title: 'model size', better: 'lower', unit: 'bytes', tasks: tasks },
};
