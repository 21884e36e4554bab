import type { TrainingReport } from '../training-report.ts';
import { code, prose, text } from './escape.ts';
import { table } from './markdown.ts';
import { bytes, duration, percent } from './number.ts';

const mostRows = 40;

/** What the training job said of itself. It is shown as reported, because the code that ran there is untrusted. */
export function trainingSection(report: TrainingReport): string {
  const facts: [string, string][] = [
    ['command', code(report.command, 300)],
    ['outcome', outcomeWords(report)],
    ['time', duration(report.seconds)],
    ['peak memory', report.peakMemoryBytes === null ? 'not measured' : bytes(report.peakMemoryBytes)],
    ['GPU', gpuWords(report)],
    ['seed', String(report.seed)],
    ['files', filesWords(report)],
    ...Object.entries(report.environment).map(([name, value]): [string, string] => [text(name, 60), code(value, 120)]),
  ];
  const parameters = Object.entries(report.parameters).map(([name, value]): [string, string] => [
    code(name, 80),
    value === null ? 'none' : code(String(value), 120),
  ]);
  return [
    'As reported by the training job; nothing here decides.',
    factTable('training', facts),
    ...(parameters.length === 0 ? [] : [factTable('parameter', parameters)]),
  ].join('\n\n');
}

/** `NVIDIA L4, 3.1 GB, 97 % busy at most`, or that there was none. */
export function gpuWords({ gpu }: TrainingReport): string {
  if (gpu === null) return 'none';
  const busy = percent(gpu.peakUtilization > 1 ? gpu.peakUtilization / 100 : gpu.peakUtilization);
  return `${text(gpu.name, 80)}, ${bytes(gpu.peakMemoryBytes)} and ${busy} busy at most`;
}

/** How the training ended, with its exit code or signal when that tells more. */
function outcomeWords({ outcome, exitCode, signal }: TrainingReport): string {
  if (outcome === 'succeeded') return 'succeeded';
  const how = signal !== null ? ` by ${text(signal, 20)}` : exitCode !== null ? `, exit code ${exitCode}` : '';
  return `${text(outcome, 20)}${how}`;
}

function filesWords({ files }: TrainingReport): string {
  const first = files[0];
  if (first === undefined) return 'none';
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${code(first.path, 120)}${files.length > 1 ? ` and ${files.length - 1} more` : ''}, ${bytes(total)}`;
}

function factTable(title: string, facts: readonly [string, string][]): string {
  const shown = facts.slice(0, mostRows);
  const more = facts.length - shown.length;
  const rows = more > 0 ? [...shown, [prose('…'), `${more} more in the report`] as const] : shown;
  return table(
    [
      { title, align: 'left' },
      { title: 'value', align: 'left' },
    ],
    rows,
  );
}
