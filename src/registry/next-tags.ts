import type { ArtifactState, RegistryEvent } from './registry-state.ts';
import { renderTag } from './tags.ts';

/** A tag that has to be made: annotated, of this commit, at this time. Its ref must not exist before. */
export interface NewTag {
  readonly name: string;
  readonly commit: string;
  /** Seconds since 1970; later than every tag of the artifact, so that the order is no matter of clocks. */
  readonly at: number;
}

/** The tags to make (none when they are there), or why it cannot be. */
export type NextTags =
  | { readonly kind: 'tags'; readonly tags: readonly NewTag[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** What somebody wants to be so; `state` is null as long as the artifact has no tags. */
interface Wish {
  readonly artifact: string;
  readonly state: ArtifactState | null;
  readonly version: string;
  readonly commit: string;
  /** The time by the clock, in seconds since 1970. */
  readonly now: number;
}

/** The tag that registers a version. A version is immutable: one of another commit, or one taken back, is refused. */
export function registerTags({ artifact, state, version, commit, now }: Wish): NextTags {
  const known = state?.versions.find((one) => one.version === version);
  if (known !== undefined) {
    if (known.commit === commit && known.isActive) return { kind: 'tags', tags: [] };
    const found = known.isActive ? `the tag ${known.registered.name} of ${known.commit}` : 'that it was deregistered';
    return refused(`expected ${version} to be a new version, found ${found}; choose the next version`);
  }
  // GTO tells by its commit which version a stage is assigned.
  const there = state?.versions.find((one) => one.commit === commit);
  if (there !== undefined) {
    return refused(`expected one version per commit, found ${there.version} at ${commit}; release from another commit`);
  }
  const name = renderTag({ artifact, action: { kind: 'register', version }, counter: null });
  if (name === null) return refused(badName(artifact));
  return { kind: 'tags', tags: [{ name, commit, at: laterThan(state, now) }] };
}

/**
 * The tags that make a stage have a version and no other: what it had is unassigned first, because readers that sort by
 * version would go on to see the greater one after a rollback.
 */
export function assignTags({
  artifact,
  state,
  version,
  now,
  stage,
}: Omit<Wish, 'commit'> & { stage: string }): NextTags {
  const wanted = state?.versions.find((one) => one.version === version && one.isActive);
  if (state === null || wanted === undefined) {
    return refused(`expected a registered version, found no active tag of ${artifact} ${version}; register it first`);
  }
  const assigned = assignments(state, stage);
  const others = assigned.filter((event) => event.version !== version);
  const isThere = assigned.length > others.length;
  const steps = [
    ...others.map(({ commit }) => ({ kind: 'unassign' as const, commit })),
    ...(isThere ? [] : [{ kind: 'assign' as const, commit: wanted.commit }]),
  ];
  const tags = steps.flatMap(({ kind, commit }, index): readonly NewTag[] => {
    const name = renderTag({ artifact, action: { kind, stage }, counter: state.counter + index + 1 });
    return name === null ? [] : [{ name, commit, at: laterThan(state, now) + index }];
  });
  return tags.length < steps.length ? refused(badName(stage)) : { kind: 'tags', tags };
}

/** The assignments of a stage that stand, also those that a later one hides. */
function assignments(state: ArtifactState, stage: string): readonly RegistryEvent[] {
  const last = new Map<string | null, RegistryEvent>();
  for (const event of state.events) {
    const { action } = event;
    if ((action.kind === 'assign' || action.kind === 'unassign') && action.stage === stage) {
      last.set(event.version, event);
    }
  }
  return [...last.values()].filter(({ action }) => action.kind === 'assign');
}

function laterThan(state: ArtifactState | null, now: number): number {
  return Math.max(now, (state?.events.at(-1)?.at ?? 0) + 1);
}

function badName(name: string): string {
  return `expected a name of letters, digits, \`-\`, \`_\` and \`/\` that ends in a letter or digit, found ${JSON.stringify(name)}; rename it`;
}

function refused(reason: string): NextTags {
  return { kind: 'refused', reason };
}
