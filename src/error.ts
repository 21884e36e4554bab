/** Why Siskin could not do something. Closed, so that every door can map each code to an exit status or a reply. */
export type ErrorCode =
  | 'bad-input'
  | 'bad-config'
  | 'not-found'
  | 'not-permitted'
  | 'conflict'
  | 'fenced'
  | 'too-large'
  | 'timed-out'
  | 'unsupported'
  | 'unavailable'
  /** Somebody else does it for us; the answer comes later. */
  | 'under-way'
  | 'github-refused'
  | 'world-broken';

/**
 * The one exception type of Siskin: thrown by adapters when the outside is not as it must be, caught once per door.
 * The message reads "expected …, found …; do …". A bad model is not an error but a verdict, a bad config a list of Problems.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** When the other side said after how many seconds it may be asked again; else null. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly retryAfterSeconds?: number | null },
  ) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds ?? null;
  }
}

/** One thing wrong with a file that a person wrote. Lines and columns count from 1; 0 means the whole file. */
export interface Problem {
  readonly file: string;
  /** Where in the document, as keys joined by dots, e.g. `models.fraud.train.command`. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;
  /** What to do about it, e.g. the nearest known key. */
  readonly fix: string;
}

/** The one-sentence form of a problem that terminal, check annotation and comment share. */
export function problemText(problem: Problem): string {
  const where = problem.path === '' ? '' : `\`${problem.path}\`: `;
  return `${where}expected ${problem.expected}, found ${problem.found}; ${problem.fix}`;
}

/** The message of anything thrown, for a place that shows one line. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
