/** The SQL of a text as a profile names it: beyond 50 characters by its beginning and a hash, so that a document stays small. */
export function labelOf(text: string): string {
  return `CASE WHEN length(${text}) > 50 THEN left(${text}, 36) || '…' || left(md5(${text}), 12) ELSE ${text} END`;
}
