/** What one look at the set-up came to. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly what: string;
  /** `unverified`: it could not be told, which is neither well nor wrong. */
  readonly state: 'ok' | 'problem' | 'unverified';
  /** What was found, as prose: names stand between back-ticks. */
  readonly found: string;
  /** What to do about it, as prose; empty when it is well. */
  readonly fix: string;
  /** The page on which that is done. */
  readonly url?: string;
}

/** It is as it must be. */
export function ok(what: string, found: string): Finding {
  return { what, state: 'ok', found, fix: '' };
}

/** It keeps something from working. */
export function problem(what: string, found: string, fix: string): Finding {
  return { what, state: 'problem', found, fix };
}

/** It could not be told. */
export function unverified(what: string, found: string, fix: string): Finding {
  return { what, state: 'unverified', found, fix };
}
