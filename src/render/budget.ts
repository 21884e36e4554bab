/** A piece of a document that may be left out. The lowest weight goes first; among equals the last. */
export interface Piece {
  /** What a person calls it when it is missing, as prose. */
  readonly name: string;
  readonly weight: number;
  readonly text: string;
  /** `row`: follows the piece before it on the next line, as a table's row does. */
  readonly joins: 'block' | 'row';
}

/** Pieces between an opening and a closing line that make sense only together. */
export interface Group {
  readonly open: string;
  readonly close: string;
  readonly pieces: readonly Piece[];
}

/** What a document is made of. */
export type Part = Piece | Group;

/** A piece that is never left out. */
export const essential = Number.POSITIVE_INFINITY;

/**
 * The parts as one text of at most `limit` bytes in UTF-8. Pieces are left out until it fits and
 * `note`, which names them, ends the text. Essential pieces must fit by themselves.
 */
export function fitted(
  parts: readonly Part[],
  options: { readonly limit: number; readonly note: (names: readonly string[]) => string },
): string {
  const order = parts
    .flatMap((part): readonly { readonly piece: Piece; readonly group: Group | null }[] =>
      'pieces' in part ? part.pieces.map((piece) => ({ piece, group: part })) : [{ piece: part, group: null }],
    )
    .map((entry, index) => ({ ...entry, index }))
    .filter(({ piece }) => piece.weight !== essential)
    .sort((a, b) => a.piece.weight - b.piece.weight || b.index - a.index);
  const gone = new Set<Piece>();
  let shown = written(parts, gone, options.note);
  let excess = byteLength(shown) - options.limit;
  for (const { piece, group } of order) {
    if (excess <= 0) break;
    gone.add(piece);
    excess -= byteLength(piece.text) + 1;
    if (group?.pieces.every((other) => gone.has(other))) excess -= byteLength(group.open) + byteLength(group.close);
    // The note grows as pieces go, so what was saved is measured before it is believed.
    if (excess > 0) continue;
    shown = written(parts, gone, options.note);
    excess = byteLength(shown) - options.limit;
  }
  return excess > 0 ? written(parts, gone, options.note) : shown;
}

/** The bytes of a text in UTF-8. */
export function byteLength(value: string): number {
  return new TextEncoder().encode(value).length;
}

function written(parts: readonly Part[], gone: ReadonlySet<Piece>, note: (names: readonly string[]) => string): string {
  const blocks: string[] = [];
  for (const part of parts) {
    const pieces = ('pieces' in part ? part.pieces : [part]).filter((piece) => !gone.has(piece));
    if (pieces.length === 0) continue;
    const body = pieces.reduce(
      (text, piece) => (text === '' ? '' : text + (piece.joins === 'row' ? '\n' : '\n\n')) + piece.text,
      '',
    );
    if ('pieces' in part) blocks.push(part.open, body, ...(part.close === '' ? [] : [part.close]));
    else if (part.joins === 'row' && blocks.length > 0) blocks.push(`${blocks.pop()}\n${part.text}`);
    else blocks.push(body);
  }
  if (gone.size > 0) blocks.push(note([...gone].map((piece) => piece.name)));
  return blocks.join('\n\n');
}
