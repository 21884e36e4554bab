import type { TrainingReport } from '../../training-report.ts';
import { html } from '../escape.ts';
import { bytes, counted } from '../number.ts';
import { type HtmlColumn, htmlCode, htmlFacts, htmlHeading, htmlTable, type Scope } from './element.ts';

const shownFiles = 50;
const shownParameters = 500;
const shownFacts = 100;

/** What the training job says of itself. */
export function trainingPart(report: TrainingReport, scope: Scope): string {
  const end = report.signal !== null ? ` by ${report.signal}` : report.exitCode ? `, exit code ${report.exitCode}` : '';
  const facts = htmlFacts([
    ['command', htmlCode(report.command, 2000)],
    ['outcome', html(`${report.outcome}${end}`)],
    ['seed', String(report.seed)],
    ...Object.entries(report.environment)
      .slice(0, shownFacts)
      .map(([name, value]) => [name, html(value, 500)] as const),
  ]);
  return [facts, logPart(report, scope), parameterTable(report, scope), fileTable(report, scope)]
    .filter((part) => part !== '')
    .join('\n');
}

/** Of a training that brought no model, the end of its log says why. */
function logPart({ outcome, logTail }: TrainingReport, scope: Scope): string {
  if (outcome === 'succeeded' || logTail.length === 0) return '';
  const lines = logTail.map((line) => html(line, 240)).join('\n');
  return `${htmlHeading(scope, 'The end of the log')}<pre tabindex="0"><code>${lines}</code></pre>`;
}

function parameterTable({ parameters }: TrainingReport, scope: Scope): string {
  const all = Object.entries(parameters);
  const rows = all
    .slice(0, shownParameters)
    .map(([name, value]) => [htmlCode(name, 200), value === null ? 'none' : htmlCode(String(value), 500)]);
  if (rows.length === 0) return '';
  const columns: readonly HtmlColumn[] = [
    { title: 'parameter', kind: 'name' },
    { title: 'value', kind: 'content' },
  ];
  const more = all.length - rows.length;
  return `${htmlHeading(scope, 'Parameters')}${htmlTable('Parameters', columns, rows)}${more > 0 ? `<p>${counted(more, 'more parameter')}.</p>` : ''}`;
}

function fileTable({ files }: TrainingReport, scope: Scope): string {
  if (files.length === 0) return '';
  const rows = files
    .slice(0, shownFiles)
    .map((file) => [htmlCode(file.path, 500), bytes(file.bytes), htmlCode(file.digest, 200)]);
  const columns: readonly HtmlColumn[] = [
    { title: 'file', kind: 'name' },
    { title: 'size', kind: 'number' },
    { title: 'digest', kind: 'content' },
  ];
  const more = files.length - rows.length;
  return `${htmlHeading(scope, 'Files')}${htmlTable('Files of the trained model', columns, rows)}${more > 0 ? `<p>${counted(more, 'more file')}.</p>` : ''}`;
}
