import { metricNames } from '../src/evaluate/metric-name.ts';
import type { Result } from '../src/result.ts';
import { measured } from '../src/verdict.ts';

const digest = `sha256:${'1'.repeat(64)}`;

/** A result that passes a gate `not-worse-by` on ROC AUC, changed in what a test states. */
export function aResult(changes: Partial<Result> = {}): Result {
  return {
    schema: 'siskin.result/v1',
    claim: '00000000-0000-8000-8000-000000000001',
    repository: 'octo/flights',
    head: 'b'.repeat(40),
    base: 'a'.repeat(40),
    model: 'late',
    run: { id: 7, attempt: 1 },
    finishedAt: '2026-05-01T10:05:00Z',
    seconds: 12,
    training: null,
    validation: { schema: 'present', rows: 1000, checks: 5, problems: [], verdict: 'pass' },
    drift: null,
    evaluation: anEvaluation({ difference: 0.01 }),
    failures: [],
    ...changes,
  };
}

/** Candidate and champion on 100 000 rows, their ROC AUC this far apart; null: there is no champion. */
export function anEvaluation({
  difference,
}: {
  readonly difference: number | null;
}): NonNullable<Result['evaluation']> {
  const champion = difference === null ? { kind: 'missing' as const, reason: 'no champion yet' } : measured(0.73);
  return {
    task: 'binary',
    target: 'is_late',
    rows: 100_000,
    holdoutDigest: digest,
    candidate: { format: 'onnx', digest, bytes: 1000 },
    champion: difference === null ? null : { format: 'onnx', digest: `sha256:${'2'.repeat(64)}`, bytes: 1000 },
    metrics: {
      [metricNames[0]]: {
        candidate: measured(0.73 + (difference ?? 0)),
        champion,
        difference:
          difference === null
            ? null
            : {
                value: difference,
                low: difference - 0.002,
                high: difference + 0.002,
                confidence: 0.95,
                pValue: 0.001,
                method: 'DeLong',
              },
        rows: 100_000,
      },
    },
    slices: [],
    churn: null,
  };
}
