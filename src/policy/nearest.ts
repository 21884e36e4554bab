/**
 * The known name that somebody most likely meant, or null when none is near: the first that has what was written as
 * one of its words, else the one with the smallest Damerau–Levenshtein distance, if that is at most two letters or a
 * third of them. Case, `_` and `-` do not count.
 */
export function nearest(written: string, known: readonly string[]): string | null {
  const plain = letters(written.slice(0, 100));
  const whole = known.find((name) => plain.length > 1 && name.split('-').includes(plain));
  if (whole !== undefined && !known.some((name) => letters(name) === plain)) return whole;
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    const distance = editDistance(plain, letters(name));
    if (distance <= Math.max(2, plain.length / 3) && distance < letters(name).length - 1) {
      if (best === null || distance < best.distance) best = { name, distance };
    }
  }
  return best?.name ?? null;
}

function letters(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost one. */
function editDistance(a: string, b: string): number {
  let older: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + cost);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, at(older, column - 2) + 1);
      }
      current.push(least);
    }
    older = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
