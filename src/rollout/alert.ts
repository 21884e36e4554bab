/** That something which watches production says it is not well. */
export interface Alert {
  /** The receiver of the operator that it came to. */
  readonly receiver: string;
  /** Null: all models of the environment. */
  readonly model: string | null;
  readonly environment: string;
  /** What it is called there. */
  readonly name: string;
  /** What it says, in a sentence; empty where it says nothing. */
  readonly summary: string;
  /** ISO 8601: since when it is so. */
  readonly startsAt: string;
}
