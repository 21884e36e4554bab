import type { HeadSighting } from '../store/head-record.ts';

/** What a person who typed a command at an instant looked at: one commit, or nobody can tell which. */
export type HeadSeen = { readonly kind: 'head'; readonly sha: string } | { readonly kind: 'moved' };

/** A page shows a push a moment later, and a person types for some seconds after the last look. */
const blinkSeconds = 5;

/**
 * The head that was shown when a comment was made (ISO 8601), by the journal of heads. Any other head within five seconds
 * before it, or at any time after it, makes it `moved`, and so does a journal that does not reach back so far. The order
 * of the journal does not matter, and neither do the dates of commits, which their author sets.
 */
export function headSeen(journal: readonly HeadSighting[], at: string): HeadSeen {
  const edge = Date.parse(at) - blinkSeconds * 1000;
  const since = ({ at: instant, isFirst }: HeadSighting) => (isFirst ? Number.NEGATIVE_INFINITY : Date.parse(instant));
  const before = journal.filter((sighting) => since(sighting) < edge);
  const newest = Math.max(...before.map(since));
  const shown = new Set(before.filter((sighting) => since(sighting) === newest).map(({ head }) => head));
  const [sha] = shown;
  // Two heads of one second, which is as exactly as GitHub tells it: their order is not known.
  if (sha === undefined || shown.size > 1) return { kind: 'moved' };
  const isMoved = journal.some(({ head, at: instant }) => head !== sha && Date.parse(instant) >= edge);
  return isMoved ? { kind: 'moved' } : { kind: 'head', sha };
}

/**
 * The one commit of a pull request whose id begins with what a person typed. Null when none does, and `ambiguous` when
 * several do: with a few digits only, somebody can make a commit that begins like one that was reviewed.
 */
export function headNamed(
  typed: string,
  known: { readonly present: string; readonly journal: readonly HeadSighting[] },
): string | 'ambiguous' | null {
  const heads = new Set([known.present, ...known.journal.map(({ head }) => head)]);
  const named = [...heads].filter((head) => head.startsWith(typed));
  return named.length > 1 ? 'ambiguous' : (named[0] ?? null);
}
