import { type ComparisonSettings, comparedMetric } from '../compare-metric.ts';
import { queriesOf, relevantQueries } from '../metrics/ranking.ts';
import { type ForecastScores, type RankingScores, type Scores, scoresOf } from '../metrics/scores.ts';
import type { Target } from '../target.ts';
import type { ForecastReport, RankingReport, TaskReport } from '../task-report.ts';
import { classCells, classRatios } from './class-ratios.ts';
import { reliability } from './reliability.ts';

type Settings = Omit<ComparisonSettings, 'clusters'>;

const classesShown = 100;
const stepsShown = 100;

/** What a task's answers say beyond the metrics that the policy names. Null when that is nothing. */
export function taskDetails(options: {
  readonly target: Target;
  readonly candidate: Scores;
  readonly champion: Scores | null;
  readonly settings: Settings;
}): TaskReport | null {
  const { candidate, champion } = options;
  switch (candidate.kind) {
    case 'binary': {
      const found = reliability(candidate, champion);
      return found && { reliability: found };
    }
    case 'multiclass':
    case 'multilabel': {
      const found = reliability(candidate, champion);
      return { ...classes(candidate, options), ...(found === null ? {} : { reliability: found }) };
    }
    case 'ranking':
      return { ranking: rankingReport(candidate) };
    case 'forecasting':
      return { forecast: forecastReport(candidate, options) };
    case 'regression':
      return null;
    default:
      return candidate satisfies never;
  }
}

function classes(
  candidate: Extract<Scores, { kind: 'multiclass' | 'multilabel' }>,
  options: { readonly target: Target; readonly champion: Scores | null; readonly settings: Settings },
): Pick<TaskReport, 'classes' | 'classesLeftOut'> {
  const { target, settings } = options;
  const champion =
    options.champion?.kind === 'multiclass' || options.champion?.kind === 'multilabel' ? options.champion : null;
  const cells = classCells(candidate, champion);
  const ranked = target.classes
    .map((label, kind) => ({ label, kind, rows: cells.rows(kind) }))
    .sort((a, b) => b.rows - a.rows || a.kind - b.kind);
  const shown = ranked.slice(0, classesShown);
  const absent = champion === null ? settings.absent : null;
  return {
    classes: shown.map(({ label, kind, rows }) => ({
      label: label.slice(0, 200),
      rows,
      ...classRatios(cells.of(kind), { absent, confidence: settings.confidence }),
    })),
    classesLeftOut: ranked.length - shown.length,
  };
}

function rankingReport(scores: RankingScores): RankingReport {
  const queries = queriesOf(scores).length;
  return { queries, withoutRelevant: queries - relevantQueries(scores).length, cutoff: scores.cutoff };
}

function forecastReport(
  candidate: ForecastScores,
  { champion, settings }: { readonly champion: Scores | null; readonly settings: Settings },
): ForecastReport {
  const { step, series, time, scale } = candidate;
  const present = new Set(series);
  const steps = step === null ? [] : [...new Set(step)].sort((a, b) => a - b).slice(0, stepsShown);
  return {
    series: present.size,
    times: new Set(time).size,
    withoutScale: [...present].filter((one) => !((scale[one] ?? Number.NaN) > 0)).length,
    steps: steps.map((ahead) => {
      const rows = Uint32Array.from(candidate.truth.keys()).filter((row) => step?.[row] === ahead);
      const pair = { candidate: scoresOf(candidate, rows), champion: champion && scoresOf(champion, rows) };
      const { rows: count, ...mae } = comparedMetric('mae', {
        ...pair,
        settings: { ...settings, clusters: null },
      }).comparison;
      return { step: ahead, rows: count, mae };
    }),
  };
}
