/** A check that a ruleset wants on commits before they are merged into a branch. */
export interface RequiredCheck {
  readonly branch: string;
  readonly context: string;
  /** The App that must report it; null when anybody may. */
  readonly appId: number | null;
}
