import { openDataset } from '../../../src/data/dataset.ts';
import type { AppError } from '../../../src/error.ts';
import { explainModels } from '../../../src/evaluate/explanation/explain-models.ts';
import { ExplanationReport } from '../../../src/evaluate/explanation/explanation-report.ts';
import type { Runtime } from '../../../src/evaluate/runtime/runtime.ts';
import { readTarget } from '../../../src/evaluate/target.ts';
import { ExplanationPolicy } from '../../../src/policy/explanation-policy.ts';
import { folderOf, policyFor } from '../fixture.ts';
import { formulaRuntime, stream } from './formula-model.ts';

type Given = Readonly<Record<string, unknown>>;

/** Explains models on a CSV file; the report must be one that its schema reads. */
export async function explained(options: {
  readonly csv: string;
  readonly candidate: Runtime;
  readonly champion?: Runtime | AppError | null;
  readonly policy?: Given;
  readonly explanation?: Given;
  readonly names?: readonly string[];
  readonly onProgress?: (progress: { readonly rows: number; readonly totalRows: number }) => void;
}): Promise<ExplanationReport> {
  using folder = folderOf({ 'holdout.csv': options.csv });
  const policy = policyFor({
    task: 'regression',
    target: 'y',
    features: undefined,
    metrics: { mae: { kind: 'info' } },
    ...options.policy,
  });
  await using dataset = await openDataset({ root: folder.path, paths: policy.data.holdout });
  const report = await explainModels({
    dataset,
    reference: null,
    target: await readTarget(dataset, policy),
    policy,
    explanation: ExplanationPolicy.parse(options.explanation ?? {}),
    candidate: options.candidate,
    champion: options.champion ?? null,
    names: options.names ?? [],
    onProgress: options.onProgress,
  });
  return ExplanationReport.parse(JSON.parse(JSON.stringify(report)));
}

/** What those models read. */
export const wishes = [
  { name: 'a', as: 'number' },
  { name: 'b', as: 'number' },
  { name: 'city', as: 'text' },
  { name: 'constant', as: 'number' },
] as const;

/** Rows of numbers, text with gaps and a constant; y is nearly 2·a − b, and one more in Riga. */
export function lines(rows: number, seed = 1): readonly string[] {
  const next = stream(seed);
  return Array.from({ length: rows }, (_, row) => {
    const [a, b] = [next().toFixed(3), row % 17 === 0 ? '' : next().toFixed(3)];
    const city = ['Oslo', 'Riga', '"Bern, CH"', ''][Math.floor(4 * next())];
    const y = (2 * Number(a) - Number(b) + (city === 'Riga' ? 1 : 0) + next() / 10).toFixed(3);
    return `${row},${a},${b},${city},7,${y},${Number(Number(y) > 0.7)},${['low', 'mid', 'top'][Math.min(2, Math.max(0, Math.round(Number(y) + 0.5)))]}`;
  });
}
const header = 'id,a,b,city,constant,y,late,kind';
/** Rows as a file. */
export const csv = (rows: readonly string[]) => [header, ...rows].join('\n');

/** 2·a − b, and one more in Riga. */
export const candidate = formulaRuntime(
  wishes,
  ([a, b, city]) => 2 * Number(a) - Number(b ?? 0.5) + (city === 'Riga' ? 1 : 0),
);
/** Turns the sign of a, reads twice as much in b and no city. */
export const champion = formulaRuntime(wishes, ([a, b]) => -Number(a) - 2 * Number(b ?? 0.5));
/** A probability. */
export const chance = (value: number) => 1 / (1 + Math.exp(-value));
