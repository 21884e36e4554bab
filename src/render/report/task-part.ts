import type { ReliabilityReport, TaskReport } from '../../evaluate/task-report.ts';
import { htmlProse } from '../escape.ts';
import { count, percent } from '../number.ts';
import { classTable, stepTable, taskSentences } from '../task-words.ts';
import { htmlOf, type WordTable } from '../word-table.ts';
import { htmlFold, htmlHeading, type Scope } from './element.ts';
import { lineChart, type Series } from './plot/chart.ts';

/** What an evaluation says beyond its metrics: threshold, calibration, classes, steps. */
export function taskPart(report: TaskReport, scope: Scope): string {
  const { reliability, classes = [], classesLeftOut = 0, forecast } = report;
  return [
    ...taskSentences(report).map((sentence) => `<p>${htmlProse(sentence, 800)}</p>`),
    reliability === undefined ? '' : reliabilityPart(reliability, scope),
    classes.length === 0
      ? ''
      : `${htmlHeading(scope, 'Each class')}${htmlOf(classTable(classes, scope))}${classesLeftOut > 0 ? `<p>${count(classesLeftOut)} more classes.</p>` : ''}`,
    forecast === undefined || forecast.steps.length === 0
      ? ''
      : `${htmlHeading(scope, 'Each step ahead')}${htmlOf(stepTable(forecast))}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function reliabilityPart({ of, candidate, champion }: ReliabilityReport, scope: Scope): string {
  const sides = [
    { ink: 'before', name: 'champion', bins: champion },
    { ink: 'now', name: 'candidate', bins: candidate },
  ] as const;
  const series = sides.flatMap(({ ink, bins }): Series[] =>
    bins === null
      ? []
      : [
          {
            ink,
            points: bins.map(({ confidence, observed, low, high }) => ({ x: confidence, y: observed, low, high })),
          },
        ],
  );
  if (series.length === 0) return '';
  const what = of === 'positive' ? 'the positive class' : 'the predicted class';
  const widest = (candidate ?? champion ?? []).reduce(
    (most, { confidence, observed }) => Math.max(most, Math.abs(confidence - observed)),
    0,
  );
  const plot = lineChart({
    id: `${scope.prefix}reliability`,
    title: 'Reliability: what was foretold and what came true',
    description: `Probability of ${what} from 0 to 1 against the share that came true; the dashed line is perfect calibration. The candidate is off by at most ${percent(widest)} in a bin.`,
    series,
    limits: [],
    ends: ['foretold 0', '1'],
    range: [0, 1],
    domain: [0, 1],
    diagonal: 'shown',
  });
  const table: WordTable = {
    caption: 'Reliability by bin',
    things: 'bins',
    columns: [
      { title: 'model', kind: 'name' },
      { title: 'rows', kind: 'number' },
      { title: 'foretold', kind: 'number' },
      { title: 'came true', kind: 'number' },
    ],
    rows: sides.flatMap(({ name, bins }) =>
      (bins ?? []).map(({ rows, confidence, observed, low, high }) => [
        name,
        count(rows),
        percent(confidence),
        `${percent(observed)} (${percent(low)} … ${percent(high)})`,
      ]),
    ),
  };
  const key = `<ul class="key">${champion === null ? '' : '<li><span class="before round"></span>champion</li>'}<li><span class="now round"></span>candidate</li><li>dashed: perfect calibration</li></ul>`;
  return `${htmlHeading(scope, 'Calibration')}<div class="beside"><div>${plot}${key}</div><p class="quiet">Across: the probability of ${what} that the model gave, in bins of as many rows each. Up: the share of the rows where it came true, with its 95\u202F% interval. Above the dashed line a model is too cautious, below it too sure.</p></div>${htmlFold('The bins as numbers', htmlOf(table))}`;
}
