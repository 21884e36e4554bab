import { z } from 'zod';
import type { Slots } from '../proxy/slots.ts';

/** What the routes of a split can do, as they are configured. */
export interface SplitRoutes {
  /** The header of the route for an audience: `<prefix>.audience` is its runtime prefix. */
  readonly header: { readonly name: string; readonly value: string } | null;
  /** The cookie by which a user stays where he is. */
  readonly cookie: string | null;
  /** Whether requests can be copied to both clusters. */
  readonly mirrors: boolean;
}

const Weighted = z.object({
  runtime_key_prefix: z.string(),
  clusters: z.array(z.object({ name: z.string() })),
  use_hash_policy: z.boolean().optional(),
});
const Route = z.object({
  match: z
    .object({
      headers: z
        .array(z.object({ name: z.string(), string_match: z.object({ exact: z.string().optional() }).optional() }))
        .default([]),
    })
    .prefault({}),
  route: z.object({
    weighted_clusters: Weighted,
    hash_policy: z.array(z.object({ cookie: z.object({ name: z.string() }).optional() })).default([]),
    request_mirror_policies: z
      .array(
        z.object({
          cluster: z.string().optional(),
          runtime_fraction: z.object({ runtime_key: z.string().optional() }).optional(),
        }),
      )
      .default([]),
  }),
});
type Route = z.output<typeof Route>;

/** The split with this runtime prefix out of a dump of Envoy's configuration; null when no route has it with both clusters. */
export function splitRoutesOf(
  dump: unknown,
  { prefix, slots }: { readonly prefix: string; readonly slots: Slots },
): SplitRoutes | null {
  const routes = routesIn(dump);
  const withPrefix = (wanted: string) =>
    routes.find(({ route: { weighted_clusters: split } }) => {
      const names = split.clusters.map(({ name }) => name);
      return split.runtime_key_prefix === wanted && slots.every((slot) => names.includes(slot));
    });
  const main = withPrefix(prefix);
  if (main === undefined) return null;
  const [header] = withPrefix(`${prefix}.audience`)?.match.headers ?? [];
  const value = header?.string_match?.exact;
  const { weighted_clusters: split, hash_policy: policies, request_mirror_policies: mirrors } = main.route;
  const cookie = policies.flatMap((policy) => policy.cookie?.name ?? [])[0];
  return {
    header: header === undefined || value === undefined ? null : { name: header.name, value },
    cookie: split.use_hash_policy === true && cookie !== undefined ? cookie : null,
    mirrors: slots.every((slot) =>
      mirrors.some(
        ({ cluster, runtime_fraction: fraction }) =>
          cluster === slot && fraction?.runtime_key === `${prefix}.mirror.${slot}`,
      ),
    ),
  };
}

/** Every route with weighted clusters, wherever listeners and route configurations hold it. */
function routesIn(dump: unknown): readonly Route[] {
  const found: Route[] = [];
  const waiting: unknown[] = [dump];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (value === null || typeof value !== 'object') continue;
    const parsed = Route.safeParse(value);
    if (parsed.success) found.push(parsed.data);
    for (const inner of Object.values(value)) waiting.push(inner);
  }
  return found;
}
