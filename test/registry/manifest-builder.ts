import type { Rejection } from '../../src/registry/manifest.ts';

/** A digest of one hexadecimal digit, repeated. */
export function digest(letter: string): `sha256:${string}` {
  return `sha256:${letter.repeat(64)}`;
}

/** A manifest as somebody might have kept it by hand: comments, quotes, flow and block side by side. */
export const handWritten = `# Fraud scoring. Ask #risk before you change production.
format: 1
model: fraud
version: "1.4.0" # the newest

artifact:
  uri: 'https://github.com/acme/fraud/releases/download/fraud%401.4.0/model.onnx'
  digest: ${digest('a')}
  bytes: 1048576
  format: onnx
lineage:
  commit: ${'c'.repeat(40)} # main of that day
  run: run-17
  training-key: key-17
  data:
  # the training rows
  - path: data/train.parquet
    digest: ${digest('d')}
  parameters: {rate: 0.10, depth: 6}
  environment:
    python: '3.12'
metrics:
  roc-auc: {value: 0.930, low: 0.92, high: 0.94}

# What serves now.
environments:
  staging: {version: 1.4.0, digest: "${digest('a')}", uri: s3://models/fraud-1.4.0}
  production:
    # held back for the audit
    version: 1.3.0
    digest: ${digest('b')}
    uri: s3://models/fraud-1.3.0   # bucket of the old account
`;

/** A rejection with good defaults. */
export function rejection(part: Partial<Rejection> = {}): Rejection {
  return {
    digest: digest('a'),
    version: '1.4.0',
    environment: 'production',
    reason: 'errors: 40 of 1000 requests, 10 of 1000 before',
    rollout: 'rollout-7',
    at: '2026-03-01T18:00:00Z',
    ...part,
  };
}
