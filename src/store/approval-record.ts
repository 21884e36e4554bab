/**
 * That a person trusted something, and exactly what: the commit and its tree, the candidate where one was judged, and the
 * policy under which it was said. What is not equal to that was not approved.
 */
export interface Approval {
  readonly repositoryId: number;
  readonly number: number;
  /** `run`: the code of a fork may run. `override-gate`: a missed gate does not decide. `budget`: it may cost more. */
  readonly kind: 'run' | 'override-gate' | 'budget';
  /** Of a gate `<model>/<metric>`; else empty. */
  readonly subject: string;
  readonly head: string;
  /** Git tree of that commit: a rebase that changes nothing has the same. */
  readonly tree: string;
  /** Digest of the candidate that was judged; null where none was. */
  readonly artifact: string | null;
  /** Digest of the policy, or of the model's part of it, under which it was said. */
  readonly policy: string;
  readonly by: string;
  /** Empty where none is asked for. */
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}
