/** What a commit range can change for one model, in the order in which people are told. */
export const causes = ['code', 'data', 'holdout', 'model', 'parameters', 'environment', 'schema'] as const;
/** One thing that a commit range changes for a model. */
export type Cause = (typeof causes)[number];

/** A data pointer's digest before and after, read from git alone (DVC or Git LFS). Bytes are null when the pointer does not say. */
export interface PointerChange {
  readonly path: string;
  readonly kind: 'dvc' | 'lfs';
  readonly before: { readonly digest: string; readonly bytes: number | null; readonly files: number | null } | null;
  readonly after: { readonly digest: string; readonly bytes: number | null; readonly files: number | null } | null;
}

/** What one model is touched by. A model with no causes is not concerned. */
export interface ModelChange {
  readonly model: string;
  readonly causes: readonly Cause[];
  /** The files behind each cause. */
  readonly files: Readonly<Partial<Record<Cause, readonly string[]>>>;
  readonly pointers: readonly PointerChange[];
}

/** What a commit range changes: per model, and whether it edits the policy. Files of no interest are counted only. */
export interface Change {
  readonly models: readonly ModelChange[];
  readonly policy: boolean;
  readonly workflow: boolean;
  /** The models whose release manifest it edits. */
  readonly releases: readonly string[];
  readonly otherFiles: number;
}
