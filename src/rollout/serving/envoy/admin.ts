import { z } from 'zod';
import { AppError } from '../../../error.ts';
import { oneLine } from '../../../policy/quoted.ts';
import { askJson, askText } from '../../connections/ask.ts';

/** The admin interface of one Envoy. */
export interface Admin {
  /** The connection, for messages. */
  readonly name: string;
  readonly admin: string;
  readonly timeoutMs: number;
}

const Runtime = z.object({ entries: z.record(z.string(), z.object({ final_value: z.string() })) });

/** The values of the runtime that hold now, by key. */
export async function readRuntime(admin: Admin): Promise<ReadonlyMap<string, string>> {
  const { entries } = await read(admin, '/runtime?format=json', Runtime);
  return new Map(Object.entries(entries).map(([key, { final_value }]) => [key, final_value]));
}

/** Sets values of the admin layer, all at once; an empty one takes the key out. */
export async function modifyRuntime(admin: Admin, values: Readonly<Record<string, string>>): Promise<void> {
  const query = Object.entries(values)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&');
  const { name, timeoutMs } = admin;
  const url = `${admin.admin}/runtime_modify?${query}`;
  const { text } = await askText({ name, url, method: 'POST', timeoutMs, limitBytes: 65_536 });
  if (text.trim() === 'OK') return;
  throw new AppError(
    'world-broken',
    `expected OK from the admin interface of Envoy, found "${oneLine(text, 100)}"; check \`admin\` of the connection`,
  );
}

const Host = z.object({
  address: z
    .object({ socket_address: z.object({ address: z.string(), port_value: z.number() }).optional() })
    .optional(),
  health_status: z
    .object({
      eds_health_status: z.string().optional(),
      failed_active_health_check: z.boolean().optional(),
      failed_outlier_check: z.boolean().optional(),
    })
    .optional(),
});
const Clusters = z.object({
  cluster_statuses: z.array(z.object({ name: z.string(), host_statuses: z.array(Host).default([]) })).default([]),
});

/** Where each cluster is, and why it does not answer; an empty address when it has none. */
export async function readClusters(
  admin: Admin,
): Promise<ReadonlyMap<string, { readonly at: string; readonly trouble: string | null }>> {
  const { cluster_statuses } = await read(admin, '/clusters?format=json', Clusters);
  return new Map(
    cluster_statuses.map(({ name, host_statuses }) => {
      const places = host_statuses.flatMap(({ address }) => address?.socket_address ?? []);
      const at = places.map(({ address, port_value }) => `${address}:${port_value}`).join(',');
      const healthy = host_statuses.filter(isHealthy).length;
      const trouble = at === '' ? 'has no address' : healthy === 0 ? 'is not healthy' : null;
      return [name, { at, trouble }];
    }),
  );
}

function isHealthy({ health_status: health }: z.output<typeof Host>): boolean {
  const status = health?.eds_health_status ?? 'HEALTHY';
  const failed = health?.failed_active_health_check === true || health?.failed_outlier_check === true;
  return !failed && (status === 'HEALTHY' || status === 'UNKNOWN');
}

/** All of its configuration. */
export async function readConfiguration({ name, admin, timeoutMs }: Admin): Promise<unknown> {
  return await askJson({ name, url: `${admin}/config_dump`, timeoutMs });
}

async function read<T>({ name, admin, timeoutMs }: Admin, path: string, form: z.ZodType<T>): Promise<T> {
  const parsed = form.safeParse(await askJson({ name, url: `${admin}${path}`, timeoutMs, limitBytes: 4_000_000 }));
  if (parsed.success) return parsed.data;
  throw new AppError(
    'world-broken',
    `expected the answer of Envoy to ${path}, found another; check \`admin\` of the connection`,
  );
}
