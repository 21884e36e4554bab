import { z } from 'zod';
import { oneLine } from '../../policy/quoted.ts';
import { servingKind } from './kind.ts';
import { ClusterConnection, clusterOf } from './kubernetes/cluster.ts';
import { conditionOf, saidBy } from './kubernetes/conditions.ts';
import { nameOf } from './kubernetes/names.ts';
import type { KubernetesObject } from './kubernetes/object.ts';
import type { RouteLens, Rule } from './kubernetes/route.ts';
import { type Standing, splitPlatform } from './kubernetes/split-platform.ts';

const Target = z.strictObject({
  'virtual-service': z.string().min(1).max(253).default('{model}').describe('The VirtualService.'),
  rules: z
    .array(z.string().min(1).max(253))
    .max(50)
    .default([])
    .describe('The names of its HTTP routes to split. None named: those that lead to a version.'),
  host: z
    .string()
    .min(1)
    .max(253)
    .default('{model}-{version}')
    .describe('The host of a version. `{version}` 1.5.0 is written 1-5-0; `{digest}` is its first twelve digits.'),
});

/**
 * Istio by the weights of a VirtualService (https://istio.io/latest/docs/reference/config/networking/virtual-service/). Its
 * status tells little: that requests really go where they shall is seen from the sample ratio only.
 */
export const istio = servingKind({
  Connection: ClusterConnection,
  Target,
  open: ({ connection, target, place: { model, name, secret } }) =>
    splitPlatform({
      place: {
        cluster: clusterOf(connection, { name, secret }),
        resource: { group: 'networking.istio.io', version: 'v1', plural: 'virtualservices', kind: 'VirtualService' },
        name: nameOf(target['virtual-service'], 'virtual-service', model),
      },
      lens,
      path: '/spec/http',
      rulesOf: (object) => Rules.parse(object.spec['http']),
      valueOf: (rules) => rules,
      standing,
      capability: { weights: 'whole-percents', mostWeight: 100, shadow: true, header: true, sticky: false },
      model,
      naming: target.host,
      rules: target.rules,
    }),
});

const Rules = z.array(z.record(z.string(), z.unknown())).catch([]);
const Destination = z.looseObject({ host: z.string() });
const Way = z.looseObject({ destination: Destination, weight: z.number().optional() });

const lens: RouteLens = {
  nameOf: ({ name }) => (typeof name === 'string' ? name : ''),
  armsOf: (rule) => {
    const ways = waysOf(rule);
    // The only one gets everything, whatever is written.
    return ways.map(({ destination, weight }) => ({
      name: destination.host,
      weight: ways.length === 1 ? 100 : (weight ?? 0),
    }));
  },
  mirrorOf: (rule, names) => {
    const mirror = Destination.safeParse(rule['mirror']);
    if (!mirror.success || !names.includes(mirror.data.host)) return null;
    const share = z.looseObject({ value: z.number().default(0) }).safeParse(rule['mirrorPercentage']);
    return { name: mirror.data.host, percent: share.success ? share.data.value : 100 };
  },
  withSplit: (rule, { arms, mirror, names }) => {
    const before = waysOf(rule);
    const way = (host: string) => {
      // Port and headers are as they were for this host, or for its neighbour; a subset is of one host only.
      const own = before.find(({ destination }) => destination.host === host);
      const like = own ?? before[0] ?? { destination: { host } };
      const { subset: _, ...elsewhere } = like.destination;
      return { ...like, destination: own === undefined ? { ...elsewhere, host } : own.destination };
    };
    const { mirror: old, mirrorPercentage, ...rest } = rule;
    const kept = Destination.safeParse(old);
    const isOurs = !kept.success || names.includes(kept.data.host);
    const mirrors =
      mirror !== null
        ? { mirror: way(mirror.name).destination, mirrorPercentage: { value: mirror.percent } }
        : isOurs
          ? {}
          : { mirror: old, ...(mirrorPercentage === undefined ? {} : { mirrorPercentage }) };
    return { ...rest, ...mirrors, route: arms.map(({ name, weight }) => ({ ...way(name), weight })) };
  },
  forAudience: (rule, { header, value }, name) => {
    const matches = Rules.parse(rule['match']);
    // Names of headers are only known there in small letters.
    const narrowed = (matches.length === 0 ? [{}] : matches).map((match: Rule) => ({
      ...match,
      headers: {
        ...z.record(z.string(), z.unknown()).catch({}).parse(match['headers']),
        [header.toLowerCase()]: { exact: value },
      },
    }));
    return { ...rule, name, match: narrowed };
  },
};

function waysOf(rule: Rule): readonly z.output<typeof Way>[] {
  const ways = z.array(Way).safeParse(rule['route']);
  return ways.success ? ways.data : [];
}

const Messages = z
  .array(
    z.looseObject({ level: z.string().default(''), type: z.looseObject({ code: z.string().default('') }).optional() }),
  )
  .catch([]);

/** Istio writes a status only where it was told to: what stands there is heeded, and what does not is not waited for. */
function standing({ metadata: { generation }, status }: KubernetesObject): Standing {
  const reconciled = conditionOf(status['conditions'], 'Reconciled');
  const errors = Messages.parse(status['validationMessages']).filter(({ level }) => level.toUpperCase() === 'ERROR');
  if (errors.length > 0) {
    const codes = errors.map(({ type }) => type?.code ?? '').join(', ');
    return { isTaken: false, trouble: `Istio does not take it: ${oneLine(codes, 100)}` };
  }
  if (
    reconciled === null ||
    (reconciled.observedGeneration ?? generation) < generation ||
    reconciled.status === 'True'
  ) {
    return { isTaken: true, trouble: null };
  }
  return { isTaken: false, trouble: `Istio has not brought it to every proxy: ${saidBy(reconciled)}` };
}
