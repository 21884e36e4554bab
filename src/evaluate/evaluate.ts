import type { Column } from '../data/column.ts';
import { type Dataset, openDataset } from '../data/dataset.ts';
import { AppError, messageOf } from '../error.ts';
import type { ModelPolicy } from '../policy/policy.ts';
import { askModels } from './ask-models.ts';
import { readBesideRows } from './beside-rows.ts';
import { type Churn, namedFlips } from './churn.ts';
import { compareModels, type Side } from './compare-models.ts';
import { evaluationDetails } from './details/evaluation-details.ts';
import type { EvaluationReport } from './evaluation-report.ts';
import { explainEvaluated } from './explanation/explain-evaluated.ts';
import { compareTreatment, readTreatment } from './fairness/treatment.ts';
import { historyScales } from './history-scale.ts';
import { holdoutUse, type PastLooks } from './holdout/count-looks.ts';
import { type RowNumbers, readTexts } from './row-column.ts';
import { loadModel } from './runtime/load-model.ts';
import { type Runtime, requestOf } from './runtime/runtime.ts';
import { compareServing } from './serving/serving-cost.ts';
import { sliceReader } from './slices.ts';
import { readTarget } from './target.ts';
import { checkTaskColumns, featureNames, reservedColumns, truthColumns } from './task-columns.ts';
import { thresholdSides } from './threshold/threshold-sides.ts';

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly rows: number;
  readonly totalRows: number;
}

/** What is to be measured, and on what. */
export interface EvaluationRequest {
  /** The folder that the policy's holdout paths are relative to: a checkout of the base branch. */
  readonly holdoutRoot: string;
  readonly policy: ModelPolicy;
  /** The path of a model file or folder. */
  readonly candidate: string;
  /** The same for the champion; null when there is none yet. */
  readonly champion: string | null;
  /** What the holdout judged before; absent when nobody counts. */
  readonly looks?: PastLooks | undefined;
  /** Whether the cost of serving is measured although no edge gate asks for it. */
  readonly measuresCost?: boolean;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** How many rows were put to the models to explain them, of how many at most. */
  readonly onExplanation?: (progress: EvaluationProgress) => void;
}

/** The report, and what a person should know that kept parts of it from being measured. */
export interface Evaluation {
  readonly report: EvaluationReport;
  readonly failures: readonly { readonly code: string; readonly message: string }[];
}

/**
 * Measures candidate and champion on the same holdout rows. Features go through in batches; only the answers are kept
 * (at most 40 bytes per row and model). Throws AppError when the holdout or the candidate cannot be used. A champion that
 * cannot be used is a failed measurement and a failure.
 */
export async function evaluateModels(request: EvaluationRequest): Promise<Evaluation> {
  const { policy } = request;
  await using dataset = await openDataset({
    root: request.holdoutRoot,
    paths: policy.data.holdout,
    csv: policy.data.csv,
  });
  await checkTaskColumns(dataset, policy);
  const features = featuresOf(dataset, policy);
  const target = await readTarget(dataset, policy);
  const history = await readHistory(request);
  const beside = await readBesideRows(dataset, { policy, target });
  const treatment = await readTreatment(dataset, { policy, target });
  const wanted = requestOf(policy, {
    features,
    dataset,
    root: request.holdoutRoot,
    onRows: (rows) => request.onProgress?.({ rows, totalRows: dataset.rows }),
  });
  const candidate = await loadModel({ ...wanted, path: request.candidate });
  let champion: Runtime | AppError | null = null;
  try {
    if (request.champion !== null) champion = await loadChampion({ ...wanted, path: request.champion });
    const answered = await askModels({
      dataset,
      target,
      policy,
      scales: history instanceof AppError ? new Map() : history,
      beside: [...beside.columns, ...(treatment?.columns ?? []).map(sliceReader)],
      candidate,
      champion,
      onProgress: request.onProgress,
    });
    const asked = thresholdSides(answered, policy.threshold);
    const current = { holdout: dataset.digest, candidate: candidate.identity.digest };
    const holdout = holdoutUse(request.looks ?? null, {
      current,
      policy: policy.holdout,
      confidence: policy.confidence,
    });
    const confidence = holdout === null ? policy.confidence : 1 - holdout.alpha;
    const clusters = beside.clusters?.groups() ?? null;
    const { churn, ...compared } = await compareModels({
      policy,
      confidence,
      slices: beside.slices(),
      clusters,
      ...asked,
    });
    const fairness =
      treatment === null ? null : compareTreatment({ treatment: { ...treatment, confidence }, clusters, ...asked });
    const explanation = await explainEvaluated(
      {
        dataset,
        target,
        policy,
        candidate,
        champion: asked.champion instanceof AppError ? asked.champion : champion,
        onProgress: request.onExplanation,
      },
      request.holdoutRoot,
    );
    return {
      report: {
        task: policy.task,
        target: policy.target,
        rows: target.rows,
        holdoutDigest: dataset.digest,
        candidate: candidate.identity,
        champion: identityOf(asked.champion),
        ...compared,
        ...evaluationDetails({ target, asked, confidence }),
        churn: churn && (await churnReport(churn, { dataset, policy, numbers: beside.numbers })),
        ...(beside.clusters === null
          ? {}
          : { cluster: { column: beside.clusters.column.slice(0, 200), clusters: beside.clusters.clusters } }),
        ...(holdout === null ? {} : { holdout }),
        ...(await servingOf(request, { asked, wanted })),
        ...(fairness === null ? {} : { fairness }),
        ...(explanation === null ? {} : { explanation }),
      },
      failures: failuresOf({ champion: asked.champion, missing: target.missing, rows: target.rows, history }),
    };
  } finally {
    await candidate.dispose();
    if (champion !== null && !(champion instanceof AppError)) await champion.dispose();
  }
}

/** The columns that models may read: those that the policy names or implies. Never the truth. */
export function featuresOf({ columns }: Dataset, policy: ModelPolicy): readonly Column[] {
  const given = featureNames(columns, policy);
  const truths = truthColumns(policy);
  const problems = [
    ...given.filter((name) => truths.includes(name)).map((name) => `the target ${name}, which would tell the answer`),
    ...given.filter((name) => name === policy.id).map((name) => `the id ${name}`),
    ...given.filter((name, place) => given.indexOf(name) !== place).map((name) => `${name} twice`),
    ...given
      .filter((name) => !columns.some((column) => column.name === name))
      .map((name) => `${name}, which the holdout does not have`),
  ];
  if (problems.length > 0) {
    const reserved = reservedColumns(policy);
    const known = columns.map((column) => column.name).filter((name) => !reserved.includes(name));
    throw new AppError(
      'bad-config',
      `expected \`features\` to name holdout columns, each once, found ${problems.slice(0, 10).join('; ')}; choose from ${known.slice(0, 30).join(', ')}`,
    );
  }
  return given.flatMap((name) => columns.find((column) => column.name === name) ?? []);
}

/** The scale of each series, where MASE is measured; why there is none, where its history cannot be read. */
async function readHistory({
  holdoutRoot,
  policy,
}: EvaluationRequest): Promise<ReadonlyMap<string, number> | AppError> {
  if (policy.metrics.mase === undefined || policy.task !== 'forecasting') return new Map();
  try {
    return await historyScales({ root: holdoutRoot, policy });
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** The champion, or why it cannot be used. */
export async function loadChampion(request: Parameters<typeof loadModel>[0]): Promise<Runtime | AppError> {
  try {
    return await loadModel(request);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** The cost of serving, where the policy or the request asks for it. */
async function servingOf(
  request: EvaluationRequest,
  options: {
    readonly asked: { readonly candidate: Side; readonly champion: Side | AppError | null };
    readonly wanted: ReturnType<typeof requestOf>;
  },
): Promise<Pick<EvaluationReport, 'serving'>> {
  if (request.policy.edge === undefined && request.measuresCost !== true) return {};
  const { asked, wanted } = options;
  const served = (side: Side, path: string) => ({ side, request: { ...wanted, path } });
  const isThere = request.champion !== null && asked.champion !== null && !(asked.champion instanceof AppError);
  const champion = isThere ? served(asked.champion, request.champion) : null;
  return { serving: await compareServing(served(asked.candidate, request.candidate), champion) };
}

async function churnReport(
  churn: Churn,
  options: { readonly dataset: Dataset; readonly policy: ModelPolicy; readonly numbers: RowNumbers },
): Promise<EvaluationReport['churn']> {
  const { dataset, policy, numbers } = options;
  const rows = churn.flips.map(({ place }) => numbers.of(place));
  const isNamed = policy.id !== undefined && rows.length > 0 && dataset.columns.some(({ name }) => name === policy.id);
  const ids = isNamed && policy.id !== undefined ? await readTexts(dataset, { column: policy.id, rows }) : null;
  return { ...churn.report, flips: [...namedFlips(churn, { numberOf: (place) => numbers.of(place), ids })] };
}

function identityOf(champion: Side | AppError | null): EvaluationReport['champion'] {
  return champion === null || champion instanceof AppError ? null : champion.runtime.identity;
}

function failuresOf(options: {
  readonly champion: Side | AppError | null;
  readonly missing: number;
  readonly rows: number;
  readonly history: ReadonlyMap<string, number> | AppError;
}): Evaluation['failures'] {
  const { champion, missing, rows, history } = options;
  const failures: { code: string; message: string }[] = [];
  if (champion instanceof AppError) {
    failures.push({ code: champion.code, message: `The champion could not be evaluated: ${messageOf(champion)}` });
  }
  if (history instanceof AppError) {
    failures.push({ code: history.code, message: `MASE has no scale: ${messageOf(history)}` });
  }
  if (missing > 0) {
    const message = `${missing} of ${rows + missing} holdout rows have no target and were left out`;
    failures.push({ code: 'bad-input', message });
  }
  return failures;
}
