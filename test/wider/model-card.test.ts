import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/registry/manifest.ts';
import { modelCard } from '../../src/registry/model-card.ts';
import { digest, handWritten } from '../registry/manifest-builder.ts';
import { toolAt } from './tool.ts';

/** Reads a card with the Hub's own library, strictly, and writes its metadata again. */
const asking = `
import json, sys
from huggingface_hub import ModelCard, repocard_data
card = ModelCard(sys.stdin.read(), ignore_metadata_errors=False)
results = card.data.eval_results or []
print(json.dumps({
  "name": card.data.model_name,
  "license": card.data.license,
  "pipeline": card.data.pipeline_tag,
  "results": [[r.task_type, r.dataset_type, r.dataset_name, r.dataset_revision, r.metric_type, r.metric_value, r.metric_args, r.verified] for r in results],
  "again": ModelCard(str(card)).data.to_dict() == card.data.to_dict(),
  "text": card.text,
}))
`;

test('the Hub’s own library reads every measurement out of a card, also of one that people began', () => {
  const parsed = parseManifest(handWritten, 'models/fraud/release.yml');
  if (parsed.kind === 'invalid') throw new Error('expected a manifest');
  const holdout = { path: 'data/holdout.csv', digest: digest('9') };
  const metrics = { 'roc-auc': { value: 0.93, low: 0.92, high: 0.94 }, 'log-loss': { value: 1e-7 } };
  const facts = { manifest: { ...parsed.value, metrics }, task: 'binary', holdout } as const;

  for (const before of [null, '---\nlicense: mit # asked\n---\n# Fraud: ours\n', '# Only text\n']) {
    const card = modelCard(before, facts);
    if (card.kind === 'invalid') throw new Error(JSON.stringify(card.problems));
    const input = card.text;
    const said = JSON.parse(execFileSync(toolAt('SISKIN_PYTHON'), ['-c', asking], { encoding: 'utf8', input }));

    const data = ['tabular-classification', 'data-holdout-csv', 'data/holdout.csv', digest('9')];
    expect(said).toMatchObject({
      name: 'fraud',
      license: before?.includes('license') ? 'mit' : null,
      pipeline: 'tabular-classification',
      results: [
        [...data, 'roc_auc', 0.93, { low: 0.92, high: 0.94 }, null],
        [...data, 'log_loss', 1e-7, null, null],
      ],
      again: true,
    });
    expect(said.text).toContain('## Release 1.4.0');
  }
}, 60_000);
