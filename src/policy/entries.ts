/** A mapping of a document that nobody has checked: its keys are texts, its values unknown. */
export type Entries = Readonly<Record<string, unknown>>;

/** The entries of a value of such a document; none where it is no mapping. */
export function entriesOf(value: unknown): Entries {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
}
