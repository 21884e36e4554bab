import { z } from 'zod';
import { AppError } from '../../../error.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

const Env = z.looseObject({ name: z.string(), value: z.string().optional() });
const Container = z.looseObject({ name: z.string(), env: z.array(Env).default([]) });
const Step = z.looseObject({
  setWeight: z.number().optional(),
  pause: z.looseObject({ duration: z.unknown().optional() }).nullish(),
});
const Spec = z.looseObject({
  strategy: z.looseObject({
    canary: z.looseObject({
      steps: z.array(Step).default([]),
      trafficRouting: z.looseObject({ maxTrafficWeight: z.number().default(100) }),
    }),
  }),
  template: z.looseObject({ spec: z.looseObject({ containers: z.array(Container) }) }),
});

const Share = z.looseObject({ weight: z.number().default(0), podTemplateHash: z.string().default('') });
const Status = z.looseObject({
  observedGeneration: z.coerce.string().default(''),
  phase: z.string().default(''),
  message: z.string().default(''),
  abort: z.boolean().default(false),
  promoteFull: z.boolean().default(false),
  currentPodHash: z.string().default(''),
  stableRS: z.string().default(''),
  currentStepIndex: z.number().nullish(),
  canary: z
    .looseObject({
      weights: z.looseObject({ canary: Share, stable: Share, verified: z.boolean().nullish() }).nullish(),
    })
    .default({}),
});

/** Where a Rollout keeps which model its pods load. */
export interface Setting {
  /** Empty: the first. */
  readonly container: string;
  readonly env: string;
}

/** A Rollout by what is of interest in it. */
export interface ArgoRollout {
  /** Where the model is named, as a JSON pointer, and what is named. */
  readonly pointer: string;
  readonly uri: string;
  readonly steps: readonly z.output<typeof Step>[];
  readonly status: z.output<typeof Status>;
  /** Whether the controller has seen this spec. */
  readonly isCurrent: boolean;
}

/** What is read of a Rollout. AppError `bad-config` says what a Rollout has to have that this one has not. */
export function rolloutIn(object: KubernetesObject, what: string, { container, env }: Setting): ArgoRollout {
  const refuse = (expected: string, fix: string): never => {
    throw new AppError('bad-config', `expected ${expected} in ${what}, found none; ${fix}`);
  };
  const spec = Spec.safeParse(object.spec);
  if (!spec.success) {
    return refuse(
      'a template, and `strategy.canary` with `trafficRouting`',
      'split by a router: without one, shares are numbers of pods',
    );
  }
  const { strategy, template } = spec.data;
  const { steps, trafficRouting } = strategy.canary;
  if (trafficRouting.maxTrafficWeight !== 100) refuse('`maxTrafficWeight` 100', 'leave it out');
  const { containers } = template.spec;
  const at = container === '' ? 0 : containers.findIndex(({ name }) => name === container);
  const variables = containers[at]?.env ?? [];
  const index = variables.findIndex(({ name }) => name === env);
  const uri = variables[index]?.value;
  if (uri === undefined) return refuse(`the variable ${env} with a value`, 'let it say which model the pods load');
  const status = Status.parse(object.status);
  return {
    pointer: `/spec/template/spec/containers/${at}/env/${index}/value`,
    uri,
    steps,
    status,
    isCurrent: status.observedGeneration === String(object.metadata.generation),
  };
}

/** The step after which the candidate has this share until somebody goes on; AppError `unsupported` when there is none. */
export function stepOf({ steps }: Pick<ArgoRollout, 'steps'>, weight: number, what: string): number {
  const at = steps.findIndex(({ setWeight }, index) => setWeight === weight && waits(steps[index + 1]));
  if (at >= 0) return at;
  const known = steps.flatMap(({ setWeight }, index) =>
    setWeight !== undefined && waits(steps[index + 1]) ? [setWeight] : [],
  );
  throw new AppError(
    'unsupported',
    `expected the steps \`setWeight: ${weight}\` and \`pause: {}\` after each other in ${what}, found ${known.join(', ') || 'none'}; write the weights of the policy, and 0 first`,
  );
}

function waits(step: z.output<typeof Step> | undefined): boolean {
  return step?.pause != null && step.pause.duration === undefined;
}
