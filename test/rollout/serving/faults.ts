/** What goes wrong on the far side of a platform. */
export interface Faults {
  /**
   * broken: refuses with an error of its own. denied: refuses for lack of permission. idle: says that it did what it did
   * not do. garbled: answers nonsense. hung: never answers. huge: answers without end.
   */
  kind: 'none' | 'broken' | 'denied' | 'idle' | 'garbled' | 'hung' | 'huge';
  /** How many requests go well before. */
  after: number;
  /** How many requests something befell. */
  befallen: number;
}

/** What befalls the request that arrives now; `idle` only befalls what writes. */
export function befalls(faults: Faults, request: 'read' | 'write'): Faults['kind'] {
  if (faults.kind === 'none') return 'none';
  if (faults.after > 0) {
    faults.after -= 1;
    return 'none';
  }
  if (faults.kind === 'idle' && request === 'read') return 'none';
  faults.befallen += 1;
  return faults.kind;
}

/** A far side on which nothing goes wrong yet. */
export function noFaults(): Faults {
  return { kind: 'none', after: 0, befallen: 0 };
}
