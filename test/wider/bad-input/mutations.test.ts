import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { beforeAll, describe, test } from 'vitest';
import { temporaryFolder } from '../../data/temporary-folder.ts';
import { holdout } from './broken-files.ts';
import { outcome } from './outcome.ts';

const models = join(import.meta.dirname, '../../fixtures/models');
const lines = Array.from({ length: 300 }, (_, i) => JSON.stringify({ hour: i % 24, late: i % 2, name: `n${i % 5}` }));
const valid: Record<string, Uint8Array> = {
  'rows.csv': Buffer.from(holdout),
  'rows.jsonl': Buffer.from(lines.join('\n')),
  'model.onnx': readFileSync(join(models, 'binary-tensor.onnx')),
};

beforeAll(async () => {
  using folder = temporaryFolder({ 'rows.jsonl': lines.join('\n') });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const target = join(folder.path, 'rows.parquet');
  await connection.run(
    `COPY (SELECT * FROM read_json('${join(folder.path, 'rows.jsonl')}')) TO '${target}' (FORMAT parquet)`,
  );
  valid['rows.parquet'] = readFileSync(target);
  connection.closeSync();
  instance.closeSync();
});

/** A file of which some bytes are others, or a part is gone or there twice. */
const damage = fc.oneof(
  fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 8 }),
  fc.tuple(
    fc.constantFrom('cut', 'twice'),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
);

function damaged(bytes: Uint8Array, how: ReturnType<typeof damage.generate>['value']): Uint8Array {
  const at = (share: number) => Math.min(bytes.length - 1, Math.floor(share * bytes.length));
  const [kind, first, second] = how;
  if (typeof kind !== 'string') {
    const copy = Uint8Array.from(bytes);
    // The other kind of damage begins with a word.
    for (const [share, value] of how as readonly (readonly [number, number])[]) copy[at(share)] = value;
    return copy;
  }
  const [from, to] = [at(Math.min(Number(first), Number(second))), at(Math.max(Number(first), Number(second)))];
  const parts =
    kind === 'cut' ? [bytes.subarray(0, from), bytes.subarray(to)] : [bytes.subarray(0, to), bytes.subarray(from)];
  return Buffer.concat(parts);
}

const evaluate = ['--data', 'holdout.csv', '--task', 'binary', '--target', 'late'];

describe('a file that was damaged anywhere', () => {
  test.each([
    ['rows.csv', ['profile', 'rows.csv']],
    ['rows.jsonl', ['profile', 'rows.jsonl']],
    ['rows.parquet', ['profile', 'rows.parquet']],
    ['rows.csv', ['drift', '--reference', 'usual.csv', '--current', 'rows.csv']],
    ['rows.csv', ['validate', 'rows.csv']],
    ['model.onnx', ['evaluate', '--model', 'model.onnx', ...evaluate]],
  ])('%s: is read, or refused with one message, by %j', async (name, args) => {
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await outcome(args, { [name]: damaged(valid[name] ?? new Uint8Array(), how) });
      }),
      { numRuns: 60 },
    );
  });
});
