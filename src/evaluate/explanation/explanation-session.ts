import type { Dataset } from '../../data/dataset.ts';
import { AppError } from '../../error.ts';
import type { ExplanationPolicy } from '../../policy/explanation-policy.ts';
import type { ModelPolicy } from '../../policy/policy.ts';
import type { ColumnWish, Runtime } from '../runtime/runtime.ts';
import type { Target } from '../target.ts';
import { type AskedModel, hasProbabilities } from './asked-model.ts';
import type { ExplanationCost, MethodCost } from './explanation-cost.ts';
import { mostLocals } from './explanation-report.ts';
import { MixedRows, type MixingTable, mixingTable, rowsPerCall } from './mixed-rows.ts';
import type { PlayerGroup } from './permutation-importance.ts';
import { type ChosenRow, chooseRows } from './row-sample.ts';

/** What is explained, and with which rows. */
export interface ExplanationRequest {
  readonly dataset: Dataset;
  /** Where background rows are from; null for the holdout. */
  readonly reference: Dataset | null;
  readonly target: Target;
  readonly policy: ModelPolicy;
  readonly explanation: ExplanationPolicy;
  readonly candidate: Runtime;
  /** Null when there is none yet; its error when it cannot be asked. */
  readonly champion: Runtime | AppError | null;
  /** Rows to be explained one by one: ids, or numbers counting from 1 where the policy has no id. */
  readonly names: readonly string[];
  readonly onProgress?: ((progress: { readonly rows: number; readonly totalRows: number }) => void) | undefined;
}

/** The models that can be asked. */
export interface Models {
  readonly candidate: AskedModel;
  readonly champion: AskedModel | null;
}

/** What one explanation works with. */
export interface Session {
  readonly request: ExplanationRequest;
  readonly table: MixingTable;
  /** Sampled rows are the first of the table, then come those asked for by name, then the background. */
  readonly sampled: number;
  readonly named: readonly ChosenRow[];
  readonly players: readonly string[];
  readonly groups: readonly PlayerGroup[];
  asked: number;
  absence: string | null;
}

/** The columns that the models read, each once. */
export function wishesOf(models: readonly Runtime[]): readonly ColumnWish[] {
  const wishes = models.flatMap((model) => model.wishes);
  return wishes.filter(
    ({ name, as }, place) => wishes.findIndex((one) => one.name === name && one.as === as) === place,
  );
}

/** The policy's groups as places. A feature that neither model reads takes no part. Throws `bad-config` on unknown names. */
export function groupsOf(
  { groups }: ExplanationPolicy,
  { players, columns }: { readonly players: readonly string[]; readonly columns: readonly string[] },
): readonly PlayerGroup[] {
  const unknown = [...new Set(Object.values(groups).flat())].filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    throw new AppError(
      'bad-config',
      `expected \`explanation.groups\` to name holdout columns, found ${unknown.slice(0, 10).join(', ')}; choose from ${columns.slice(0, 20).join(', ')}`,
    );
  }
  return Object.entries(groups).map(([name, members]) => ({
    name,
    members: [...new Set(members)].map((member) => players.indexOf(member)).filter((place) => place >= 0),
  }));
}

/** Chooses the rows of an explanation. Throws `bad-input` for names that no row has. */
export async function chosenRows(
  { dataset, reference, target, policy, names }: ExplanationRequest,
  options: {
    readonly wishes: readonly ColumnWish[];
    readonly cost: ExplanationCost;
    readonly background: number;
  },
): Promise<Pick<Session, 'table' | 'sampled' | 'named'>> {
  const { wishes, cost, background } = options;
  if (names.length > mostLocals) {
    const found = `expected at most ${mostLocals} rows to be explained one by one, found ${names.length}; name fewer`;
    throw new AppError('bad-input', found);
  }
  const rowsOf = (one: MethodCost | null) => (one?.kind === 'rows' ? one.rows : 0);
  const rows = Math.max(rowsOf(cost.permutation), rowsOf(cost.shapley));
  const sizes = [rows, reference === null ? background : 0];
  const chosen = await chooseRows({ dataset, wishes, target, id: policy.id ?? null, sizes, names });
  const absent = names.filter((name) => !chosen.named.some((row) => row.name === name));
  if (absent.length > 0) {
    const kind = policy.id === undefined ? `row numbers from 1 to ${dataset.rows}` : `values of the id ${policy.id}`;
    throw new AppError(
      'bad-input',
      `expected ${kind}, found ${absent.map((name) => JSON.stringify(name.slice(0, 50))).join(', ')}; correct them`,
    );
  }
  const fromReference =
    reference &&
    (await chooseRows({ dataset: reference, wishes, target: null, id: null, sizes: [background], names: [] }));
  const sampled = chosen.samples[0] ?? [];
  const behind = (fromReference === null ? chosen.samples[1] : fromReference.samples[0]) ?? [];
  const named = chosen.named.slice(0, mostLocals);
  return { table: mixingTable(wishes, [...sampled, ...named, ...behind]), sampled: sampled.length, named };
}

/** Asks about rows as they are: whether both models give probabilities, and the classes that the candidate predicts. */
export async function firstLook(
  { table, request }: Session,
  { models, places }: { readonly models: Models; readonly places: readonly number[] },
): Promise<{ readonly hasScores: boolean; readonly predicted: ArrayLike<number> }> {
  const predicted = new Float64Array(places.length);
  let hasScores = true;
  if (request.target.task === 'regression') return { hasScores, predicted };
  const mixed = new MixedRows(table, Math.min(rowsPerCall(table), places.length));
  for (let start = 0; start < places.length; start += mixed.capacity) {
    mixed.clear();
    for (const place of places.slice(start, start + mixed.capacity)) {
      mixed.add(new Int32Array(table.players.length).fill(place));
    }
    const truths = new Float64Array(mixed.rows);
    const candidate = await models.candidate.ask(mixed, truths);
    const champion = models.champion && (await models.champion.ask(mixed, truths));
    hasScores &&= hasProbabilities(candidate) && (champion === null || hasProbabilities(champion));
    predicted.set(candidate.predicted, start);
  }
  return { hasScores, predicted };
}
