import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles, staleFiles } from '../../scripts/generate.ts';
import { reportSchemas } from '../../scripts/report-schemas.ts';

const root = join(import.meta.dirname, '../..');

test('every generated file is fresh (else: npm run generate)', () => {
  expect(staleFiles(root)).toEqual([]);
});

test('the JSON Schema accepts a policy and refuses a misspelt key', () => {
  const schema = JSON.parse(readFileSync(join(root, 'siskin.schema.json'), 'utf8'));
  const accepts = new Ajv({ strict: false }).compile(schema);
  const text = `version: 1
models:
  fraud:
    task: binary
    target: label
    data: { train: data/train.csv, holdout: data/holdout.csv }
    model: models/fraud.onnx
    metrics: { roc-auc: { not-worse-by: 0.005 } }
`;

  expect(accepts(parse(text))).toBe(true);
  expect(accepts(parse(text.replace('target', 'targt')))).toBe(false);
  expect(accepts(parse(text.replace('models/fraud', '../fraud')))).toBe(false);
  expect(accepts(parse(text.replace('roc-auc', 'auc')))).toBe(false);
});

test('only what stands between markers is written, and a folder without READMEs is no error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'siskin-generate-'));
  await using _ = { [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }) };
  mkdirSync(join(folder, 'actions/drift'), { recursive: true });
  writeFileSync(
    join(folder, 'actions/drift/action.yml'),
    'name: x\ndescription: Compares.\ninputs:\n  data:\n    description: Files | globs.\n    required: true\nruns: {}\n',
  );

  expect(new Set(generatedFiles(folder).keys())).toEqual(new Set(['siskin.schema.json', ...reportSchemas().keys()]));

  writeFileSync(
    join(folder, 'actions/drift/README.md'),
    '# Drift\n<!-- action:start -->\nold\n<!-- action:end -->\nend\n',
  );
  expect(generatedFiles(folder).get('actions/drift/README.md')).toMatchInlineSnapshot(`
    "# Drift
    <!-- action:start -->

    ## Inputs

    | input | meaning | default |
    | --- | --- | --- |
    | \`data\` (required) | Files \\| globs. |  |

    <!-- action:end -->
    end
    "
  `);
});
