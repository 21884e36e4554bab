import type { DriftReport } from '../../drift/drift-report.ts';
import type { PerformanceEstimate } from '../../drift/estimate/estimate-report.ts';
import type { DriftWindows } from '../../drift/windows/window-report.ts';
import { html, htmlProse } from '../escape.ts';
import { estimateNote, estimateSummary, estimates, estimateTable, estimateTitles } from '../estimate-words.ts';
import { count, significant, withInterval } from '../number.ts';
import { capital } from '../outcome.ts';
import { windowStart, windowSummary, windowTable } from '../window-words.ts';
import { htmlOf } from '../word-table.ts';
import { htmlCode, htmlFold, type Scope } from './element.ts';
import { lineChart } from './plot/chart.ts';

const shownCharts = 6;

/** The current rows window by window: a chart of each column that moved most, and all numbers in a table. */
export function windowsPart(windows: DriftWindows, report: DriftReport, { prefix }: Scope): string {
  const { windows: all, columns, rowsLeftOut } = windows;
  const [first, last] = [windowStart(all[0]?.start ?? ''), windowStart(all.at(-1)?.start ?? '')];
  const charts = columns.slice(0, shownCharts).map(({ name, noise }, column) => {
    const effects = all.map(({ effects }) => effects[column] ?? null);
    const moved = effects.filter((effect) => effect?.verdict === 'moved').length;
    const plot = lineChart({
      id: `${prefix}window-${column}`,
      title: `${name}: distance from the reference over windows`,
      description: `Jensen–Shannon distance in ${all.length} windows from ${first} to ${last}; ${moved} of them moved.${noise === null ? '' : ` By chance it reaches ${significant(noise, 2)}.`}`,
      series: [
        {
          ink: 'now',
          points: effects.map((effect, x) =>
            effect === null
              ? { x, y: null }
              : { x, y: effect.value, low: effect.low, high: effect.high, isMarked: effect.verdict === 'moved' },
          ),
        },
      ],
      limits: [noise ?? report.minimumEffect],
      ends: [first, last],
      range: [0, top([...effects.map((effect) => effect?.high ?? 0), noise ?? 0, report.minimumEffect])],
    });
    return `<figure class="card"><figcaption>${htmlCode(name)}</figcaption>${plot}<p class="quiet">${moved === 0 ? 'No window moved.' : `${count(moved)} of ${count(all.length)} windows moved.`}</p></figure>`;
  });
  const of = windows.time === null ? 'in order of the rows' : `by <code>${html(windows.time, 80)}</code>`;
  return [
    `<p>${html(capital(windowSummary(windows)))}, ${of}.${rowsLeftOut > 0 ? ` ${count(rowsLeftOut)} rows without a time are in none.` : ''}</p>`,
    '<ul class="key"><li><span class="now round"></span>distance with its interval</li><li><span class="warned round"></span>moved</li><li>dashed: what the reference’s own windows reach by chance, or else the least that matters</li></ul>',
    `<div class="cards charts">${charts.join('\n')}</div>`,
    htmlFold('Every window as numbers', htmlOf(windowTable(windows), 400)),
  ].join('\n');
}

/** How a classifier is expected to do on rows without labels, as numbers and over the rows. */
export function estimatePart(report: PerformanceEstimate, { prefix }: Scope): string {
  const charts = estimates(report).flatMap(([name, { chunks, threshold, reference, estimate }]) => {
    if (chunks.filter((chunk) => chunk !== null).length < 2) return [];
    const title = estimateTitles[name];
    const bounds = [threshold.low, threshold.high, reference];
    const all = [...chunks.flatMap((chunk) => (chunk === null ? [] : [chunk.low, chunk.high])), ...bounds];
    const plot = lineChart({
      id: `${prefix}estimate-${name}`,
      title: `${title}: estimated by chunk of the rows`,
      description: `${chunks.length} chunks; on the reference ${significant(reference, 4)}, now ${withInterval(estimate)}; usual from ${significant(threshold.low, 4)} to ${significant(threshold.high, 4)}.`,
      series: [
        {
          ink: 'now',
          points: chunks.map((chunk, x) =>
            chunk === null
              ? { x, y: null }
              : { x, y: chunk.value, low: chunk.low, high: chunk.high, isMarked: chunk.alert },
          ),
        },
      ],
      limits: [threshold.low, threshold.high],
      ends: ['first rows', 'last rows'],
      range: [
        Math.max(
          0,
          all.reduce((a, b) => Math.min(a, b)),
        ),
        Math.min(
          1,
          all.reduce((a, b) => Math.max(a, b)),
        ),
      ],
    });
    return [`<figure class="card"><figcaption>${html(title)}</figcaption>${plot}</figure>`];
  });
  return [
    `<p>${html(capital(estimateSummary(report)))}.</p>`,
    htmlOf(estimateTable(report)),
    charts.length === 0 ? '' : `<div class="cards charts">${charts.join('\n')}</div>`,
    `<p class="meta">${htmlProse(estimateNote(report), 1000)}</p>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function top(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0.01) * 1.05;
}
