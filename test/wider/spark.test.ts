import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataset } from '../../src/data/dataset.ts';
import { profileDataset } from '../../src/data/profile.ts';
import { profileOfRows } from '../../src/data/sql/profile-of-rows.ts';
import { profileQuery } from '../../src/data/sql/profile-query.ts';
import { integersOf } from '../data/integers.ts';
import { sampleColumns, writeSampleTable } from '../data/sql/sample-table.ts';
import { temporaryFolder } from '../data/temporary-folder.ts';

/** A Python that has pyspark, and a Java: too large to be fetched for every run. */
const python = process.env['SISKIN_SPARK_PYTHON'];

test.skipIf(python === undefined)(
  'Spark SQL gives every integer of the profile that the same rows give as a file',
  { timeout: 600_000 },
  async () => {
    using folder = temporaryFolder();
    const parquet = join(folder.path, 'sample.parquet');
    const query = join(folder.path, 'query.sql');
    await writeSampleTable(parquet);
    writeFileSync(query, profileQuery({ dialect: 'spark', table: 'sample', columns: sampleColumns }));
    await using dataset = await openDataset({ root: folder.path, paths: ['sample.parquet'] });
    const expected = await profileDataset(dataset);

    const { stdout, stderr } = spawnSync(
      python ?? '',
      [join(import.meta.dirname, '../../scripts/spark-rows.py'), parquet, query],
      { encoding: 'utf8', maxBuffer: 100_000_000 },
    );

    expect(stdout, stderr).toMatch(/^\[/);
    expect(integersOf(profileOfRows(JSON.parse(stdout), sampleColumns))).toEqual(integersOf(expected));
  },
);
