import type { Column } from '../data/column.ts';
import { quoted } from '../data/column.ts';
import type { Dataset } from '../data/dataset.ts';
import { AppError } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { mappedColumns } from './runtime/onnx-mapped-inputs.ts';

/** The part of a policy that says what a task is. */
export type TaskPolicy = Pick<
  ModelPolicy,
  'task' | 'target' | 'positive-label' | 'id' | 'features' | 'inputs' | 'ranking' | 'forecast' | 'multilabel' | 'text'
>;

/** What a task needs in the policy beyond target and features, and an example of it. */
const neededKeys: Readonly<
  Partial<Record<ModelPolicy['task'], { readonly key: keyof TaskPolicy; readonly example: string }>>
> = {
  ranking: { key: 'ranking', example: 'ranking: { query: session }' },
  forecasting: { key: 'forecast', example: 'forecast: { series: store, time: day }' },
};

/** Throws `bad-config` when the policy lacks what its task needs, and `bad-input` when the holdout lacks a column that it names. */
export async function checkTaskColumns(dataset: Dataset, policy: TaskPolicy): Promise<void> {
  const needed = neededKeys[policy.task];
  if (needed !== undefined && policy[needed.key] === undefined) {
    throw new AppError(
      'bad-config',
      `expected \`${needed.key}\` for task ${policy.task}, found none; add it, e.g. \`${needed.example}\``,
    );
  }
  const known = dataset.columns.map((column) => column.name);
  const missing = namedColumns(policy).filter(({ name }) => !known.includes(name));
  if (missing.length > 0) {
    const found = missing.slice(0, 10).map(({ key, name }) => `no ${name} (\`${key}\`)`);
    throw new AppError(
      'bad-input',
      `expected the columns that the policy names in the holdout, found ${found.join(', ')}; the columns are ${known.slice(0, 30).join(', ')}`,
    );
  }
  if (policy.task === 'forecasting' && policy.forecast !== undefined) {
    checkTime(dataset, policy.forecast.time);
    await checkOnce(dataset, policy.forecast);
  }
}

/** The columns that the models are not given unless `features` names them. */
export function reservedColumns(policy: TaskPolicy): readonly string[] {
  const always = [policy.target, ...(policy.id === undefined ? [] : [policy.id])];
  return [...always, ...namedColumns(policy).flatMap(({ key, name }) => (key === 'text' ? [] : [name]))];
}

/** The columns that hold the truth: no model may read them. */
export function truthColumns({ target, multilabel }: TaskPolicy): readonly string[] {
  return [target, ...(multilabel?.columns ?? [])];
}

function namedColumns({ task, ranking, forecast, multilabel, text }: TaskPolicy) {
  const named: { readonly key: string; readonly name: string }[] = [];
  if (task === 'ranking' && ranking !== undefined) named.push({ key: 'ranking.query', name: ranking.query });
  if (task === 'forecasting' && forecast !== undefined) {
    for (const key of ['series', 'time', 'horizon'] as const) {
      const name = forecast[key];
      if (name !== undefined) named.push({ key: `forecast.${key}`, name });
    }
  }
  if (task === 'multilabel') {
    for (const name of multilabel?.columns ?? []) named.push({ key: 'multilabel.columns', name });
  }
  if (task === 'text-classification' && text !== undefined) named.push({ key: 'text', name: text });
  return named;
}

function checkTime({ columns }: Dataset, name: string): void {
  const column = columns.find((one) => one.name === name);
  if (column === undefined || column.kind === 'number' || column.kind === 'timestamp') return;
  throw new AppError(
    'bad-input',
    `expected numbers, dates or timestamps in column ${name} (\`forecast.time\`), found ${column.type}; write times as 2026-01-31 or 2026-01-31 12:00:00`,
  );
}

/** A series holds each time once, or once for each step ahead: else two rows would be forecasts of the same thing. */
async function checkOnce(dataset: Dataset, forecast: NonNullable<ModelPolicy['forecast']>): Promise<void> {
  const { series, time, horizon } = forecast;
  const keys = [series, time, horizon].filter((name) => name !== undefined).map(quoted);
  const [twice] = await dataset.query(
    `SELECT count(*)::DOUBLE AS n FROM data WHERE ${quoted(time)} IS NOT NULL GROUP BY ${keys.join(', ')} HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice === undefined) return;
  throw new AppError(
    'bad-input',
    `expected each time once in a series${horizon === undefined ? '' : ' and step'}, found ${Number(twice['n'])} rows of one; ${series === undefined ? 'name `forecast.series`, or ' : ''}${horizon === undefined ? 'name `forecast.horizon` for rolling forecasts, or ' : ''}remove the duplicates`,
  );
}

/** The columns that a text classifier or any other model reads: those named, else all that are not reserved. */
export function featureNames(columns: readonly Column[], policy: TaskPolicy): readonly string[] {
  if (policy.features !== undefined) return policy.features;
  if (policy.inputs !== undefined) return mappedColumns(policy.inputs);
  if (policy.task === 'text-classification' && policy.text !== undefined) return [policy.text];
  const reserved = reservedColumns(policy);
  return columns.map((column) => column.name).filter((name) => !reserved.includes(name));
}
