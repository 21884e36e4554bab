import type { Column } from '../column.ts';

/** A name that begins no column, for what queries need beside the data. */
export function freshPrefix(columns: readonly Column[]): string {
  let prefix = 'siskin_';
  while (columns.some(({ name }) => name.toLowerCase().startsWith(prefix))) prefix += '_';
  return prefix;
}
