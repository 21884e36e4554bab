/** The columns of a table and, where rows were seen, a few values of each. */
export interface TableSample {
  readonly file: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string | null;
    readonly values: readonly string[];
  }[];
}

const mostColumns = 1000;
const mostRows = 500;

/** Reads header and first rows of the beginning of a CSV file; a last line that is cut off is left out. Null for no table. */
export function csvSample(options: { readonly file: string; readonly text: string }): TableSample | null {
  const { file, text } = options;
  if (text.includes('\0')) return null;
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .slice(0, mostRows + 1);
  const header = lines[0] ?? '';
  const separator = [',', ';', '\t', '|'].find((letter) => header.includes(letter));
  if (separator === undefined) return null;
  const names = cells(header, separator);
  if (names.length > mostColumns || !names.every(isColumnName)) return null;
  const rows = lines.slice(1, -1).map((line) => cells(line, separator));
  const whole = rows.filter((row) => row.length === names.length);
  return {
    file,
    columns: names.map((name, index) => ({ name, type: null, values: whole.map((row) => row[index] ?? '') })),
  };
}

/** Whether a text is the name of a column that a policy can hold and a comment can show. */
export function isColumnName(name: string): boolean {
  return name !== '' && name.length <= 200 && name.isWellFormed() && !/[\p{Cc}\ufffd`]/u.test(name);
}

function cells(line: string, separator: string): readonly string[] {
  const result: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const letter of line) {
    if (letter === '"') isQuoted = !isQuoted;
    else if (letter === separator && !isQuoted) {
      result.push(cell.trim());
      cell = '';
    } else cell += letter;
  }
  return [...result, cell.trim()];
}

/** What is probably predicted: a column and the task that its values suggest. */
export interface TargetGuess {
  readonly target: string;
  readonly task: 'binary' | 'multiclass' | 'regression';
  /** Why, as the end of a sentence that begins with the column. */
  readonly reason: string;
}

const usualNames = ['target', 'label', 'class', 'y', 'outcome', 'response', 'is_fraud', 'churn', 'price'];

/** Guesses the target of a model from a table: a column that the model is named after, a usual name, or the last column. */
export function targetGuess(sample: TableSample, model: string): TargetGuess | null {
  const words = model.split('-').filter((word) => word.length > 2);
  const lower = (name: string) => name.toLowerCase();
  const named = sample.columns.find(({ name }) => words.includes(lower(name)));
  const usual = sample.columns.find(({ name }) => usualNames.includes(lower(name)));
  const column = named ?? usual ?? sample.columns.at(-1);
  if (column === undefined) return null;
  let reason = `is the last column of \`${sample.file}\``;
  if (named !== undefined) reason = `is a column of \`${sample.file}\` that the model is named after`;
  else if (usual !== undefined) reason = `is a column of \`${sample.file}\` and a usual name for a target`;
  return { target: column.name, task: taskOf(column), reason };
}

function taskOf(column: TableSample['columns'][number]): TargetGuess['task'] {
  if (column.type !== null) {
    if (/bool/i.test(column.type)) return 'binary';
    return /int|float|double|number|decimal|numeric/i.test(column.type) ? 'regression' : 'multiclass';
  }
  const values = new Set(column.values.filter((value) => value !== ''));
  if (values.size <= 2) return 'binary';
  const isNumeric = [...values].every((value) => Number.isFinite(Number(value)));
  return isNumeric && values.size > 10 ? 'regression' : 'multiclass';
}
