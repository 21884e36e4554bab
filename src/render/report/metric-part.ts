import type { GateVerdict } from '../../decide/judgement.ts';
import { metricDefinitions } from '../../evaluate/metric-name.ts';
import type { Result } from '../../result.ts';
import { churnWords } from '../churn-words.ts';
import { html, htmlProse } from '../escape.ts';
import { clusterWords, holdoutWords } from '../holdout-words.ts';
import { type MetricWords, metricWords } from '../metric-table.ts';
import { counted, significant } from '../number.ts';
import { otherGates } from '../other-gates.ts';
import { capital } from '../outcome.ts';
import { htmlOf } from '../word-table.ts';
import { chip, type HtmlColumn, htmlCode, htmlTable, type Scope } from './element.ts';
import { intervalPlot } from './plot/interval.ts';
import type { Subject } from './subject.ts';
import { gateTone } from './tone.ts';

const columns: readonly HtmlColumn[] = [
  { title: 'metric', kind: 'name' },
  { title: 'verdict', kind: 'content' },
  { title: 'champion', kind: 'number' },
  { title: 'candidate', kind: 'number' },
  { title: 'difference', kind: 'number' },
  { title: 'worse ← → better', kind: 'content' },
  { title: 'gate', kind: 'content' },
];

/** The metrics in the policy's order, each with its interval drawn against its margin, and what they were measured on. */
export function metricPart({ judgement, measured }: Subject, scope: Scope): string {
  const { evaluation } = measured;
  const table = judgement.gates.length === 0 ? '' : gateTable(judgement.gates, scope);
  const others = otherGates(judgement);
  const tables = others === null ? table : `${table}${htmlOf(others)}`;
  if (evaluation === null) return tables;
  const { champion, churn, rows, target } = evaluation;
  const flips = churnWords(churn);
  const who = champion === null ? 'There is no champion yet; the candidate was measured' : 'Both models were measured';
  return `<p>${who} on ${champion === null ? '' : 'the same '}${counted(rows, 'row')} of the holdout, target ${htmlCode(target)}.${flips === '' ? '' : ` ${html(flips)}.`} ${htmlProse([holdoutWords(evaluation), clusterWords(evaluation)].join(' '))}</p>\n${tables}`;
}

/** What kept parts from being measured. */
export function failurePart(failures: Result['failures']): string {
  if (failures.length === 0) return '';
  const rows = failures.map(({ part, code, message }) => [
    html(capital(part)),
    htmlCode(code),
    htmlProse(message, 1000),
  ]);
  const titles: readonly HtmlColumn[] = [
    { title: 'part', kind: 'name' },
    { title: 'code', kind: 'content' },
    { title: 'why', kind: 'content' },
  ];
  return htmlTable('What could not be done', titles, rows);
}

function gateTable(gates: readonly GateVerdict[], scope: Scope): string {
  const rows = gates.map((gate) => {
    const words = metricWords(gate);
    return [
      html(words.title),
      gate.kind === 'info' ? chip('shown only', 'open') : chip(gate.verdict, gateTone(gate.verdict)),
      htmlProse(words.champion, 120),
      htmlProse(words.candidate, 120),
      html(words.difference),
      metricPlot(gate, words, scope),
      gateCell(gate),
    ];
  });
  const level = gates.find((gate) => gate.comparison?.difference)?.comparison?.difference;
  const methods = [...new Set(gates.flatMap(({ comparison }) => comparison?.difference?.method ?? []))];
  const legend =
    level == null
      ? ''
      : `<p class="meta">▲ better, ▼ worse, whatever the sign. In the plot better lies to the right: the bar is the ${significant(level.confidence * 100, 2)}\u202F% interval (${html(methods.join(', '), 300)}), the solid line no difference, the dashed line the margin.</p>`;
  return `${htmlTable('Metrics of champion and candidate', columns, rows)}${legend}`;
}

function gateCell({ bound, reason, verdict, override }: GateVerdict): string {
  const why = (text: string) => (text === '' ? '' : `<span class="why">${text}</span>`);
  const overridden =
    override === undefined ? '' : `overridden by ${htmlCode(override.by, 60)}: ${htmlProse(override.reason, 300)}`;
  return `<span class="short">${htmlProse(bound, 120)}</span>${why(verdict === 'fail' ? '' : htmlProse(reason, 200))}${why(overridden)}`;
}

function metricPlot(gate: GateVerdict, words: MetricWords, { prefix }: Scope): string {
  const difference = gate.comparison?.difference;
  if (difference == null) return '<span class="quiet">no interval</span>';
  return intervalPlot({
    ...difference,
    id: `${prefix}interval-${gate.metric}`,
    title: `${words.title}: candidate minus champion`,
    description: `${words.difference}.${gate.limit === null ? '' : ` Margin: ${gate.bound}.`}`,
    limit: gate.limit,
    better: metricDefinitions[gate.metric].better,
    tone: gate.kind === 'info' ? 'open' : gateTone(gate.verdict),
  });
}
