/** Whom a freeze binds: a repository, or by its owner's login, in lower case, every repository of that owner. */
export type FreezeScope =
  | { readonly kind: 'repository'; readonly repositoryId: number }
  | { readonly kind: 'owner'; readonly login: string };

/** Somebody's order that nothing happens to a target until an instant. One person has one on one target and scope. */
export interface Freeze {
  readonly scope: FreezeScope;
  /** `runs`, `all`, or the name of an environment; no environment can be called by one of the two words. */
  readonly target: string;
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. From `until` on it binds nobody, whether or not anybody has written so. */
  readonly since: string;
  readonly until: string;
  /** The pull request in which it was ordered, of the repository that it binds or of another one of the owner's. */
  readonly number: number;
}

/** The freeze that holds a target longest; null when it is not frozen. `runs` is what dispatching a run is asked by. */
export function frozen(target: string, freezes: readonly Freeze[], now: string): Freeze | null {
  const binding = freezes.filter((freeze) => isInForce(freeze, now) && [target, 'all'].includes(freeze.target));
  return binding.reduce<Freeze | null>(
    (longest, freeze) => (longest === null || Date.parse(freeze.until) > Date.parse(longest.until) ? freeze : longest),
    null,
  );
}

/** Whether a freeze has not ended yet. */
export function isInForce({ until }: Freeze, now: string): boolean {
  return Date.parse(now) < Date.parse(until);
}
