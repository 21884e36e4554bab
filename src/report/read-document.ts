import { z } from 'zod';
import { ValidationReport } from '../data/validation-report.ts';
import type { EdgeVerdict, FairnessVerdict, GateVerdict, SlicesVerdict } from '../decide/judgement.ts';
import { DriftReport } from '../drift/drift-report.ts';
import { AppError } from '../error.ts';
import { SlicesGateReport } from '../evaluate/comparison/slice-report.ts';
import { EvaluationReport, MetricComparison } from '../evaluate/evaluation-report.ts';
import { fairnessMetrics } from '../evaluate/fairness/fairness-metric.ts';
import { FairnessComparison, FairnessReport } from '../evaluate/fairness/fairness-report.ts';
import { metricNames } from '../evaluate/metric-name.ts';
import { EdgePolicy } from '../policy/comparison-policy.ts';
import { Result } from '../result.ts';
import { Verdict } from '../verdict.ts';

/** A JSON document that Siskin wrote: the result of a run, or what a command printed with `--json`. */
export type ReportDocument =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'drift'; readonly drift: DriftReport }
  | { readonly kind: 'validation'; readonly validation: ValidationReport }
  | {
      readonly kind: 'evaluation';
      readonly evaluation: EvaluationReport;
      readonly gates: readonly GateVerdict[];
      readonly fairness: readonly FairnessVerdict[];
      readonly slices: readonly SlicesVerdict[];
      readonly edge: readonly EdgeVerdict[];
      readonly failures: Result['failures'];
    };

/** What `siskin evaluate --json` adds to the comparison of each metric. */
const GateWords = z.object({
  kind: z.enum(['guardrail', 'target', 'info']),
  bound: z.string().max(500),
  limit: z.number().nullable().default(null),
  verdict: Verdict,
  reason: z.string().max(1000),
});

const TreatmentWords = z.object({
  columns: z.array(z.string().max(200)).min(1).max(2),
  metric: z.enum(fairnessMetrics),
  comparison: FairnessComparison.nullable(),
  bound: z.string().max(500),
  verdict: Verdict,
  reason: z.string().max(1000),
  note: z.string().max(1000),
});

const SliceGateWords = z.object({
  metric: z.enum(metricNames),
  bound: z.string().max(500),
  verdict: Verdict,
  reason: z.string().max(1000),
  failing: z.array(z.object({ column: z.string().max(200), value: z.string().max(200) })).max(500),
  note: z.string().max(1000),
});

const EdgeWords = z.object({
  key: z.enum(EdgePolicy.keyof().options),
  bound: z.string().max(500),
  verdict: Verdict,
  reason: z.string().max(1000),
});

/** The document of `siskin evaluate --json` and `siskin compare --json`: what is no part of the report is left out. */
const EvaluationDocument = z.object({
  ...EvaluationReport.shape,
  metrics: z.partialRecord(
    z.enum(metricNames),
    z.object({ ...z.object(MetricComparison.shape).partial().shape, ...GateWords.shape }),
  ),
  fairness: z.object({ ...FairnessReport.shape, gates: z.array(TreatmentWords).max(1000).default([]) }).optional(),
  slicesGate: z.object({ ...SlicesGateReport.shape, gates: z.array(SliceGateWords).max(100).default([]) }).optional(),
  edge: z.array(EdgeWords).max(100).default([]),
  failures: z
    .array(z.object({ code: z.string().max(40), message: z.string().max(2000) }))
    .max(20)
    .default([]),
});

/** Reads a document that Siskin wrote. Throws `bad-input` that says what kinds there are, or what is wrong with this one. */
export function readDocument(text: string, file: string): ReportDocument {
  const value = parsedJson(text, file);
  const has = (...keys: readonly string[]) => keys.every((key) => Object.hasOwn(value, key));
  if (has('schema', 'claim')) return { kind: 'result', result: checked(Result, value, file) };
  if (has('metrics', 'holdoutDigest')) return evaluationOf(checked(EvaluationDocument, value, file));
  if (has('reference', 'current', 'columns')) {
    return { kind: 'drift', drift: checked(z.object(DriftReport.shape), value, file) };
  }
  if (has('problems', 'checks')) {
    return { kind: 'validation', validation: checked(z.object(ValidationReport.shape), value, file) };
  }
  throw new AppError(
    'bad-input',
    `expected in ${file} a result.json, or what \`siskin evaluate\`, \`compare\`, \`drift\` or \`validate\` printed with --json, found an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}; name another file`,
  );
}

function parsedJson(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'bad-input',
      `expected JSON in ${file}, found text that is none; write it with \`--json\` and nothing else`,
      { cause },
    );
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    // An object: every key of it may be looked at, and each value is checked before it is believed.
    return value as Readonly<Record<string, unknown>>;
  }
  throw new AppError(
    'bad-input',
    `expected a JSON object in ${file}, found ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}; name a document that Siskin wrote`,
  );
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, file: string): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.').slice(0, 100) || 'the document'}: ${message.slice(0, 200)}`);
  throw new AppError(
    'bad-input',
    `expected ${file} to be as this version of Siskin writes it, found ${problems.join('; ')}; measure again with this version`,
  );
}

function evaluationOf(document: z.infer<typeof EvaluationDocument>): ReportDocument {
  const { metrics, fairness, slicesGate, edge, failures, ...report } = document;
  const gates: GateVerdict[] = [];
  const comparisons: EvaluationReport['metrics'] = {};
  for (const metric of metricNames) {
    const found = metrics[metric];
    if (found === undefined) continue;
    const { kind, bound, limit, verdict, reason, ...numbers } = found;
    const comparison = MetricComparison.safeParse(numbers).data ?? null;
    if (comparison !== null) comparisons[metric] = comparison;
    gates.push({ metric, kind, bound, limit, verdict, reason, comparison });
  }
  const { gates: treatment = [], ...groups } = fairness ?? {};
  const { gates: slices = [], ...sliceTests } = slicesGate ?? {};
  return {
    kind: 'evaluation',
    evaluation: EvaluationReport.parse({
      ...report,
      metrics: comparisons,
      ...(fairness === undefined ? {} : { fairness: groups }),
      ...(slicesGate === undefined ? {} : { slicesGate: sliceTests }),
    }),
    gates,
    fairness: treatment,
    slices,
    edge,
    failures: failures.map((failure) => ({ part: 'evaluation' as const, ...failure })),
  };
}
