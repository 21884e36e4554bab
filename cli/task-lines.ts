import type { EvaluationReport } from '../src/evaluate/evaluation-report.ts';
import { count, significant } from '../src/render/number.ts';
import type { Measurement } from '../src/verdict.ts';
import { shownText } from './shown-text.ts';

const rowsShown = 20;

/** What a report says of its task beyond the metrics, as lines of a terminal; none when that is nothing. */
export function taskLines({ details }: EvaluationReport): readonly string[] {
  if (details === undefined) return [];
  const { classes = [], threshold, forecast, ranking, notes = [] } = details;
  const lines = [
    ...thresholdLines(threshold),
    ...(ranking === undefined
      ? []
      : [`${count(ranking.queries)} queries, ${count(ranking.withoutRelevant)} without a relevant row left out`]),
    ...(forecast === undefined ? [] : [`${count(forecast.series)} series, ${count(forecast.times)} points in time`]),
    ...(forecast?.steps ?? [])
      .slice(0, rowsShown)
      .map(({ step, rows, mae }) => `step ${step}: MAE ${both(mae)} on ${count(rows)} rows`),
    ...classes
      .slice(0, rowsShown)
      .map(
        ({ label, rows, precision, recall, f1 }) =>
          `class ${shownText(label, 60)}: ${count(rows)} rows, precision ${both(precision)}, recall ${both(recall)}, F1 ${both(f1)}`,
      ),
    ...(classes.length > rowsShown ? [`${count(classes.length - rowsShown)} more classes in --json`] : []),
    ...notes.map((note) => shownText(note, 500)),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function thresholdLines(threshold: NonNullable<EvaluationReport['details']>['threshold']): readonly string[] {
  if (threshold === undefined) return [];
  const words = (name: string, model: NonNullable<typeof threshold.champion>) => {
    const chosen = model.halves === null ? '' : `, rows judged by halves with ${model.halves.map(shown).join(' and ')}`;
    const missed = model.isReached ? '' : ', which does not reach what was asked for';
    return `threshold of the ${name} (${threshold.rule}): ${shown(model.value)}${chosen}${missed}`;
  };
  return [
    words('candidate', threshold.candidate),
    ...(threshold.champion === null ? [] : [words('champion', threshold.champion)]),
  ];
}

function both({ candidate, champion }: { readonly candidate: Measurement; readonly champion: Measurement }): string {
  const ours = candidate.kind === 'value' ? shown(candidate.value) : '—';
  return champion.kind === 'value' ? `${ours} (champion ${shown(champion.value)})` : ours;
}

function shown(value: number): string {
  return significant(value, 3);
}
