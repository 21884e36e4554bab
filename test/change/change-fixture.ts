import { createHash } from 'node:crypto';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { TreeEntry } from '../../src/ports.ts';

/** A tree of files as git would list it, and the texts of its blobs. */
export interface Tree {
  readonly entries: readonly TreeEntry[];
  readonly texts: ReadonlyMap<string, string>;
}

/** The tree that holds these files. */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const entries = Object.entries(files).map(([path, text]) => {
    const bytes = Buffer.byteLength(text);
    return { path, bytes, sha: createHash('sha1').update(`blob ${bytes}\0${text}`).digest('hex') };
  });
  return { entries, texts: new Map(entries.map(({ path, sha }) => [sha, files[path] ?? ''])) };
}

/** Two models: one that is trained from Parquet files, one whose ONNX file is committed. */
export function policyFixture(): Policy {
  const parsed = parsePolicy({
    text: `version: 1
models:
  late:
    task: binary
    target: late
    data: { train: 'data/train/**', holdout: data/holdout.parquet, schema: data/schema.yml }
    train: { command: node train.js, output: out/late, parameters: params.yml }
    metrics: { roc-auc: { not-worse-by: 0.005 } }
  delay:
    task: regression
    target: delay
    data: { train: 'data/train/**', holdout: data/holdout.parquet }
    model: models/delay.onnx
    metrics: { rmse: { not-worse-by: 0.1 } }
`,
  });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.policy;
}

/** A repository that fits the policy. */
export const files = {
  'README.md': '# Flights',
  'train.js': 'train()',
  'src/features.js': 'hour',
  'params.yml': 'lr: 0.1',
  'package-lock.json': '{}',
  'data/train/jan.parquet': 'PAR1 jan',
  'data/holdout.parquet': 'PAR1 holdout',
  'data/schema.yml': 'columns: {}',
  'models/delay.onnx': 'onnx',
  '.github/siskin.yml': 'version: 1',
  '.github/workflows/siskin.yml': 'on: workflow_dispatch',
} as const;
