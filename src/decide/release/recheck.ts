import type { Plan } from '../../effect.ts';
import type { Intent } from '../../intent.ts';

/** Has every open release pull request checked again. */
export function recheckReleases(
  { repository }: Extract<Intent, { readonly kind: 'recheck-releases' }>,
  pulls: readonly { readonly number: number; readonly head: string }[],
): Plan {
  const changes = pulls.map(({ number, head }) => {
    const intent = { kind: 'check-release', repository, number, head } as const;
    return { kind: 'ask', intent } as const;
  });
  return { changes, effects: [] };
}
