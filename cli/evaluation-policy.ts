import { AppError } from '../src/error.ts';
import {
  isUsual,
  type MetricName,
  metricDefinitions,
  metricNames,
  type Task,
  tasks,
} from '../src/evaluate/metric-name.ts';
import { comparisonFindings } from '../src/policy/comparison-rules.ts';
import { Margin } from '../src/policy/margin.ts';
import { type Gate, ModelPolicy } from '../src/policy/policy.ts';
import { taskFindings } from '../src/policy/task-rules.ts';
import { type CommandOptions, type Invocation, listOption, textOption } from './command.ts';
import { comparisonOf, comparisonOptions } from './comparison-options.ts';
import { fairnessOf, fairnessOptions, refuseMisfit } from './fairness-options.ts';
import { htmlOption } from './report-output.ts';
import { taskOf, taskOptions } from './task-options.ts';

/** The options that say what is measured and what it must reach: those of a policy, on the command line. */
export const evaluationOptions: CommandOptions = {
  task: { type: 'string', value: 'TASK', help: `what is predicted: ${tasks.join(', ')}` },
  target: { type: 'string', value: 'COLUMN', help: 'the column that holds the truth' },
  'positive-label': {
    type: 'string',
    value: 'VALUE',
    help: 'the value of the target that counts as positive (default: true or 1)',
  },
  id: { type: 'string', value: 'COLUMN', help: 'a column that names a row; it is never a feature' },
  slices: { type: 'string', value: 'A,B', help: 'columns by whose values the metrics are shown separately' },
  metrics: { type: 'string', value: 'A,B', help: 'what is measured (default: the usual metrics of the task)' },
  gate: {
    type: 'string',
    multiple: true,
    value: 'METRIC:BOUND=N',
    help: 'e.g. roc-auc:not-worse-by=0.005 (default with a champion: not-worse-by=0)',
  },
  confidence: { type: 'string', value: 'LEVEL', help: 'the level of every interval (default: 0.95)' },
  ...taskOptions,
  ...comparisonOptions,
  ...fairnessOptions,
  ...htmlOption,
};

/** The policy that a command line amounts to. Throws `bad-input` for what a policy could not say either. */
export function evaluationPolicy(
  invocation: Invocation,
  given: {
    readonly holdout: string | readonly string[];
    readonly task: string;
    readonly target: string;
    readonly features: readonly string[] | undefined;
    readonly isCompared: boolean;
    /** The policy that says everything that is not typed. */
    readonly base?: ModelPolicy | null;
    /** The path of `--history`, from the folder of the holdout. */
    readonly history?: string | undefined;
  },
): ModelPolicy {
  const task = taskNamed(given.task);
  const gates = new Map(listOption(invocation, 'gate').map(parseGate));
  const base = given.base ?? null;
  const typed = taskOf(invocation, given.history);
  const wanted = { typed: textOption(invocation, 'metrics'), gated: [...gates.keys()], base, options: typed };
  const names = metricsOf(task, wanted);
  const positive = textOption(invocation, 'positive-label');
  const id = textOption(invocation, 'id');
  const fairness = fairnessOf(invocation);
  const parsed = ModelPolicy.safeParse({
    ...base,
    task,
    target: given.target,
    ...(positive === undefined ? {} : { 'positive-label': positive }),
    ...(given.features === undefined ? {} : { features: [...given.features] }),
    ...(id === undefined ? {} : { id }),
    data: base === null ? { train: given.holdout, holdout: given.holdout } : { ...base.data, holdout: given.holdout },
    metrics: Object.fromEntries(
      names.map((name) => [name, gates.get(name) ?? base?.metrics[name] ?? usualGate(name, given)]),
    ),
    confidence: Number(textOption(invocation, 'confidence') ?? base?.confidence ?? 0.95),
    slices: textOption(invocation, 'slices')?.split(',') ?? base?.slices ?? [],
    ...(fairness === undefined ? {} : { fairness }),
    ...comparisonOf(invocation, base),
    ...merged(base, typed),
  });
  if (parsed.success) {
    refuseMisfit(parsed.data, fairness);
    refuseTaskMisfit(parsed.data);
    return parsed.data;
  }
  const problems = parsed.error.issues.map((problem) => `${problem.path.join('.')}: ${problem.message}`);
  throw new AppError(
    'bad-input',
    `expected options that fit together, found at ${problems.slice(0, 10).join('; at ')}; see \`--help\``,
  );
}

/** The value of an option without which a command cannot run. */
export function requiredText(invocation: Invocation, name: string): string {
  const value = textOption(invocation, name);
  if (value !== undefined && value !== '') return value;
  throw new AppError('bad-input', `expected --${name}, found nothing; add it (see \`--help\`)`);
}

function taskNamed(name: string): Task {
  const task = tasks.find((one) => one === name);
  if (task !== undefined) return task;
  throw new AppError('bad-input', `expected --task ${tasks.join(', ')}, found ${JSON.stringify(name)}; choose one`);
}

function metricsOf(
  task: Task,
  wanted: {
    readonly typed: string | undefined;
    readonly gated: readonly MetricName[];
    readonly base: ModelPolicy | null;
    readonly options: Readonly<Record<string, unknown>>;
  },
): readonly MetricName[] {
  const { typed, gated, base, options } = wanted;
  if (typed !== undefined) return [...new Set([...typed.split(',').map(metricNamed), ...gated])];
  if (base !== null) return metricNames.filter((name) => base.metrics[name] !== undefined || gated.includes(name));
  const asked = [...gated, ...impliedMetrics(task, options)];
  return metricNames.filter((name) => isUsual(name, task) || asked.includes(name));
}

/** What is measured as well because an option gives what it needs. */
function impliedMetrics(task: Task, { forecast, threshold }: Readonly<Record<string, unknown>>): readonly MetricName[] {
  const has = (value: unknown, key: string) => typeof value === 'object' && value !== null && key in value;
  if (task === 'forecasting' && has(forecast, 'quantiles')) return ['pinball', 'coverage'];
  return task === 'binary' && has(threshold, 'costs') ? ['expected-cost'] : [];
}

/** The options of a task over those of a policy, key by key. */
function merged(base: ModelPolicy | null, typed: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const keys = ['ranking', 'forecast', 'multilabel', 'metric-options'] as const;
  const both = keys.flatMap((key) => {
    const own = typed[key];
    return own === undefined ? [] : [[key, { ...base?.[key], ...(typeof own === 'object' ? own : {}) }] as const];
  });
  return { ...typed, ...Object.fromEntries(both) };
}

function refuseTaskMisfit(policy: ModelPolicy): void {
  const [finding] = [...comparisonFindings(policy), ...taskFindings(policy, policy)];
  if (finding === undefined) return;
  const { expected, found, fix } = finding;
  throw new AppError('bad-input', `expected ${expected}, found ${found}; ${fix} (see \`--help\`)`);
}

function metricNamed(name: string): MetricName {
  const metric = metricNames.find((one) => one === name);
  if (metric !== undefined) return metric;
  throw new AppError(
    'bad-input',
    `expected a metric of ${metricNames.join(', ')}, found ${JSON.stringify(name)}; choose one`,
  );
}

/** Without a gate of its own a metric that has an interval must not be shown to be worse; time and size are only shown. */
function usualGate(name: MetricName, { isCompared }: { readonly isCompared: boolean }): Gate {
  const { unit } = metricDefinitions[name];
  if (!isCompared || unit === 'milliseconds' || unit === 'bytes') return { kind: 'info' };
  return { kind: 'guardrail', 'not-worse-by': 0 };
}

function parseGate(typed: string): readonly [MetricName, Gate] {
  const match = /^([a-z0-9-]+):(.+)$/.exec(typed);
  const bounds = (match?.[2] ?? '')
    .split(',')
    .map((bound) => /^(not-worse-by|better-by|at-least|at-most)=(\S+)$/.exec(bound));
  if (match === null || bounds.some((bound) => bound === null || !isLimit(bound[1] ?? '', bound[2] ?? ''))) {
    throw new AppError(
      'bad-input',
      `expected --gate METRIC:BOUND=NUMBER with not-worse-by, better-by, at-least or at-most, found ${JSON.stringify(typed)}; write e.g. --gate roc-auc:not-worse-by=0.005`,
    );
  }
  return [
    metricNamed(match[1] ?? ''),
    Object.fromEntries(
      bounds.map((bound) => [bound?.[1] ?? '', bound?.[2]?.endsWith('%') ? bound[2] : Number(bound?.[2])]),
    ),
  ];
}

/** A number, or for a margin a share of the champion's value. */
function isLimit(bound: string, typed: string): boolean {
  if (typed.endsWith('%')) return bound.endsWith('-by') && Margin.safeParse(typed).success;
  return Number.isFinite(Number(typed));
}
