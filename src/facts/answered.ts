import { AppError } from '../error.ts';

/** What GitHub was asked about somebody's rights, or why it is not known: a doubt is neither a yes nor a no. */
export type Answered<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** `why` is a clause, e.g. "GitHub did not answer". */
  | { readonly kind: 'unknown'; readonly why: string };

/** Something that GitHub told. */
export function known<T>(value: T): Answered<T> {
  return { kind: 'known', value };
}

/** Something that it did not tell. */
export function unknown(why: string): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why };
}

/** Asks, and keeps a failure of GitHub as a doubt. What is no failure of GitHub is thrown. */
export async function answered<T>(
  ask: () => Promise<T>,
  whys: { readonly refused: string; readonly missing: string },
): Promise<Answered<T>> {
  try {
    return known(await ask());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'not-permitted') return unknown(whys.refused);
    return unknown(error.code === 'not-found' ? whys.missing : 'GitHub did not answer');
  }
}
