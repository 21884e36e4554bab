import type { ModelIdentity } from '../../evaluate/evaluation-report.ts';
import type { Result } from '../../result.ts';
import type { TrainingReport } from '../../training-report.ts';
import { html } from '../escape.ts';
import { bytes, counted, duration, percent } from '../number.ts';
import { htmlFacts, htmlTable } from './element.ts';

/** What was compared with what, by commits and digests. */
export function lineageFacts(result: Result): string {
  const { evaluation, drift, training } = result;
  const digest = (value: string) => `<code>${html(value)}</code>`;
  return htmlFacts([
    ['commit judged', digest(result.head)],
    ['policy and holdout of', digest(result.base)],
    ['claim', digest(result.claim)],
    ['run', `${result.run.id}, attempt ${result.run.attempt}; evaluated in ${html(duration(result.seconds))}`],
    ...(training === null || training.trainingKey === null
      ? []
      : [['training key', digest(training.trainingKey)] as const]),
    ...(evaluation === null
      ? []
      : [
          ['candidate', modelWords(evaluation.candidate)] as const,
          ['champion', evaluation.champion === null ? 'none yet' : modelWords(evaluation.champion)] as const,
          ['holdout', `${counted(evaluation.rows, 'row')}, ${digest(evaluation.holdoutDigest)}`] as const,
        ]),
    ...(drift === null
      ? []
      : [
          ['reference data', `${counted(drift.reference.rows, 'row')}, ${digest(drift.reference.digest)}`] as const,
          ['current data', `${counted(drift.current.rows, 'row')}, ${digest(drift.current.digest)}`] as const,
        ]),
  ]);
}

/** The commands that get the same numbers on another machine. */
export function reproduction(result: Result): string {
  const { training, evaluation } = result;
  const steps = [
    `git fetch origin ${result.head} ${result.base}`,
    `git checkout ${result.head}`,
    ...(training === null ? [] : [`SISKIN_SEED=${training.seed} ${training.command}`]),
  ];
  const check =
    evaluation === null
      ? ''
      : `<p>The model that was judged is the one whose digest stands under Lineage; a training that is not deterministic gives another.</p>`;
  return `<pre tabindex="0"><code>${steps.map((step) => html(step, 4000)).join('\n')}</code></pre>${check}`;
}

/** What the training job says of itself. */
export function trainingPart(report: TrainingReport): string {
  const facts = htmlFacts([
    ['command', `<code>${html(report.command, 2000)}</code>`],
    ['outcome', html(report.outcome)],
    ['time', duration(report.seconds)],
    ['peak memory', report.peakMemoryBytes === null ? 'not measured' : bytes(report.peakMemoryBytes)],
    ['GPU', gpuText(report)],
    ['seed', String(report.seed)],
    ...Object.entries(report.environment).map(([name, value]) => [name, html(value, 500)] as const),
  ]);
  return [facts, parameterTable(report), fileTable(report)].filter((part) => part !== '').join('\n');
}

function gpuText({ gpu }: TrainingReport): string {
  if (gpu === null) return 'none';
  return `${html(gpu.name)}, ${bytes(gpu.peakMemoryBytes)} and ${percent(gpu.peakUtilization)} busy at most`;
}

function parameterTable({ parameters }: TrainingReport): string {
  const rows = Object.entries(parameters).map(([name, value]) => [
    `<code>${html(name)}</code>`,
    value === null ? 'none' : `<code>${html(String(value), 500)}</code>`,
  ]);
  if (rows.length === 0) return '';
  const columns = [
    { title: 'parameter', kind: 'name' },
    { title: 'value', kind: 'content' },
  ] as const;
  return `<h3>Parameters</h3>${htmlTable('Parameters', columns, rows)}`;
}

const shownFiles = 50;

function fileTable({ files }: TrainingReport): string {
  if (files.length === 0) return '';
  const rows = files
    .slice(0, shownFiles)
    .map((file) => [`<code>${html(file.path, 500)}</code>`, bytes(file.bytes), `<code>${html(file.digest)}</code>`]);
  const columns = [
    { title: 'file', kind: 'name' },
    { title: 'size', kind: 'number' },
    { title: 'digest', kind: 'content' },
  ] as const;
  const more = files.length - rows.length;
  return `<h3>Files</h3>${htmlTable('Files of the trained model', columns, rows)}${more > 0 ? `<p>${counted(more, 'more file')}.</p>` : ''}`;
}

function modelWords({ format, bytes: size, digest }: ModelIdentity): string {
  return `${html(format)}, ${bytes(size)}, <code>${html(digest)}</code>`;
}
