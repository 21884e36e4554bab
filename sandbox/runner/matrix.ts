import { isArray, isRecord, type Json, type JsonRecord } from './expression.ts';

/** The most combinations that GitHub runs of one job. */
const combinationsLimit = 256;

/**
 * The combinations of `strategy.matrix`, after its expressions were evaluated: the product of the vectors, less `exclude`,
 * with `include` added to the combinations it fits or standing alone.
 * See https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix
 */
export function matrixCombinations(matrix: Json): readonly JsonRecord[] {
  if (!isRecord(matrix)) {
    throw new Error('expected `strategy.matrix` to be a map, found something else');
  }
  const vectors = Object.entries(matrix).filter(([key]) => key !== 'include' && key !== 'exclude');
  let combinations: readonly JsonRecord[] = vectors.length === 0 ? [] : [{}];
  for (const [key, values] of vectors) {
    if (!isArray(values) || values.length === 0) {
      throw new Error(
        `expected \`strategy.matrix.${key}\` to be a list that is not empty, found ${JSON.stringify(values)}`,
      );
    }
    combinations = combinations.flatMap((combination) => values.map((value) => ({ ...combination, [key]: value })));
  }
  const kept = combinations.filter(
    (combination) => !listOf(matrix, 'exclude').some((pattern) => fits(combination, pattern, Object.keys(pattern))),
  );
  const all = withIncluded(
    kept,
    listOf(matrix, 'include'),
    vectors.map(([key]) => key),
  );
  if (all.length > combinationsLimit) {
    throw new Error(`expected at most ${combinationsLimit} combinations of the matrix, found ${all.length}`);
  }
  return all;
}

/** What GitHub puts behind a job's name: `(linux, 24)`; nothing for an empty combination. */
export function matrixSuffix(combination: JsonRecord): string {
  const values = Object.values(combination).flatMap(leaves);
  return values.length === 0 ? '' : ` (${values.join(', ')})`;
}

function withIncluded(
  kept: readonly JsonRecord[],
  included: readonly JsonRecord[],
  keys: readonly string[],
): readonly JsonRecord[] {
  const extended: JsonRecord[] = [...kept];
  const alone: JsonRecord[] = [];
  for (const extra of included) {
    const original = keys.filter((key) => key in extra);
    const hosts = kept.flatMap((combination, index) =>
      kept.length > 0 && fits(combination, extra, original) ? [index] : [],
    );
    if (hosts.length === 0) {
      alone.push(extra);
    }
    for (const index of hosts) {
      extended[index] = { ...extended[index], ...extra };
    }
  }
  return [...extended, ...alone];
}

function fits(combination: JsonRecord, pattern: JsonRecord, keys: readonly string[]): boolean {
  return keys.every((key) => key in combination && isSame(combination[key], pattern[key]));
}

function isSame(left: Json | undefined, right: Json | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function listOf(matrix: JsonRecord, key: string): readonly JsonRecord[] {
  const list = matrix[key] ?? [];
  if (!isArray(list) || !list.every(isRecord)) {
    throw new Error(`expected \`strategy.matrix.${key}\` to be a list of maps, found ${JSON.stringify(list)}`);
  }
  return list;
}

function leaves(value: Json): readonly string[] {
  if (isArray(value)) {
    return value.flatMap(leaves);
  }
  return isRecord(value) ? Object.values(value).flatMap(leaves) : [String(value ?? '')];
}
