import { expect, it } from 'vitest';
import { zipOf } from '../../../sandbox/github/actions/zip.ts';
import { readZip } from '../../../src/zip.ts';

it('an archive of logs can be read by a strict reader', async () => {
  const files = { '0_train (fraud).txt': 'one\n'.repeat(1000), '1_evaluate ü.txt': '' };
  const bytes = zipOf(Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) })));
  const read = await readZip(bytes, { names: Object.keys(files), limits: { entries: 5, totalBytes: 100_000 } });

  expect(Object.fromEntries([...read].map(([name, content]) => [name, Buffer.from(content).toString()]))).toEqual(
    files,
  );
});
