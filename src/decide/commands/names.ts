import type { Verb } from '../../command/command.ts';
import { grammar } from '../../command/grammar.ts';
import { policyHere, type Scene } from './scene.ts';

/** Real names of a repository, so that an example can be typed as it stands; null where there are none. */
export interface Names {
  readonly model: string | null;
  readonly environment: string | null;
  readonly metric: string | null;
  readonly head: string | null;
}

/** The first names that the policy here knows, and the newest commit. */
export function namesHere(scene: Scene): Names {
  const head = scene.facts.pull?.pull.head.sha.slice(0, 7) ?? null;
  const policy = policyHere(scene);
  if (policy === null) return { model: null, environment: null, metric: null, head };
  const [model = null] = Object.keys(policy.models);
  const gates = Object.entries((model === null ? undefined : policy.models[model])?.metrics ?? {});
  const metric = gates.find(([, gate]) => gate?.kind !== 'info')?.[0] ?? null;
  const [environment = null] = Object.keys(policy.environments);
  return { model, environment, metric, head };
}

/** How a verb is typed here, without the slash. */
export function exampleOf(verb: Verb, names: Names): string {
  const { model, environment, metric, head } = names;
  const known: Readonly<Record<string, string | null>> = {
    ' -m <model>': model === null ? '' : ` -m ${model}`,
    staging: environment,
    'roc-auc': metric,
    // It compares with another commit of the pull request; the others are about its newest.
    '1a2b3c4': verb === 'compare' ? null : head,
  };
  return grammar[verb].example.replace(
    / -m <model>|staging|roc-auc|1a2b3c4/g,
    (placeholder) => known[placeholder] ?? placeholder,
  );
}
