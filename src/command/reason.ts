/** What a reason code means, for `/explain` and the docs. */
export interface Reason {
  /** One sentence: what was found. */
  readonly means: string;
  /** One sentence: what to do. */
  readonly fix: string;
}
