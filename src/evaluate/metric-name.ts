/** The tasks that can be evaluated. */
export const tasks = [
  'binary',
  'multiclass',
  'multilabel',
  'regression',
  'ranking',
  'forecasting',
  'text-classification',
] as const;
/** What a model predicts. */
export type Task = (typeof tasks)[number];

/** Every metric that can be named in a policy, in the order in which reports show them. */
export const metricNames = [
  'roc-auc',
  'roc-auc-ovr',
  'roc-auc-ovr-weighted',
  'roc-auc-ovo',
  'roc-auc-ovo-weighted',
  'pr-auc',
  'accuracy',
  'balanced-accuracy',
  'top-k-accuracy',
  'precision',
  'precision-macro',
  'precision-micro',
  'precision-weighted',
  'recall',
  'recall-macro',
  'recall-micro',
  'recall-weighted',
  'specificity',
  'f1',
  'f1-macro',
  'f1-micro',
  'f1-weighted',
  'mcc',
  'cohen-kappa',
  'hamming-loss',
  'jaccard',
  'log-loss',
  'brier',
  'ece',
  'ece-classwise',
  'expected-cost',
  'ndcg',
  'mrr',
  'map',
  'recall-at-k',
  'precision-at-k',
  'mase',
  'smape',
  'wape',
  'pinball',
  'coverage',
  'interval-width',
  'rmse',
  'mae',
  'median-ae',
  'mape',
  'r2',
  'poisson-deviance',
  'tweedie-deviance',
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
  /** The tasks for which it is measured where nobody says which metrics; of every task when absent. */
  readonly usual?: readonly Task[];
}

const many = ['multiclass', 'text-classification'] as const;
const classifiers = ['binary', ...many] as const;
const labelled = [...classifiers, 'multilabel'] as const;
const numeric = ['regression', 'forecasting'] as const;

/** A metric that must be asked for by name. */
function asked(title: string, definition: Omit<MetricDefinition, 'title' | 'usual'>): MetricDefinition {
  return { title, ...definition, usual: [] };
}

const higher = { better: 'higher', unit: 'none' } as const;
const lower = { better: 'lower', unit: 'none' } as const;
const higherShare = { better: 'higher', unit: 'share' } as const;
const inTarget = { better: 'lower', unit: 'target' } as const;

/** The definition of each metric. `target` units are those of the target column. */
export const metricDefinitions: Readonly<Record<MetricName, MetricDefinition>> = {
  'roc-auc': { title: 'ROC AUC', ...higher, tasks: ['binary', 'multilabel'] },
  'roc-auc-ovr': asked('ROC AUC, one v rest', { ...higher, tasks: many }),
  'roc-auc-ovr-weighted': asked('ROC AUC, one v rest, weighted', { ...higher, tasks: many }),
  'roc-auc-ovo': asked('ROC AUC, one v one', { ...higher, tasks: many }),
  'roc-auc-ovo-weighted': asked('ROC AUC, one v one, weighted', { ...higher, tasks: many }),
  'pr-auc': { title: 'PR AUC', ...higher, tasks: labelled, usual: ['binary', 'multilabel'] },
  accuracy: { title: 'accuracy', ...higherShare, tasks: labelled },
  'balanced-accuracy': { title: 'balanced accuracy', ...higherShare, tasks: classifiers },
  'top-k-accuracy': asked('top-k accuracy', { ...higherShare, tasks: many }),
  precision: { title: 'precision', ...higherShare, tasks: labelled },
  'precision-macro': asked('precision, macro', { ...higherShare, tasks: labelled }),
  'precision-micro': asked('precision, micro', { ...higherShare, tasks: labelled }),
  'precision-weighted': asked('precision, weighted', { ...higherShare, tasks: labelled }),
  recall: { title: 'recall', ...higherShare, tasks: labelled },
  'recall-macro': asked('recall, macro', { ...higherShare, tasks: labelled }),
  'recall-micro': asked('recall, micro', { ...higherShare, tasks: labelled }),
  'recall-weighted': asked('recall, weighted', { ...higherShare, tasks: labelled }),
  specificity: asked('specificity', { ...higherShare, tasks: classifiers }),
  f1: { title: 'F1', ...higher, tasks: labelled },
  'f1-macro': asked('F1, macro', { ...higher, tasks: labelled }),
  'f1-micro': { title: 'F1, micro', ...higher, tasks: labelled, usual: ['multilabel'] },
  'f1-weighted': asked('F1, weighted', { ...higher, tasks: labelled }),
  mcc: asked('Matthews correlation', { ...higher, tasks: classifiers }),
  'cohen-kappa': asked('Cohen’s kappa', { ...higher, tasks: classifiers }),
  'hamming-loss': { title: 'Hamming loss', better: 'lower', unit: 'share', tasks: ['multilabel'] },
  jaccard: { title: 'Jaccard, mean of rows', ...higher, tasks: ['multilabel'] },
  'log-loss': { title: 'log loss', ...lower, tasks: labelled },
  brier: { title: 'Brier score', ...lower, tasks: labelled },
  ece: { title: 'calibration error', ...lower, tasks: classifiers },
  'ece-classwise': asked('calibration error, mean of classes', { ...lower, tasks: [...many, 'multilabel'] }),
  'expected-cost': asked('cost per row', { ...lower, tasks: ['binary'] }),
  ndcg: { title: 'NDCG@k', ...higher, tasks: ['ranking'] },
  mrr: { title: 'MRR', ...higher, tasks: ['ranking'] },
  map: { title: 'MAP', ...higher, tasks: ['ranking'] },
  'recall-at-k': { title: 'recall@k', ...higherShare, tasks: ['ranking'] },
  'precision-at-k': { title: 'precision@k', ...higherShare, tasks: ['ranking'] },
  mase: { title: 'MASE', ...lower, tasks: ['forecasting'] },
  smape: { title: 'sMAPE', better: 'lower', unit: 'share', tasks: ['forecasting'] },
  wape: { title: 'WAPE', better: 'lower', unit: 'share', tasks: ['forecasting'] },
  pinball: asked('quantile loss', { ...inTarget, tasks: numeric }),
  coverage: asked('interval coverage', { ...higherShare, tasks: ['forecasting'] }),
  'interval-width': asked('interval width', { ...inTarget, tasks: ['forecasting'] }),
  rmse: { title: 'RMSE', ...inTarget, tasks: numeric },
  mae: { title: 'MAE', ...inTarget, tasks: numeric },
  'median-ae': asked('median absolute error', { ...inTarget, tasks: ['regression'] }),
  mape: { title: 'MAPE', better: 'lower', unit: 'share', tasks: numeric, usual: ['regression'] },
  r2: { title: 'R²', ...higher, tasks: ['regression'] },
  'poisson-deviance': asked('Poisson deviance', { ...lower, tasks: ['regression'] }),
  'tweedie-deviance': asked('Tweedie deviance', { ...lower, tasks: ['regression'] }),
  'latency-p50': { title: 'p50 latency', better: 'lower', unit: 'milliseconds', tasks: tasks },
  'latency-p95': { title: 'p95 latency', better: 'lower', unit: 'milliseconds', tasks: tasks },
  'model-bytes': { title: 'model size', better: 'lower', unit: 'bytes', tasks: tasks },
};

/** Whether a metric is measured for a task where nobody says which metrics. */
export function isUsual(metric: MetricName, task: Task): boolean {
  const { usual, tasks: defined } = metricDefinitions[metric];
  return (usual ?? defined).includes(task);
}
