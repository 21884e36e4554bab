import type { Judgement } from '../../decide/judgement.ts';
import type { Result } from '../../result.ts';
import { html, htmlProse } from '../escape.ts';
import { shortSha } from '../markdown.ts';
import { counted, percent } from '../number.ts';
import { capital } from '../outcome.ts';
import { dataPart } from './data-part.ts';
import { chip, htmlPage, htmlSection, htmlTable } from './element.ts';
import { fairnessPart } from './fairness-part.ts';
import { lineageFacts, reproduction, trainingPart } from './lineage-part.ts';
import { metricPart, slicePart } from './metric-part.ts';
import { styleSheet } from './style.ts';
import { judgementTone } from './tone.ts';

/**
 * The report of one evaluated model as one HTML file: it opens without a network, runs nothing and holds no row of the
 * data. `result` comes from job `evaluate`, `judgement` is what the base branch's policy makes of it.
 */
export function renderReport(options: { readonly result: Result; readonly judgement: Judgement }): string {
  const { result, judgement } = options;
  const fairness = result.evaluation?.fairness;
  const sections = [
    htmlSection('metrics', 'Metrics', metricsBody(options)),
    htmlSection('data', 'Data', dataPart(result)),
    htmlSection('slices', 'Slices', result.evaluation === null ? '' : slicePart(result.evaluation)),
    htmlSection('fairness', 'Fairness', fairness === undefined ? '' : fairnessPart(fairness, judgement.fairness)),
    htmlSection('not-done', 'What could not be done', failureTable(result)),
    htmlSection(
      'training',
      'Training, as reported by its job',
      result.training === null ? '' : trainingPart(result.training),
    ),
    htmlSection('lineage', 'Lineage', lineageFacts(result)),
    htmlSection('reproduce', 'How to reproduce', reproduction(result)),
  ];
  return htmlPage({
    title: `${result.model}: ${judgement.headline.replaceAll('`', '')}`,
    style: styleSheet,
    body: `<div class="page">
<header>
<p class="meta"><span class="brand">Siskin</span> · report on <code>${html(result.model)}</code> in ${html(result.repository)}</p>
<h1>${chip(verdictWord(judgement), judgementTone(judgement))} ${htmlProse(judgement.headline, 300)}</h1>
<p class="meta">${shortSha(result.head)} against ${shortSha(result.base)} · run ${result.run.id}, attempt ${result.run.attempt} · ${html(result.finishedAt.slice(0, 16).replace('T', ' '))} UTC</p>
</header>
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
<footer>Made by Siskin from measurements only: this file holds no row of the data, loads nothing and runs nothing.</footer>
</div>`,
  });
}

function metricsBody({ result, judgement }: { readonly result: Result; readonly judgement: Judgement }): string {
  const { evaluation } = result;
  const table = judgement.gates.length === 0 ? '' : metricPart(judgement.gates);
  if (evaluation === null) return table;
  const flips =
    evaluation.churn === null || evaluation.churn.rows === 0
      ? ''
      : ` ${percent(evaluation.churn.changed / evaluation.churn.rows)} of the predictions differ.`;
  const who =
    evaluation.champion === null ? 'There is no champion yet; the candidate was measured' : 'Both models were measured';
  const rows = `${who} on ${evaluation.champion === null ? '' : 'the same '}${counted(evaluation.rows, 'row')} of the holdout, target <code>${html(evaluation.target)}</code>.${flips}`;
  return `<p>${rows}</p>\n${table}`;
}

function failureTable({ failures }: Result): string {
  if (failures.length === 0) return '';
  const rows = failures.map(({ part, code, message }) => [
    html(capital(part)),
    `<code>${html(code)}</code>`,
    htmlProse(message, 1000),
  ]);
  const columns = [
    { title: 'part', kind: 'name' },
    { title: 'code', kind: 'content' },
    { title: 'why', kind: 'content' },
  ] as const;
  return htmlTable('What could not be done', columns, rows);
}

function verdictWord({ verdict, review }: Judgement): string {
  return capital(verdict === 'pass' && review ? 'review' : verdict);
}
