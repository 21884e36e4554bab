import type { GateVerdict } from '../../decide/judgement.ts';
import type { EvaluationReport } from '../../evaluate/evaluation-report.ts';
import { metricDefinitions } from '../../evaluate/metric-name.ts';
import { html, htmlProse } from '../escape.ts';
import { type MetricWords, metricWords } from '../metric-table.ts';
import { count } from '../number.ts';
import { capital } from '../outcome.ts';
import { sliceRows, sliceSummary } from '../slice-table.ts';
import { chip, type HtmlColumn, htmlTable } from './element.ts';
import { intervalPlot } from './plot.ts';
import { gateTone } from './tone.ts';

const metricColumns: readonly HtmlColumn[] = [
  { title: 'metric', kind: 'name' },
  { title: 'verdict', kind: 'content' },
  { title: 'champion', kind: 'number' },
  { title: 'candidate', kind: 'number' },
  { title: 'difference', kind: 'number' },
  { title: 'worse ← → better', kind: 'content' },
  { title: 'gate', kind: 'content' },
];

/** The metrics in the policy's order, each with its interval drawn against its margin. */
export function metricPart(gates: readonly GateVerdict[]): string {
  const rows = gates.map((gate) => {
    const words = metricWords(gate);
    const verdict = gate.kind === 'info' ? chip('shown only', 'open') : chip(gate.verdict, gateTone(gate.verdict));
    return [
      html(words.title),
      verdict,
      htmlProse(words.champion, 120),
      htmlProse(words.candidate, 120),
      html(words.difference),
      metricPlot(gate, words),
      `<span class="short">${htmlProse(gate.bound, 120)}</span>${gate.reason === '' || gate.verdict === 'fail' ? '' : `<span class="why">${htmlProse(gate.reason, 200)}</span>`}`,
    ];
  });
  const level = gates.find((gate) => gate.comparison?.difference)?.comparison?.difference;
  const legend =
    level == null
      ? ''
      : `<p class="meta">▲ better, ▼ worse, whatever the sign. In the plot better lies to the right: the bar is the ${Math.round(level.confidence * 100)} % interval (${html(level.method)}), the solid line no difference, the dashed line the margin.</p>`;
  return `${htmlTable('Metrics of champion and candidate', metricColumns, rows)}${legend}`;
}

/** The slices, worse ones first. */
export function slicePart(evaluation: EvaluationReport): string {
  const slices = sliceRows(evaluation);
  if (slices.length === 0) return '';
  const tones = { worse: 'bad', better: 'good', same: 'open', unknown: 'open' } as const;
  const rows = slices.map(({ column, value, rows: size, words }) => [
    `<code>${html(column, 60)}</code> = <code>${html(value, 60)}</code>`,
    count(size),
    html(words.title),
    htmlProse(words.champion, 60),
    htmlProse(words.candidate, 60),
    html(words.difference),
    chip(words.direction === 'unknown' ? 'not decided' : words.direction, tones[words.direction]),
  ]);
  const columns: readonly HtmlColumn[] = [
    { title: 'slice', kind: 'name' },
    { title: 'rows', kind: 'number' },
    { title: 'metric', kind: 'content' },
    { title: 'champion', kind: 'number' },
    { title: 'candidate', kind: 'number' },
    { title: 'difference', kind: 'number' },
    { title: 'reading', kind: 'content' },
  ];
  const hint =
    'A slice is called worse or better only where its interval excludes no difference. Each is read by itself, so of many slices a few differ by chance.';
  return `<p>${html(capital(sliceSummary(slices)))}. ${hint}</p>\n${htmlTable('Metrics by slice', columns, rows)}`;
}

function metricPlot(gate: GateVerdict, words: MetricWords): string {
  const difference = gate.comparison?.difference;
  if (difference == null) return '<span class="quiet">no interval</span>';
  const margin = gate.limit === null ? '' : ` Margin: ${gate.bound}.`;
  return intervalPlot({
    id: `interval-${gate.metric}`,
    title: `${words.title}: candidate minus champion`,
    description: `${words.difference}.${margin}`,
    value: difference.value,
    low: difference.low,
    high: difference.high,
    limit: gate.limit,
    better: metricDefinitions[gate.metric].better,
    tone: gate.kind === 'info' ? 'open' : gateTone(gate.verdict),
  });
}
