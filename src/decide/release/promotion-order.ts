import type { Policy } from '../../policy/policy.ts';

/** The environment that a new version is released to: the first that comes after no other; null where there is none. */
export function firstEnvironment({ environments }: Pick<Policy, 'environments'>): string | null {
  const first = Object.entries(environments).find(([, { after }]) => after === undefined);
  return first?.[0] ?? null;
}

/** The environments that a version may be promoted to once it serves in this one. */
export function nextEnvironments(
  environment: string,
  { environments }: Pick<Policy, 'environments'>,
): readonly string[] {
  return Object.entries(environments).flatMap(([name, { after }]) => (after === environment ? [name] : []));
}
