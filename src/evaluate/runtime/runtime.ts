import type { Column } from '../../data/column.ts';
import type { ColumnValues } from '../../data/column-stream.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { ModelPolicy } from '../../policy/policy.ts';
import type { ModelIdentity } from '../evaluation-report.ts';
import type { Task } from '../metric-name.ts';

/** The keys of a policy that say how models are run. */
export type RuntimePolicy = Pick<ModelPolicy, 'inputs' | 'outputs' | 'execution-provider' | 'predict'>;

/** A column that a runtime wants to be given with every batch. */
export interface ColumnWish {
  readonly name: string;
  readonly as: 'number' | 'text';
}

/** Consecutive rows of the holdout, as the columns that the runtime wished for, in its order. Valid during the call only. */
export interface Batch {
  /** The number of the first row in the holdout, counting from 0. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** What a model says of a batch. */
export interface Answers {
  /**
   * `width` numbers per row, row after row: the prediction of a regression; the probability of the positive class
   * (width 1); or the probability of each class. Null when the model gives labels only.
   */
  readonly scores: ArrayLike<number> | null;
  readonly width: number;
  /** The predicted class of each row; null when the model gives none. */
  readonly labels: readonly string[] | null;
}

/** A model that can be asked. It owns native memory until it is disposed of. */
export interface Runtime {
  readonly identity: ModelIdentity;
  readonly wishes: readonly ColumnWish[];
  /** The class that each score of a row belongs to, where the model says so. */
  readonly classes: readonly string[] | null;
  /** False when answers are looked up, so that their speed says nothing. */
  readonly isTimed: boolean;
  /** What a person should know of where and how it runs. */
  readonly notes?: readonly string[];
  predict(batch: Batch): Promise<Answers>;
  /** Called after the last row: throws when the answers do not cover exactly these rows. */
  finish(rows: number): void;
  dispose(): Promise<void>;
}

/** The holdout, for a program that reads it whole. */
export interface HoldoutRows extends Pick<Dataset, 'rows' | 'streamColumns'> {
  /** The checkout that the policy is from, where its programs are. */
  readonly root: string;
  /** Told how many rows the program has been given. */
  readonly onRows?: ((rows: number) => void) | undefined;
}

/** What a model is to be loaded for. */
export interface ModelRequest {
  /** A model file, or a folder that holds one model. */
  readonly path: string;
  readonly task: Task;
  /** The columns that the model may read, in the policy's order. */
  readonly features: readonly Column[];
  /** The column that names a row, if there is one. */
  readonly id: string | null;
  /** The column of the truth, which a predictions file may repeat to show that its rows are these rows. */
  readonly target: string;
  /** The quantiles that a forecast gives, in the order of its outputs. */
  readonly quantiles?: readonly number[] | undefined;
  /** How the policy says that models are run. */
  readonly runtime?: RuntimePolicy | undefined;
  /** The rows to answer for, for a program that is given all of them at once. */
  readonly holdout?: HoldoutRows | undefined;
  /** On how many threads it answers; as many as the runtime likes when absent. */
  readonly threads?: number;
}

/** What models of a policy are loaded for, but for their path. */
export function requestOf(
  policy: RuntimePolicy & Pick<ModelPolicy, 'task' | 'id' | 'target' | 'forecast'>,
  options: {
    readonly features: readonly Column[];
    readonly dataset: Dataset;
    readonly root: string;
    readonly onRows?: (rows: number) => void;
  },
): Omit<ModelRequest, 'path'> {
  const { features, dataset, root, onRows } = options;
  return {
    task: policy.task,
    features,
    id: policy.id ?? null,
    target: policy.target,
    quantiles: policy.forecast?.quantiles,
    runtime: policy,
    holdout: { root, rows: dataset.rows, streamColumns: dataset.streamColumns, onRows },
  };
}
