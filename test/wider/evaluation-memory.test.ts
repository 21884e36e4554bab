import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { folderOf, modelFolder } from '../evaluate/fixture.ts';

const source = join(import.meta.dirname, '../../src');

/** The most memory, in MB, that evaluating the fixture regression on so many rows of 22 columns takes in a process of its own. */
async function peakMegabytes(rows: number): Promise<number> {
  using folder = folderOf({});
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const wide = Array.from({ length: 20 }, (_, at) => `random() AS wide_${at}`).join(', ');
  await connection.run(
    `COPY (SELECT random() * 50 AS amount, random() * 60 + 18 AS age, ${wide}, random() * 30 AS delay FROM range(${rows})) TO '${folder.file('holdout.parquet')}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  const script = `
import { evaluateModels } from '${join(source, 'evaluate/evaluate.ts')}';
import { ModelPolicy } from '${join(source, 'policy/policy.ts')}';
const policy = ModelPolicy.parse({
  task: 'regression', target: 'delay', features: ['amount', 'age'],
  data: { train: 'holdout.parquet', holdout: 'holdout.parquet' }, metrics: { mae: { kind: 'info' } },
});
const candidate = '${join(modelFolder, 'regression.onnx')}';
const { report } = await evaluateModels({ holdoutRoot: '${folder.path}', policy, candidate, champion: candidate });
console.log(report.rows, process.resourceUsage().maxRSS / 1024);
`;
  writeFileSync(folder.file('run.mts'), script);
  const said = execFileSync(process.execPath, [folder.file('run.mts')], { encoding: 'utf8' });
  const [measured, megabytes] = said.trim().split(' ').map(Number);
  expect(measured).toBe(rows);
  return megabytes ?? Number.NaN;
}

it('takes memory for the answers of its rows, not for their columns', async () => {
  const few = await peakMegabytes(50_000);
  const many = await peakMegabytes(2_000_000);

  // Truth and two models' answers are 24 bytes a row and some copies of that; the columns alone would be 352 bytes a row.
  expect(many - few).toBeLessThan((2_000_000 * 160) / 1e6);
}, 120_000);
