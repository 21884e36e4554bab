/** Whether an edit of a key of `data.privacy` lets reports say more; null for every other key. Lists come as one text. */
export function privacyLoosens(path: string, before: unknown, after: unknown): boolean | null {
  if (!path.startsWith('data.privacy.')) return null;
  if (path.endsWith('.fold-below')) return Number(after ?? 0) < Number(before ?? 0);
  const kept = listed(after);
  return listed(before).some((column) => !kept.includes(column));
}

function listed(value: unknown): readonly string[] {
  return String(value ?? '')
    .split(', ')
    .filter((column) => column !== '');
}
