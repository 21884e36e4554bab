import { metricNames } from '../evaluate/metric-name.ts';
import { metricRange } from '../evaluate/metric-range.ts';
import type { Entries } from './entries.ts';
import type { Finding } from './explain-issue.ts';
import type { ModelPolicy } from './policy.ts';

type Draft = { readonly [Key in keyof ModelPolicy]?: ModelPolicy[Key] | undefined };
type Task = ModelPolicy['task'];

/** Which tasks a key is for, and an example of it for tasks that cannot do without. */
const taskKeys = {
  ranking: { tasks: ['ranking'], needed: 'ranking: { query: session }' },
  forecast: { tasks: ['forecasting'], needed: 'forecast: { series: store, time: day }' },
  multilabel: { tasks: ['multilabel'], needed: null },
  text: { tasks: ['text-classification'], needed: null },
  threshold: { tasks: ['binary', 'multilabel'], needed: null },
} as const satisfies Partial<
  Record<keyof ModelPolicy, { readonly tasks: readonly Task[]; readonly needed: string | null }>
>;

/** How the keys of a task fit the task, and the metrics the keys: looks at entries that are well formed only. */
export function taskFindings(model: Draft, written: Entries): readonly Finding[] {
  const { task } = model;
  if (task === undefined) return [];
  return [
    ...keyFindings(task, written),
    ...sourceFindings(model, written),
    ...metricFindings(model),
    ...rangeFindings(model),
    ...labelFindings(model),
  ];
}

function keyFindings(task: Task, written: Entries): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [key, { tasks, needed }] of Object.entries(taskKeys)) {
    const isFor = (tasks as readonly Task[]).includes(task);
    if (isFor && needed !== null && written[key] === undefined) {
      findings.push({
        at: [key],
        part: 'key',
        absent: true,
        expected: `\`${key}\` for task ${task}`,
        found: 'none',
        fix: `add it, e.g. \`${needed}\``,
      });
    }
    if (!isFor && written[key] !== undefined) {
      findings.push({
        at: [key],
        part: 'key',
        expected: `\`${key}\` with task ${tasks.join(' or ')} only`,
        found: `task ${task}`,
        fix: 'remove it',
      });
    }
  }
  return findings;
}

function sourceFindings({ task }: Draft, written: Entries): readonly Finding[] {
  if (task !== 'text-classification' || written['text'] !== undefined || written['features'] !== undefined) return [];
  return [
    {
      at: ['text'],
      part: 'key',
      absent: true,
      expected: '`text` for task text-classification',
      found: 'none',
      fix: 'add the column of text that the model reads, e.g. `text: message`',
    },
  ];
}

function metricFindings({ task, metrics, forecast, threshold }: Draft): readonly Finding[] {
  const findings: Finding[] = [];
  const needs = (metric: keyof NonNullable<Draft['metrics']>, expected: string, fix: string) => {
    if (metrics?.[metric] === undefined) return;
    findings.push({ at: ['metrics', metric], part: 'key', expected, found: 'none', fix });
  };
  if (task === 'forecasting' && forecast !== undefined && forecast.quantiles === undefined) {
    for (const metric of ['pinball', 'coverage', 'interval-width'] as const) {
      needs(
        metric,
        '`forecast.quantiles` beside it',
        'add the quantiles of the model’s outputs, e.g. `[0.1, 0.5, 0.9]`',
      );
    }
  }
  if (task === 'binary' && !(typeof threshold === 'object' && 'costs' in threshold)) {
    const example = 'threshold: { costs: { false-positive: 1, false-negative: 10 } }';
    needs('expected-cost', '`threshold.costs` beside it', `say what mistakes cost, e.g. \`${example}\``);
  }
  return findings;
}

/** Bounds that no model can reach, e.g. an accuracy of 95 where 0.95 was meant. */
function rangeFindings({ metrics }: Draft): readonly Finding[] {
  return metricNames.flatMap((metric) => {
    const { least, most } = metricRange(metric);
    const range = `${Number.isFinite(least) ? `at least ${least}` : ''}${Number.isFinite(least) && Number.isFinite(most) ? ' and ' : ''}${Number.isFinite(most) ? `at most ${most}` : ''}`;
    return (['at-least', 'at-most'] as const).flatMap((key): readonly Finding[] => {
      const bound = metrics?.[metric]?.[key];
      if (bound === undefined || (bound >= least && bound <= most)) return [];
      const fix = bound >= 10 && bound <= 100 && most === 1 ? `write it as a share: ${bound / 100}` : 'correct it';
      return [
        {
          at: ['metrics', metric, key],
          part: 'value',
          expected: `what ${metric} can be: ${range}`,
          found: String(bound),
          fix,
        },
      ];
    });
  });
}

function labelFindings({ task, target, features, multilabel, threshold, forecast }: Draft): readonly Finding[] {
  const findings: Finding[] = [];
  if (task === 'multilabel' && threshold !== undefined && typeof threshold !== 'number') {
    findings.push({
      at: ['threshold'],
      part: 'value',
      expected: 'a number for task multilabel',
      found: 'a rule',
      fix: 'write e.g. `threshold: 0.3`',
    });
  }
  const repeated = (names: readonly (string | number)[]) => names.find((name, place) => names.indexOf(name) !== place);
  const twice = [
    [['multilabel', 'columns'], repeated(multilabel?.columns ?? [])],
    [['forecast', 'quantiles'], repeated(forecast?.quantiles ?? [])],
  ] as const;
  for (const [at, name] of twice) {
    if (name === undefined) continue;
    findings.push({ at, part: 'value', expected: 'each once', found: `${name} again`, fix: 'remove it' });
  }
  const read = multilabel?.columns?.find((column) => features?.includes(column));
  if (task === 'multilabel' && read !== undefined && read !== target) {
    findings.push({
      at: ['features'],
      part: 'value',
      expected: 'columns other than the labels',
      found: `the label ${read}`,
      fix: 'remove it: a model that reads the truth is not measured',
    });
  }
  return findings;
}
