import { parseTag, renderTag } from '../registry/tags.ts';

/** A tag and the commit that it is of. */
export interface TagOf {
  readonly name: string;
  readonly sha: string;
}

/** What names of tags say, before any is looked up. */
export interface NamedTags {
  /** The greatest counter of all tags of the model; 0 when none has one. */
  readonly counter: number;
  /** Those that give versions to the environment or take them away, the newest first. */
  readonly ofStage: readonly string[];
}

/** Reads the names of a model's tags. What is no registry's tag is passed over. */
export function namedTags(
  names: readonly string[],
  { model, environment }: { readonly model: string; readonly environment: string },
): NamedTags {
  const known = names.flatMap((name) => {
    const tag = parseTag(name);
    return tag !== null && tag.artifact === model ? [{ name, ...tag }] : [];
  });
  const ofStage = known
    .filter(({ action }) => 'stage' in action && action.stage === environment)
    .sort((a, b) => (b.counter ?? 0) - (a.counter ?? 0));
  return {
    counter: Math.max(0, ...known.map(({ counter }) => counter ?? 0)),
    ofStage: ofStage.map(({ name }) => name),
  };
}

/**
 * The tags that make an environment have the version of a commit and no other, in their order; `stands` is the one that
 * says so already, and then none is to be made. `assigned` are tags of the environment, newest first. What it had is
 * unassigned first, because readers that sort by version would go on to see the greater one after a rollback.
 */
export function assignment(
  assigned: readonly TagOf[],
  to: { readonly model: string; readonly environment: string; readonly sha: string; readonly counter: number },
): { readonly stands: string | null; readonly tags: readonly TagOf[] } {
  const { model, environment, sha, counter } = to;
  const newest = new Map<string, { readonly name: string; readonly isAssigned: boolean }>();
  for (const tag of assigned) {
    if (!newest.has(tag.sha)) newest.set(tag.sha, { name: tag.name, isAssigned: isAssignment(tag.name) });
  }
  const standing = [...newest].filter(([, { isAssigned }]) => isAssigned);
  const own = standing.find(([commit]) => commit === sha);
  const others = standing.filter(([commit]) => commit !== sha);
  const steps = [
    ...others.map(([commit]) => ({ kind: 'unassign' as const, commit })),
    ...(own === undefined ? [{ kind: 'assign' as const, commit: sha }] : []),
  ];
  const tags = steps.flatMap(({ kind, commit }, index): readonly TagOf[] => {
    const action = { kind, stage: environment } as const;
    const name = renderTag({ artifact: model, action, counter: counter + index + 1 });
    return name === null ? [] : [{ name, sha: commit }];
  });
  return { stands: own?.[1].name ?? null, tags };
}

function isAssignment(name: string): boolean {
  return parseTag(name)?.action.kind === 'assign';
}
