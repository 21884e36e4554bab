import { AppError, messageOf } from '../error.ts';
import type { SourceFile } from './source-file.ts';

/**
 * What DuckDB says of data it cannot read, in one sentence of ours: which file, which line where it knows, what was
 * expected, what was found, what to do.
 */
export function readError(cause: unknown, files: readonly SourceFile[]): AppError {
  if (cause instanceof AppError) return cause;
  const message = messageOf(cause);
  const [expected, found, fix] = explanation(message);
  const code = /^Out of Memory|could not allocate|failed to (pin|allocate)/i.test(message) ? 'too-large' : 'bad-input';
  return new AppError(code, `expected ${expected}, found ${found} in ${place(message, files)}; ${fix}`, { cause });
}

function place(message: string, files: readonly SourceFile[]): string {
  const named =
    files.find((file) => message.includes(file.absolutePath)) ?? (files.length === 1 ? files[0] : undefined);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1] ?? /in line (\d+)/.exec(message)?.[1];
  const file = named?.path ?? `one of ${files.length} files (${files[0]?.path}, …)`;
  return line === undefined ? file : `${file}, line ${line}`;
}

type Explanation = readonly [expected: string, found: string, fix: string];

const explanations: readonly (readonly [RegExp, (match: RegExpExecArray) => Explanation])[] = [
  [
    /Error when converting column "(.*?)"\. Could not convert string "([\s\S]*?)" to '(.*?)'/,
    ([, column, value = '', type]) => [
      `a value of type ${type} in column ${column}, as in the rows before`,
      JSON.stringify(shortened(value)),
      'correct the value, leave the cell empty, or have the column read as text (--text)',
    ],
  ],
  [
    /Invalid unicode|not utf-8 encoded|Invalid UTF|invalid utf-8/i,
    () => ['text in UTF-8', 'bytes of another encoding', 'save the file as UTF-8'],
  ],
  [
    /Maximum line size of (\d+) bytes exceeded[\s\S]*?(?:Actual Size:\s*(\d+))?/,
    ([, limit]) => [`lines of at most ${limit} bytes`, 'a longer one', 'shorten its cells or close an open quote'],
  ],
  [
    /Expected Number of Columns: (\d+) Found: (\d+)/,
    ([, expected, found]) => [`${expected} columns`, found ?? 'another number', 'correct the line'],
  ],
  [/unterminated quote/i, () => ['every quote to be closed', 'an open one', 'close or double it']],
  [
    /Error when sniffing file/,
    () => [
      'a CSV file with one delimiter and as many cells in every line as in the header',
      'lines that do not fit',
      'correct the file, or quote cells that hold delimiters and line breaks',
    ],
  ],
  [
    /json_read expected records|Malformed JSON[\s\S]*?: ([^\n]*)|Duplicate name|JSON transform error/,
    ([, detail]) => ['one JSON object with columns per line', detail?.trim() || 'something else', 'correct the line'],
  ],
  [
    /maximum_object_size of (\d+) bytes exceeded/,
    ([, limit]) => [`JSON objects of at most ${limit} bytes`, 'a larger one', 'split it'],
  ],
  [
    /^Out of Memory|could not allocate|failed to (pin|allocate)/i,
    () => ['data that can be summarised in the memory allowed', 'more', 'allow more memory or name fewer columns'],
  ],
  [/schema mismatch/i, () => ['the same columns in every file', 'different ones', 'name files of one schema']],
  [
    /parquet|magic bytes|thrift|snappy|zstd|TProtocol/i,
    () => ['a whole, uncorrupted Parquet file', 'a damaged one', 'write or download it again'],
  ],
  [/gzip|inflate|miniz/i, () => ['a whole gzip file', 'a damaged one', 'write or download it again']],
];

function explanation(message: string): Explanation {
  for (const [pattern, explain] of explanations) {
    const match = pattern.exec(message);
    if (match !== null) return explain(match);
  }
  return ['data that can be read', JSON.stringify(shortened(message.split('\n')[0] ?? '')), 'correct the data'];
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
