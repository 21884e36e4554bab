import { z } from 'zod';
import { AppError } from '../../error.ts';
import { servingKind } from './kind.ts';
import { accessProblems } from './kubernetes/access.ts';
import { ClusterConnection, clusterOf } from './kubernetes/cluster.ts';
import { conditionOf, saidBy, standingOf } from './kubernetes/conditions.ts';
import { nameOf } from './kubernetes/names.ts';
import { type KubernetesObject, type Place, readObject } from './kubernetes/object.ts';
import type { RouteLens } from './kubernetes/route.ts';
import { type Standing, splitPlatform } from './kubernetes/split-platform.ts';

const Target = z.strictObject({
  experiment: z
    .string()
    .min(1)
    .max(253)
    .default('{model}')
    .describe('The Experiment; requests ask for `<name>.experiment`.'),
  resource: z
    .string()
    .min(1)
    .max(253)
    .default('{model}-{version}')
    .describe('The Model of a version. `{version}` 1.5.0 is written 1-5-0; `{digest}` is its first twelve digits.'),
});

const group = { group: 'mlops.seldon.io', version: 'v1alpha1' } as const;

/** Seldon Core 2 by the candidates of an Experiment; each version is a Model of its own. */
export const seldon = servingKind({
  Connection: ClusterConnection,
  Target,
  open: ({ connection, target, place: { model, name, secret } }) => {
    const cluster = clusterOf(connection, { name, secret });
    const modelAt = (named: string): Place => ({
      cluster,
      resource: { ...group, plural: 'models', kind: 'Model' },
      name: named,
    });
    return splitPlatform({
      place: {
        cluster,
        resource: { ...group, plural: 'experiments', kind: 'Experiment' },
        name: nameOf(target.experiment, 'experiment', model),
      },
      lens,
      path: '/spec',
      rulesOf: ({ spec }) => [spec],
      valueOf: ([spec]) => spec,
      standing,
      unready: (named) => unready(modelAt(named)),
      capability: { weights: 'whole-percents', mostWeight: 100, shadow: true, header: false, sticky: false },
      model,
      naming: target.resource,
      rules: [],
      problems: ({ spec }) => [...defaultProblem(spec['default']), ...kindProblem(spec['resourceType'])],
      alsoNeeded: () => accessProblems(modelAt(''), ['get']),
    });
  },
});

const Candidate = z.looseObject({ name: z.string(), weight: z.number() });
const MirrorTo = z.looseObject({ name: z.string(), percent: z.number() });

const lens: RouteLens = {
  nameOf: () => '',
  armsOf: ({ candidates }) => z.array(Candidate).catch([]).parse(candidates),
  mirrorOf: ({ mirror }, names) => {
    const parsed = MirrorTo.safeParse(mirror);
    return parsed.success && names.includes(parsed.data.name) ? parsed.data : null;
  },
  withSplit: ({ mirror: old, ...rest }, { arms, mirror, names }) => {
    const other = MirrorTo.safeParse(old);
    const kept = other.success && !names.includes(other.data.name) ? { mirror: old } : {};
    // Schedulers have read two weights of which one is nothing as no weights at all.
    const candidates = arms.filter(({ weight }) => weight > 0);
    return { ...rest, candidates, ...(mirror === null ? kept : { mirror }) };
  },
  forAudience: (rule) => rule,
};

function standing({ metadata: { generation }, status }: KubernetesObject): Standing {
  const ready = conditionOf(status['conditions'], 'ExperimentReady');
  const seen = z.number().safeParse(status['observedGeneration']);
  const taken = ready === null ? null : { ...ready, ...(seen.success ? { observedGeneration: seen.data } : {}) };
  return standingOf('Seldon', generation, { taken, whole: null });
}

async function unready(place: Place): Promise<string | null> {
  try {
    const { status } = await readObject(place);
    const ready = conditionOf(status['conditions'], 'ModelReady') ?? conditionOf(status['conditions'], 'Ready');
    if (ready?.status === 'True') return null;
    return `the Model ${place.name} is not ready${ready === null ? '' : `: ${saidBy(ready)}`}`;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return `there is no Model ${place.name}`;
    throw error;
  }
}

/** Its endpoint would be taken over, and stay behind when another version becomes champion. */
function defaultProblem(value: unknown): readonly string[] {
  if (typeof value !== 'string' || value === '') return [];
  return [
    'expected an Experiment without `default`, found one; let requests ask for the experiment, so that a promotion moves no endpoint',
  ];
}

function kindProblem(value: unknown): readonly string[] {
  return value === 'pipeline' ? ['expected an Experiment of models, found one of pipelines; make another'] : [];
}
