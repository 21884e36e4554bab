import { type MetricName, metricDefinitions, metricNames } from '../src/evaluate/metric-name.ts';
import { table } from './markdown-table.ts';

/** What each metric is, and where it is defined. y is the truth, ŷ the prediction, p a probability, n the rows. */
const meanings: Readonly<Record<MetricName, readonly [definition: string, source: string]>> = {
  'roc-auc': [
    'the chance that a positive row has a higher probability than a negative one, ties half; several labels: the mean over the labels',
    'Hanley and McNeil 1982',
  ],
  'roc-auc-ovr': ['ROC AUC of each class against the rest, mean over the classes', 'Provost and Domingos 2000'],
  'roc-auc-ovr-weighted': ['the same, weighted by the rows of each class', 'Provost and Domingos 2000'],
  'roc-auc-ovo': ['ROC AUC of each pair of classes on the rows of both, mean over the pairs', 'Hand and Till 2001'],
  'roc-auc-ovo-weighted': ['the same, weighted by the rows of each pair', 'Ferri et al. 2009'],
  'pr-auc': [
    'average precision: Σ (recallₖ − recallₖ₋₁) · precisionₖ; many classes or labels: the mean of one against the rest',
    'Davis and Goadrich 2006',
  ],
  accuracy: ['share of rows whose class, or whole set of labels, is right', ''],
  'balanced-accuracy': ['mean of the recalls of the classes', 'Brodersen et al. 2010'],
  'top-k-accuracy': ['share of rows whose class is among the k most probable', ''],
  precision: ['of the rows that are called, the share that is positive; many classes or labels: macro', ''],
  'precision-macro': ['mean of the precisions of the classes or labels', ''],
  'precision-micro': ['precision over all calls of all classes or labels', ''],
  'precision-weighted': ['mean of the precisions, weighted by the rows of each', ''],
  recall: ['of the positive rows, the share that is called; many classes or labels: macro', ''],
  'recall-macro': ['mean of the recalls of the classes or labels', ''],
  'recall-micro': ['recall over all classes or labels together', ''],
  'recall-weighted': ['mean of the recalls, weighted by the rows of each', ''],
  specificity: [
    'of the negative rows, the share that is not called; many classes: the mean of one against the rest',
    '',
  ],
  f1: ['harmonic mean of precision and recall; many classes or labels: macro', 'van Rijsbergen 1979'],
  'f1-macro': ['mean of the F1 of the classes or labels', ''],
  'f1-micro': ['F1 over all classes or labels together', ''],
  'f1-weighted': ['mean of the F1, weighted by the rows of each', ''],
  mcc: ['correlation of truth and prediction, for any number of classes; 0 when either is one class', 'Gorodkin 2004'],
  'cohen-kappa': ['agreement beyond what chance gives: (pₒ − pₑ) / (1 − pₑ)', 'Cohen 1960'],
  'hamming-loss': ['share of wrong labels among all labels of all rows', 'Schapire and Singer 2000'],
  jaccard: ['mean over the rows of shared labels / all labels of truth and prediction; 1 where neither has any', ''],
  'log-loss': ['mean of −ln p(truth), p kept 2⁻⁵² from 0 and 1; several labels: mean over the labels', 'Good 1952'],
  brier: [
    'mean of (p − y)²; many classes: summed over the classes; several labels: mean over the labels',
    'Brier 1950',
  ],
  ece: [
    'Σ over 15 bins of equal mass of their share · |came true − foretold|, less the part that is noise; many classes: of the predicted class',
    'Kumar, Liang and Ma 2019',
  ],
  'ece-classwise': ['the mean of that for each class or label', 'Kull et al. 2019'],
  'expected-cost': ['mean cost of the mistakes, by `threshold.costs`', 'Elkan 2001'],
  ndcg: [
    'DCG@k / best DCG@k, DCG = Σ gain / log₂(place + 1), mean over the queries; rows of equal score share their places',
    'Järvelin and Kekäläinen 2002; McSherry and Najork 2008',
  ],
  mrr: [
    'mean over the queries of 1 / place of the first relevant row, the mean over all orders of equal scores',
    'Voorhees 1999',
  ],
  map: ['mean over the queries of average precision', 'Buckley and Voorhees 2000'],
  'recall-at-k': ['of the relevant rows of a query, the share among its first k, mean over the queries', ''],
  'precision-at-k': ['of the first k places of a query, the share with a relevant row, mean over the queries', ''],
  mase: [
    'mean over the series of mean |y − ŷ| / mean |change over a season in its history|; 1 is as good as the naive forecast',
    'Hyndman and Koehler 2006',
  ],
  smape: ['mean of 2·|y − ŷ| / (|y| + |ŷ|), 0 where both are 0', 'Makridakis et al. 2020 (M4)'],
  wape: ['Σ|y − ŷ| / Σ|y|', 'Kolassa and Schütz 2007'],
  pinball: ['mean over rows and quantiles τ of τ·(y − ŷ) above and (1 − τ)·(ŷ − y) below', 'Koenker and Bassett 1978'],
  coverage: ['share of rows between the outer two quantiles; hold it against the level that they promise', ''],
  'interval-width': ['mean distance of the outer two quantiles', ''],
  rmse: ['√ mean (y − ŷ)²', ''],
  mae: ['mean |y − ŷ|', ''],
  'median-ae': ['median |y − ŷ|', ''],
  mape: ['mean |y − ŷ| / |y|; fails where y is 0', ''],
  r2: ['1 − Σ(y − ŷ)² / Σ(y − mean y)²', ''],
  'poisson-deviance': ['mean of 2·(y·ln(y/ŷ) − y + ŷ); ŷ above 0', 'Nelder and Wedderburn 1972'],
  'tweedie-deviance': ['mean unit deviance of the Tweedie distribution of `tweedie-power`', 'Jørgensen 1987'],
  'latency-p50': ['median time of one row', ''],
  'latency-p95': ['the time that 95 of 100 single rows keep', ''],
  'model-bytes': ['bytes of all files of the model', ''],
};

/** The table of every metric: name, tasks, direction, definition, source. */
export function metricTable(): string {
  const rows = metricNames.map((name) => {
    const { better, tasks } = metricDefinitions[name];
    const [definition, source] = meanings[name];
    const usual = tasks.length > 5 ? 'all' : tasks.join(', ');
    return [`\`${name}\``, usual, better, definition, source];
  });
  return table(['name', 'tasks', 'better', 'definition', 'source'], rows);
}
