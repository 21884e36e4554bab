import type { ExplanationPolicy } from '../../policy/explanation-policy.ts';
import { rowsPerExplanation } from './shapley-values.ts';

/** What is to be explained, counted. */
export interface ExplanationSize {
  readonly policy: ExplanationPolicy;
  /** Holdout rows with a truth. */
  readonly rows: number;
  readonly features: number;
  readonly groups: number;
  readonly models: number;
  /** The rows that are explained one by one. */
  readonly locals: number;
  readonly background: number;
  /** Classes that may have to be explained each by itself; 1 but for task multiclass. */
  readonly classes: number;
}

/** How many rows a method may look at and what that costs in model rows; or why it may not. */
export type MethodCost =
  | { readonly kind: 'rows'; readonly rows: number; readonly modelRows: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** What each method that was asked for may do, and what a reader should know of it. */
export interface ExplanationCost {
  readonly permutation: MethodCost | null;
  readonly shapley: MethodCost | null;
  readonly modelRows: number;
  readonly notes: readonly string[];
}

/** Fewer rows than this are not worth asking for, unless there are no more. */
const leastRows = 30;

/**
 * Divides the budget before a model is asked: permutation importance may take what Shapley values do not need, and a third
 * of it in any case. A method that cannot have its rows has fewer; below thirty it is refused.
 */
export function explanationCost(size: ExplanationSize): ExplanationCost {
  const { policy, models, locals, background } = size;
  const { method } = policy;
  const budget = policy['budget-rows'];
  const rows = Math.min(policy.rows, size.rows);
  // Every row is looked at as it is twice: for what the models say of it, and for the answer or loss to compare with.
  const forPermutation = models * (2 + (size.features + size.groups) * policy.permutations);
  const perRow = rowsPerExplanation({ players: size.features, background, permutations: policy.permutations });
  const forShapley = models * (2 + perRow);
  const shapleyBase = models * background * Math.min(size.classes, rows + locals) + locals * forShapley;
  const shapleyNeed = method === 'permutation' ? 0 : shapleyBase + rows * forShapley;
  const allowed = method === 'both' ? Math.max(budget / 3, budget - shapleyNeed) : budget;
  const permutation =
    method === 'shapley' ? null : methodCost({ size, rows, perRow: forPermutation, base: 0, allowed, budget });
  const spent = permutation?.kind === 'rows' ? permutation.modelRows : 0;
  const shapley =
    method === 'permutation'
      ? null
      : methodCost({ size, rows, perRow: forShapley, base: shapleyBase, allowed: budget - spent, budget });
  const notes = [fewerRows('Permutation importance', permutation, rows), fewerRows('Shapley values', shapley, rows)];
  return {
    permutation,
    shapley,
    modelRows: spent + (shapley?.kind === 'rows' ? shapley.modelRows : 0),
    notes: notes.flatMap((note) => note ?? []),
  };
}

function methodCost(options: {
  readonly size: ExplanationSize;
  readonly rows: number;
  readonly perRow: number;
  readonly base: number;
  readonly allowed: number;
  readonly budget: number;
}): MethodCost {
  const { size, rows, perRow, base, allowed, budget } = options;
  const affordable = Math.min(rows, Math.floor((allowed - base) / perRow));
  const least = Math.min(leastRows, rows);
  if (affordable >= least) return { kind: 'rows', rows: affordable, modelRows: base + affordable * perRow };
  const needed = base + least * perRow;
  const reason = `expected a budget of ${needed} model rows for ${least} rows of ${size.features} features, found ${Math.floor(allowed)} of \`budget-rows\` ${budget}; raise it, lower \`background\` or \`permutations\`, or let the models read fewer features`;
  return { kind: 'refused', reason };
}

function fewerRows(title: string, cost: MethodCost | null, wanted: number): string | null {
  if (cost?.kind !== 'rows' || cost.rows === wanted) return null;
  return `${title}: ${cost.rows} rows instead of ${wanted}, because \`budget-rows\` allows no more.`;
}
