import { z } from 'zod';

/** The version of the contract; it is part of every path. */
const root = '/v1/services/';

/** The largest document that either side has to read. */
export const contractBytesLimit = 65_536;

/** The form of a service's name in a path. */
export const ServiceName = z
  .string()
  .regex(
    /^(?!constructor$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'letters, digits, dots, hyphens and underscores, at most 100',
  );

/** The path of a service's traffic, behind whatever prefix the address has. It is what is signed. */
export function trafficPath(service: string): string {
  return `${root}${encodeURIComponent(service)}/traffic`;
}

/** The service that a path is about; null where it is no path of the contract. */
export function serviceOf(path: string): string | null {
  const name = /^\/v1\/services\/([^/?]+)\/traffic$/.exec(path)?.[1];
  return name !== undefined && ServiceName.safeParse(name).success ? name : null;
}

const Text = z.string().min(1).max(2000);
const Percent = z.number().min(0).max(100);
const Fence = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const Model = z.strictObject({
  version: z.string().min(1).max(200),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, '`sha256:` and 64 hexadecimal digits'),
  uri: Text,
});

/** The body of a PUT: all that the service is to serve. */
export const TrafficDocument = z
  .strictObject({
    rollout: z.string().max(200),
    fence: Fence,
    champion: Model.nullable(),
    candidate: Model.nullable(),
    weight: Percent,
    shadow: Percent,
    audience: z
      .union([
        z.strictObject({ header: z.string().min(1).max(100), value: z.string().min(1).max(200) }),
        z.strictObject({ cookie: z.string().min(1).max(100) }),
      ])
      .nullable(),
  })
  .refine((traffic) => traffic.candidate !== null || (traffic.weight === 0 && traffic.shadow === 0), {
    message: 'weight 0 and shadow 0 where there is no candidate',
    path: ['weight'],
  });
/** What a PUT asks for. */
export type TrafficDocument = z.infer<typeof TrafficDocument>;

const Seen = z.looseObject({ version: z.string().max(200).nullable(), digest: z.string().max(200).nullable() });

/** What GET and PUT answer with 200: what the service does serve now. Further keys are allowed. */
export const StateDocument = z.looseObject({
  capability: z.looseObject({
    weights: z.enum(['any', 'whole-percents', 'none']),
    'most-weight': Percent,
    shadow: z.boolean(),
    header: z.boolean(),
    sticky: z.boolean(),
  }),
  /** The highest fence that was accepted; null before the first write. */
  fence: Fence.nullable(),
  /** The timestamp of the write that was accepted last. */
  written: z.number().int().min(0).nullable(),
  champion: Seen.nullable(),
  candidate: Seen.extend({ ready: z.boolean() }).nullable(),
  /** What the candidate really gets: 0 while it is not ready. */
  weight: Percent,
  shadow: Percent,
  trouble: z.string().max(2000).nullable(),
});
/** What a service answers of itself. */
export type StateDocument = z.infer<typeof StateDocument>;

/** What a refusal says; 409 adds the fence and the timestamp that stand. */
export const RefusalDocument = z.looseObject({
  error: z.string().max(2000),
  fence: Fence.nullish(),
  written: z.number().int().min(0).nullish(),
});
/** What a refusal says. */
export type RefusalDocument = z.infer<typeof RefusalDocument>;
