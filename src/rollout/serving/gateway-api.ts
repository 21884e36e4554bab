import { z } from 'zod';
import { servingKind } from './kind.ts';
import { ClusterConnection, clusterOf } from './kubernetes/cluster.ts';
import { conditionOf, standingOf } from './kubernetes/conditions.ts';
import { nameOf } from './kubernetes/names.ts';
import type { KubernetesObject } from './kubernetes/object.ts';
import type { RouteLens, Rule } from './kubernetes/route.ts';
import { type Standing, splitPlatform } from './kubernetes/split-platform.ts';

const Connection = ClusterConnection.extend({
  mirrors: z
    .boolean()
    .default(false)
    .describe('Whether the Gateway mirrors a share of the requests (HTTPRouteRequestPercentageMirror).'),
});

const Target = z.strictObject({
  route: z.string().min(1).max(253).default('{model}').describe('The HTTPRoute.'),
  rules: z
    .array(z.string().min(1).max(253))
    .max(16)
    .default([])
    .describe('The names of its rules to split. None named: those that lead to a version.'),
  service: z
    .string()
    .min(1)
    .max(253)
    .default('{model}-{version}')
    .describe('The Service of a version. `{version}` 1.5.0 is written 1-5-0; `{digest}` is its first twelve digits.'),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('The port of these Services. Default: as in the route.'),
});

/** Any Gateway by the weights of an HTTPRoute (https://gateway-api.sigs.k8s.io/reference/spec/#httproute). */
export const gatewayApi = servingKind({
  Connection,
  Target,
  open: ({ connection, target, place: { model, name, secret } }) =>
    splitPlatform({
      place: {
        cluster: clusterOf(connection, { name, secret }),
        resource: { group: 'gateway.networking.k8s.io', version: 'v1', plural: 'httproutes', kind: 'HTTPRoute' },
        name: nameOf(target.route, 'route', model),
      },
      lens: lensOf(target.port),
      path: '/spec/rules',
      rulesOf: (object) => Rules.parse(object.spec['rules']),
      valueOf: (rules) => rules,
      standing,
      capability: { weights: 'any', mostWeight: 100, shadow: connection.mirrors, header: true, sticky: false },
      model,
      naming: target.service,
      rules: target.rules,
    }),
});

const Ref = z.looseObject({ name: z.string(), weight: z.number().default(1) });
const MirrorFilter = z.looseObject({
  type: z.literal('RequestMirror'),
  requestMirror: z.looseObject({
    backendRef: z.looseObject({ name: z.string() }),
    percent: z.number().optional(),
    fraction: z.looseObject({ numerator: z.number(), denominator: z.number().positive().default(100) }).optional(),
  }),
});
const Rules = z.array(z.record(z.string(), z.unknown())).catch([]);

/** Weights are parts of a whole; the finest that a policy can name is a hundredth of a percent. */
const parts = 100;

function lensOf(port: number | undefined): RouteLens {
  return {
    nameOf: ({ name }) => (typeof name === 'string' ? name : ''),
    armsOf: (rule) => refsOf(rule),
    mirrorOf: (rule, names) => {
      const found = mirrorsIn(rule).find(({ requestMirror }) => names.includes(requestMirror.backendRef.name));
      if (found === undefined) return null;
      const { backendRef, percent, fraction } = found.requestMirror;
      const share = fraction === undefined ? 100 : (fraction.numerator / fraction.denominator) * 100;
      return { name: backendRef.name, percent: percent ?? share };
    },
    withSplit: (rule, { arms, mirror, names }) => {
      const before = refsOf(rule);
      const ref = (name: string) => {
        // Port, namespace and filters are as they were for this Service, or for its neighbour.
        const { weight: _, ...like } = before.find((one) => one.name === name) ?? before[0] ?? { name };
        return { ...like, ...(port === undefined ? {} : { port }), name };
      };
      const kept = filtersOf(rule).filter((filter) => {
        const parsed = MirrorFilter.safeParse(filter);
        return !parsed.success || !names.includes(parsed.data.requestMirror.backendRef.name);
      });
      const { filters: _, ...rest } = rule;
      const filters = mirror === null ? kept : [...kept, mirrorFilter(ref(mirror.name), mirror.percent)];
      const backendRefs = arms.map(({ name, weight }) => ({ ...ref(name), weight: Math.round(weight * parts) }));
      return { ...rest, ...(filters.length === 0 ? {} : { filters }), backendRefs };
    },
    forAudience: (rule, { header, value }, name) => {
      const matches = Rules.parse(rule['matches']);
      const added = { type: 'Exact', name: header, value };
      const narrowed = (matches.length === 0 ? [{}] : matches).map((match: Rule) => ({
        ...match,
        headers: [...Rules.parse(match['headers']), added],
      }));
      return { ...rule, name, matches: narrowed };
    },
  };
}

function refsOf(rule: Rule): readonly z.output<typeof Ref>[] {
  const refs = z.array(Ref).safeParse(rule['backendRefs']);
  return refs.success ? refs.data : [];
}

function filtersOf(rule: Rule): readonly unknown[] {
  return z.array(z.unknown()).catch([]).parse(rule['filters']);
}

function mirrorsIn(rule: Rule): readonly z.output<typeof MirrorFilter>[] {
  return filtersOf(rule).flatMap((filter) => {
    const parsed = MirrorFilter.safeParse(filter);
    return parsed.success ? [parsed.data] : [];
  });
}

function mirrorFilter({ filters: _, ...backendRef }: Rule, percent: number): Rule {
  // A mirror of everything is in the core of many implementations, and needs no share.
  const fraction = { numerator: Math.round(percent * parts), denominator: 100 * parts };
  const share = percent === 100 ? {} : Number.isInteger(percent) ? { percent } : { fraction };
  return { type: 'RequestMirror', requestMirror: { backendRef, ...share } };
}

const Parents = z
  .array(z.looseObject({ parentRef: z.looseObject({ name: z.string() }), conditions: z.unknown().optional() }))
  .catch([]);
const References = z.array(z.looseObject({ name: z.string() })).catch([]);

/** A route is in force when every Gateway that it names has accepted this generation of it. */
function standing({ metadata: { generation }, spec, status }: KubernetesObject): Standing {
  const named = new Set(References.parse(spec['parentRefs']).map(({ name }) => name));
  const parents = Parents.parse(status['parents']).filter(({ parentRef }) => named.has(parentRef.name));
  const waiting = [...named].filter((name) => !parents.some(({ parentRef }) => parentRef.name === name));
  const standings = parents.map(({ parentRef, conditions }) =>
    standingOf(`Gateway ${parentRef.name}`, generation, {
      taken: conditionOf(conditions, 'Accepted'),
      whole: conditionOf(conditions, 'ResolvedRefs'),
    }),
  );
  const troubles = [
    ...waiting.map((name) => `Gateway ${name} has not taken it`),
    ...(named.size === 0 ? ['it is for no Gateway'] : []),
    ...standings.flatMap(({ trouble }) => (trouble === null ? [] : [trouble])),
  ];
  return {
    isTaken: named.size > 0 && waiting.length === 0 && standings.every(({ isTaken }) => isTaken),
    trouble: troubles.length === 0 ? null : troubles.join('; '),
  };
}
