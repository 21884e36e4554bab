import { gzipSync } from 'node:zlib';

/** What a data file may hold when somebody's export went wrong, by the name of the file. */
export const brokenData: Readonly<Record<string, string | Uint8Array>> = {
  'empty.csv': '',
  'header-only.csv': 'hour,late\n',
  'no-header.csv': '\n\n\n',
  'one-row.csv': 'hour,late\n1,0\n',
  'twice.csv': 'hour,hour,late\n1,2,0\n2,3,1\n',
  'twice-by-case.csv': 'hour,HOUR,late\n1,2,0\n2,3,1\n',
  'prototype.csv': '__proto__,constructor,late\n1,2,0\n2,3,1\n',
  'long-name.csv': `${'x'.repeat(10_000)},late\n1,0\n`,
  'emoji.csv': '🐦,"a ""b"" \'c\'; DROP TABLE data",late\n1,2,0\n2,3,1\n',
  'ragged.csv': 'hour,late\n1,0\n1\n1,2,3\n',
  'open-quote.csv': `hour,late\n${'1,0\n'.repeat(50)}"1,0\n`,
  'constant.csv': `hour,late\n${'1,0\n'.repeat(200)}`,
  'all-null.csv': `hour,late\n${',\n'.repeat(200)}`,
  'infinite.csv': `hour,late\n${'inf,0\n-inf,1\nnan,0\n1e308,1\n-1e308,0\n'.repeat(40)}`,
  'mixed.csv': `hour,late\n${'1,0\ntwo,1\n'.repeat(100)}`,
  'single-class.csv': `hour,late\n${Array.from({ length: 200 }, (_, i) => `${i},0`).join('\n')}\n`,
  'odd-classes.csv': `hour,late\n${Array.from({ length: 200 }, (_, i) => `${i},${i % 3}`).join('\n')}\n`,
  'no-target.csv': `hour,early\n${'1,0\n2,1\n'.repeat(100)}`,
  'nul.csv': 'hour,late\n1,\0\n',
  'utf-16.csv': Buffer.from('\ufeffhour,late\n1,0\n', 'utf16le'),
  'latin-1.csv': Buffer.from('hour,café\n1,é\n', 'latin1'),
  'random.csv': Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i % 13) * 31) % 256),
  'cut.csv.gz': gzipSync(`hour,late\n${'1,0\n'.repeat(5000)}`).subarray(0, 60),
  'no.csv.gz': 'hour,late\n1,0\n',
  'endless-line.csv.gz': Buffer.concat([
    gzipSync('hour,late\n'),
    ...new Array(16).fill(gzipSync(Buffer.alloc(64_000_000, 97))),
  ]),
  'text.parquet': 'hour,late\n1,0\n',
  'cut.parquet': Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200, 7)]),
  'ends.parquet': Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(200, 255), Buffer.from('PAR1')]),
  'text.arrow': 'hour,late\n',
  'cut.arrow': Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(64, 255)]),
  'empty.json': '',
  'number.json': '42',
  'cut.jsonl': '{"hour": 1, "late": 0}\n{"hour": 2, "la',
  'mixed.jsonl': '{"hour": 1, "late": 0}\n[1, 2]\n"x"\n',
  'nested.jsonl': '{"hour": {"a": [1, {"b": 2}]}, "late": 0}\n{"hour": null, "late": 1}\n',
  'deep.jsonl': `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}\n`,
  'pointer.csv': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
};

/** What a model file may hold instead of a model. */
export const brokenModels: Readonly<Record<string, string | Uint8Array>> = {
  'empty.onnx': '',
  'text.onnx': 'this is no model',
  'random.onnx': Uint8Array.from({ length: 3000 }, (_, i) => (i * 104_729 + 13) % 256),
  'pointer.onnx': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
  'page.onnx': '<!doctype html><title>404</title>',
  'model.pkl': '\x80\x04\x95',
  'empty/model.json': '',
  'list/model.json': '[]',
  'no-weights/model.json':
    '{"format": "layers-model", "modelTopology": {}, "weightsManifest": [{"paths": ["w.bin"], "weights": []}]}',
  'outside/model.json':
    '{"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": [{"paths": ["../../etc/passwd"], "weights": []}]}',
};

/** What predictions of the 200 rows of `holdout.csv` may be wrong by; each is the text of a CSV file. */
export const brokenPredictions: Readonly<Record<string, string>> = {
  'too-few.csv': predictions(150, (i) => i / 200),
  'too-many.csv': predictions(250, () => 0.5),
  'negative.csv': predictions(200, (i) => (i === 7 ? -0.1 : 0.5)),
  'above-one.csv': predictions(200, (i) => (i === 7 ? 1.2 : 0.5)),
  'not-a-number.csv': predictions(200, (i) => (i === 7 ? 'nan' : 0.5)),
  'infinite.csv': predictions(200, (i) => (i === 7 ? 'inf' : 0.5)),
  'missing.csv': predictions(200, (i) => (i === 7 ? '' : 0.5)),
  'words.csv': predictions(200, () => 'late'),
  'constant.csv': predictions(200, () => 0.5),
  'other-columns.csv': 'id,guess\n1,0.5\n',
};

function predictions(rows: number, probability: (row: number) => number | string): string {
  return `id,probability\n${Array.from({ length: rows }, (_, i) => `${i},${probability(i)}`).join('\n')}\n`;
}

/** A holdout of 200 rows that nothing is wrong with. */
export const holdout = `id,hour,late\n${Array.from({ length: 200 }, (_, i) => `${i},${i % 24},${i % 24 > 15 ? 1 : 0}`).join('\n')}\n`;
