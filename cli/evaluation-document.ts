import { z } from 'zod';
import { SlicesGateReport } from '../src/evaluate/comparison/slice-report.ts';
import { EvaluationReport, MetricComparison } from '../src/evaluate/evaluation-report.ts';
import { fairnessMetrics } from '../src/evaluate/fairness/fairness-metric.ts';
import { FairnessComparison, FairnessReport } from '../src/evaluate/fairness/fairness-report.ts';
import { metricNames } from '../src/evaluate/metric-name.ts';
import { Verdict } from '../src/verdict.ts';

const judged = { bound: z.string(), verdict: Verdict, reason: z.string() };

/** What `siskin evaluate --json` and `siskin compare --json` print: an evaluation report with the verdicts of its gates. */
export const EvaluationDocument = z.strictObject({
  ...EvaluationReport.shape,
  metrics: z.partialRecord(
    z.enum(metricNames),
    z.strictObject({
      ...MetricComparison.partial().shape,
      kind: z.enum(['guardrail', 'target', 'info']),
      ...judged,
      /** Where the bound lies on the axis candidate − champion; null when it bounds no difference. */
      limit: z.number().nullable(),
    }),
  ),
  fairness: z
    .strictObject({
      ...FairnessReport.shape,
      gates: z.array(
        z.strictObject({
          columns: z.array(z.string()),
          metric: z.enum(fairnessMetrics),
          comparison: FairnessComparison.nullable(),
          ...judged,
          note: z.string(),
        }),
      ),
    })
    .optional(),
  slicesGate: z
    .strictObject({
      ...SlicesGateReport.shape,
      gates: z.array(
        z.strictObject({
          metric: z.enum(metricNames),
          ...judged,
          failing: z.array(z.strictObject({ column: z.string(), value: z.string() })),
          note: z.string(),
        }),
      ),
    })
    .optional(),
  edge: z
    .array(
      z.strictObject({
        key: z.enum(['max-bytes', 'max-latency-ms', 'max-memory-bytes', 'operators', 'runs-in-wasm']),
        ...judged,
      }),
    )
    .optional(),
  failures: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  verdict: Verdict,
});
export type EvaluationDocument = z.infer<typeof EvaluationDocument>;
