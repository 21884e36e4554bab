import { describe, expect, test } from 'vitest';
import { parseCard } from '../../src/registry/card-metadata.ts';
import { parseManifest } from '../../src/registry/manifest.ts';
import { type CardFacts, modelCard } from '../../src/registry/model-card.ts';
import { digest, handWritten } from './manifest-builder.ts';

const path = 'models/fraud/MODEL_CARD.md';
const facts = factsOf(handWritten);

describe('a model card', () => {
  test('is begun with what the release says, and room for people', () => {
    expect(textOf(modelCard(null, facts))).toMatchInlineSnapshot(`
      "---
      pipeline_tag: tabular-classification
      model-index:
        - name: fraud
          results:
            - task:
                type: tabular-classification
                name: binary
              dataset:
                type: data-holdout-csv
                name: data/holdout.csv
                revision: sha256:9999999999999999999999999999999999999999999999999999999999999999
              metrics:
                - type: roc_auc
                  value: 0.93
                  name: roc-auc
                  args:
                    low: 0.92
                    high: 0.94
      ---
      # fraud

      What this model is for, where it must not be used, and who answers for it: write it here.

      <!-- siskin:release -->
      ## Release 1.4.0

      |  |  |
      | --- | --- |
      | Version | \`1.4.0\` |
      | Artifact | \`sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\`, 1048576 bytes, onnx |
      | Commit | \`cccccccccccccccccccccccccccccccccccccccc\` |
      | Run | \`run-17\` |
      | Trained on | \`data/train.parquet\`, \`sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd\` |
      | Measured on | \`data/holdout.csv\`, \`sha256:9999999999999999999999999999999999999999999999999999999999999999\` |

      | Metric | Value | Interval |
      | --- | ---: | ---: |
      | \`roc-auc\` | 0.93 | 0.92 to 0.94 |

      | Setting | Value |
      | --- | --- |
      | \`rate\` | \`0.1\` |
      | \`depth\` | \`6\` |
      | \`python\` | \`3.12\` |
      <!-- /siskin:release -->
      "
    `);
  });

  test('keeps what people wrote, byte for byte', () => {
    const byHand = `---
license: mit # asked legal
tags: [fraud,   tabular]
model-index:
  - name: someone-else
    results: []
---
# Fraud

Not for credit decisions.

<!-- siskin:release -->
old
<!-- /siskin:release -->

## Limits

None known.\r
`;

    const card = textOf(modelCard(byHand, facts));

    expect(
      card.startsWith(
        '---\nlicense: mit # asked legal\ntags: [fraud,   tabular]\nmodel-index:\n  - name: someone-else\n',
      ),
    ).toBe(true);
    expect(card).toContain('---\n# Fraud\n\nNot for credit decisions.\n\n<!-- siskin:release -->\n## Release 1.4.0\n');
    expect(card.endsWith('<!-- /siskin:release -->\n\n## Limits\n\nNone known.\r\n')).toBe(true);
    expect(card).not.toContain('\nold\n');
    expect(textOf(modelCard(card, facts))).toBe(card);
  });

  test('gets its section at the end where nobody left the marks, and loses half a pair', () => {
    for (const body of ['# Mine\n', '# Mine', '# Mine\n<!-- siskin:release -->\n', '']) {
      const card = textOf(modelCard(body, facts));

      expect(card.match(/<!-- siskin:release -->/g)).toHaveLength(1);
      expect(card.match(/<!-- \/siskin:release -->/g)).toHaveLength(1);
      expect(textOf(modelCard(card, facts))).toBe(card);
    }
  });

  test('never says that a measurement was verified, whoever wrote that', () => {
    const claimed = textOf(modelCard(null, facts)).replace(
      'name: roc-auc',
      'name: roc-auc\n            verified: true',
    );

    expect(modelCard(claimed, facts)).toMatchObject({
      kind: 'invalid',
      problems: [{ path: 'model-index.0.results.0.metrics.0.verified', line: 17, fix: 'remove it' }],
    });
    expect(textOf(modelCard(null, facts))).not.toContain('verified');
  });

  test('makes nothing of what the manifest’s texts would be in Markdown', () => {
    const hostile = factsOf(handWritten.replace('depth: 6', 'depth: "</table> @all | <!-- /siskin:release -->"'));

    const card = textOf(modelCard(null, hostile));

    expect(card).toContain('`</table> @all \\| `');
    expect(textOf(modelCard(card, hostile))).toBe(card);
  });

  test.each([
    ['---\nlicense: [\n', 1],
    ['---\nlicense: 5\n---\n', 2],
    ['---\na: &x 1\nb: *x\n---\n', 2],
    ['---\nmodel-index:\n- name: x\n  results:\n  - task: {}\n    dataset: {type: a}\n    metrics: []\n---\n', 5],
    ['---\n- a\n---\n', 2],
  ])('%j is refused with its line', (card, line) => {
    const refused = modelCard(card, facts);

    expect(refused.kind === 'invalid' && refused.problems[0]).toMatchObject({ file: path, line });
  });

  test('of what is required, all that is missing is said at once', () => {
    const card = '---\nmodel-index:\n- results:\n  - task: {name: x}\n    dataset: {}\n    metrics: [{}]\n---\n';

    const parsed = parseCard(card, path);

    expect(parsed.kind === 'invalid' && parsed.problems.map((problem) => problem.path).sort()).toEqual([
      'model-index.0.name',
      'model-index.0.results.0.dataset.name',
      'model-index.0.results.0.dataset.type',
      'model-index.0.results.0.metrics.0.type',
      'model-index.0.results.0.metrics.0.value',
      'model-index.0.results.0.task.type',
    ]);
  });
});

function factsOf(text: string): CardFacts {
  const parsed = parseManifest(text, 'models/fraud/release.yml');
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return { manifest: parsed.value, task: 'binary', holdout: { path: 'data/holdout.csv', digest: digest('9') } };
}

function textOf(card: ReturnType<typeof modelCard>): string {
  if (card.kind === 'invalid') throw new Error(JSON.stringify(card.problems));
  return card.text;
}
