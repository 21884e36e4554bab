import { quoted } from '../data/column.ts';
import { openDataset } from '../data/dataset.ts';
import { AppError } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';

/**
 * Per series, the mean absolute error of the naive forecast of one season before, on the rows before the holdout: the scale
 * of MASE. Series with less than a season more, or that never vary, have none. The name of the only series is ''. Throws
 * AppError when the history cannot be read.
 */
export async function historyScales(options: {
  readonly root: string;
  readonly policy: Pick<ModelPolicy, 'forecast' | 'target' | 'data'>;
}): Promise<ReadonlyMap<string, number>> {
  const { forecast, target, data } = options.policy;
  if (forecast === undefined) return new Map();
  const paths = forecast.history === undefined ? data.train : [forecast.history];
  await using dataset = await openDataset({ root: options.root, paths, csv: data.csv });
  const known = dataset.columns.map((column) => column.name);
  const needed = [target, forecast.time, forecast.series].filter((name) => name !== undefined);
  const absent = needed.filter((name) => !known.includes(name));
  if (absent.length > 0) {
    throw new AppError(
      'bad-input',
      `expected the columns ${needed.join(', ')} in the history of the series (${paths.join(', ')}), found no ${absent.join(', no ')}; name the rows before the holdout in \`forecast.history\``,
    );
  }
  const series = forecast.series === undefined ? `''` : `${quoted(forecast.series)}::VARCHAR`;
  const value = `${quoted(target)}::DOUBLE`;
  const rows = await dataset.query(`
    WITH once AS (
      SELECT ${series} AS series, ${quoted(forecast.time)} AS time, avg(${value}) AS value FROM data
      WHERE isfinite(${value}) AND ${quoted(forecast.time)} IS NOT NULL GROUP BY 1, 2
    ), steps AS (
      SELECT series, abs(value - lag(value, ${forecast.season}) OVER (PARTITION BY series ORDER BY time)) AS step FROM once
    )
    SELECT series, avg(step) AS scale FROM steps WHERE step IS NOT NULL GROUP BY 1 HAVING avg(step) > 0`);
  return new Map(rows.map((row) => [String(row['series']), Number(row['scale'])]));
}
