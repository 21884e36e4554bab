import type { EvaluationReport } from '../evaluate/evaluation-report.ts';
import { count, percent } from './number.ts';
import type { WordTable } from './word-table.ts';

type Churn = NonNullable<EvaluationReport['churn']>;
type Counts = Pick<Churn, 'changed' | 'rows' | 'regressions' | 'improvements'>;

/** `3.2 % of predictions differ (1 200 turned wrong, 1 920 turned right)`; empty where there is nothing to say. */
export function churnWords(churn: EvaluationReport['churn']): string {
  if (churn === null || churn.rows === 0) return '';
  const { regressions, improvements } = churn;
  const turned =
    regressions === undefined || improvements === undefined || churn.changed === 0
      ? ''
      : ` (▼ ${count(regressions)} worse, ▲ ${count(improvements)} better)`;
  return `${percent(churn.changed / churn.rows)} of predictions differ${turned}`;
}

/** The slices by what turned worse in them, most first. */
export function churnTable(churn: Churn): WordTable {
  const slices = [...(churn.slices ?? [])].sort((a, b) => net(b) - net(a) || b.changed - a.changed);
  return {
    caption: 'Predictions that changed, by slice',
    things: 'slices',
    columns: [
      { title: 'column', kind: 'name' },
      { title: 'value', kind: 'words' },
      { title: 'rows', kind: 'number' },
      { title: 'changed', kind: 'number' },
      { title: 'worse', kind: 'number' },
      { title: 'better', kind: 'number' },
    ],
    rows: slices.map((slice) => [
      { name: slice.column },
      { name: slice.value },
      count(slice.rows),
      `${count(slice.changed)} (${percent(slice.rows === 0 ? 0 : slice.changed / slice.rows)})`,
      slice.regressions === undefined ? '—' : count(slice.regressions),
      slice.improvements === undefined ? '—' : count(slice.improvements),
    ]),
  };
}

/** The rows that flipped, by number and id alone. */
export function flipTable(churn: Churn): WordTable {
  const words = { regression: 'worse', improvement: 'better', neutral: 'neither' } as const;
  const tones = { regression: 'bad', improvement: 'good', neutral: 'open' } as const;
  return {
    caption: 'The first rows whose answer changed',
    things: 'rows',
    columns: [
      { title: 'row of the holdout', kind: 'name' },
      { title: 'id', kind: 'words' },
      { title: 'turned', kind: 'words' },
    ],
    rows: (churn.flips ?? []).map(({ row, id, kind }) => [
      count(row),
      id === null ? '—' : { name: id },
      { word: words[kind], tone: tones[kind] },
    ]),
  };
}

function net({ regressions = 0, improvements = 0 }: Counts): number {
  return regressions - improvements;
}
