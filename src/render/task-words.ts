import type { ClassReport, ForecastReport, TaskReport, ThresholdReport } from '../evaluate/task-report.ts';
import { count, counted, fixed, percent, signedWithInterval, significant } from './number.ts';
import type { Scope } from './report/element.ts';
import { intervalAxis, intervalPlot, reachOf } from './report/plot/interval.ts';
import type { Cell, WordTable } from './word-table.ts';

type Compared = ClassReport['f1'];

/** Precision, recall and F1 of every class, the most frequent first. With a scope it has plots. */
export function classTable(classes: readonly ClassReport[], scope: Scope | null): WordTable {
  const reach = reachOf(classes.flatMap(({ f1 }) => f1.difference ?? []));
  return {
    caption: 'Metrics by class',
    things: 'classes',
    columns: [
      { title: 'class', kind: 'name' },
      { title: 'rows', kind: 'number' },
      { title: 'precision', kind: 'number' },
      { title: 'recall', kind: 'number' },
      { title: 'F1', kind: 'number' },
      { title: 'F1: difference', kind: 'number' },
      {
        title: 'worse ← → better',
        kind: 'plot',
        under: classes.some(({ f1 }) => f1.difference !== null) ? intervalAxis(reach, 'higher') : '',
      },
    ],
    rows: classes.map(({ label, rows, precision, recall, f1 }, index) => [
      { name: label },
      count(rows),
      bothWords(precision),
      bothWords(recall),
      bothWords(f1),
      differenceWords(f1, 'higher'),
      scope === null || f1.difference === null
        ? 'no interval'
        : {
            plot: intervalPlot({
              ...f1.difference,
              id: `${scope.prefix}class-${index}`,
              title: `${label}: difference of F1`,
              description: differenceWords(f1, 'higher'),
              limit: null,
              better: 'higher',
              tone: f1.difference.high < 0 ? 'bad' : f1.difference.low > 0 ? 'good' : 'open',
              reach,
            }),
          },
    ]),
  };
}

/** The error by step ahead. */
export function stepTable({ steps }: ForecastReport): WordTable {
  return {
    caption: 'Error by step ahead',
    things: 'steps',
    columns: [
      { title: 'step', kind: 'name' },
      { title: 'rows', kind: 'number' },
      { title: 'mean absolute error', kind: 'number' },
      { title: 'difference', kind: 'number' },
    ],
    rows: steps.map(({ step, rows, mae }): readonly Cell[] => [
      significant(step, 4),
      count(rows),
      bothWords(mae),
      differenceWords(mae, 'lower'),
    ]),
  };
}

/** Sentences on what an evaluation says beyond its metrics: threshold, forecast, ranking, notes. */
export function taskSentences({ threshold, forecast, ranking, notes = [] }: TaskReport): readonly string[] {
  const sentences: string[] = [];
  if (threshold !== undefined) sentences.push(thresholdWords(threshold));
  if (forecast !== undefined) {
    const bare =
      forecast.withoutScale === 0
        ? ''
        : ` ${counted(forecast.withoutScale, 'series', 'series')} have too little history for a scale, so they count for no scaled error.`;
    sentences.push(
      `Forecasts of ${counted(forecast.series, 'series', 'series')} at ${counted(forecast.times, 'time')}.${bare}`,
    );
  }
  if (ranking !== undefined) {
    const bare =
      ranking.withoutRelevant === 0
        ? ''
        : ` ${counted(ranking.withoutRelevant, 'query', 'queries')} have no relevant row and count for nothing.`;
    sentences.push(`${counted(ranking.queries, 'query', 'queries')}, judged to rank ${count(ranking.cutoff)}.${bare}`);
  }
  return [...sentences, ...notes];
}

/** From which probability on a row is called positive. */
function thresholdWords({ rule, bound, costs, candidate, champion }: ThresholdReport): string {
  const why = {
    fixed: 'as the policy says',
    'at-precision': `for a precision of ${bound === null ? '—' : percent(bound)}`,
    'at-recall': `for a recall of ${bound === null ? '—' : percent(bound)}`,
    costs:
      costs === null
        ? 'for the least cost'
        : `for the least cost (a false alarm costs ${significant(costs.falsePositive, 3)}, a miss ${significant(costs.falseNegative, 3)})`,
  }[rule];
  const one = ({ value, isReached }: ThresholdReport['candidate']) =>
    `${significant(value, 4)}${isReached ? '' : ' (the nearest: none reaches it)'}`;
  const before = champion === null ? '' : `, the champion from ${one(champion)}`;
  const halves =
    candidate.halves === null ? '' : ' Each half of the rows was judged with the threshold chosen on the other.';
  return `A row is called positive from a probability of ${one(candidate)}${before}: ${why}.${halves}`;
}

function bothWords({ candidate, champion }: Compared): string {
  const now = candidate.kind === 'value' ? fixed(candidate.value, 3) : '—';
  return champion.kind === 'value' ? `${fixed(champion.value, 3)} → ${now}` : now;
}

function differenceWords({ difference }: Compared, better: 'higher' | 'lower'): string {
  if (difference === null) return '—';
  const isBetter = better === 'higher' ? difference.value > 0 : difference.value < 0;
  return difference.value === 0 ? 'the same' : `${isBetter ? '▲' : '▼'} ${signedWithInterval(difference)}`;
}
