import { z } from 'zod';
import { AppError } from '../../../error.ts';
import type { Capability, Observed, ServedModel, ServingPlatform, Traffic } from '../../../ports/serving.ts';
import { accessProblems } from './access.ts';
import { annotationsOf, isMarked, markOf, refuseWrite } from './mark.ts';
import { versionName } from './names.ts';
import { type Change, changeObject, describeObject, type KubernetesObject, type Place, readObject } from './object.ts';
import { type RouteLens, type RouteRead, type Rule, readRoute, rewrite } from './route.ts';

/** One route between versions that each have a name of their own. */
export interface SplitRoute {
  readonly place: Place;
  readonly lens: RouteLens;
  /** Where the rules are in the object. */
  readonly path: `/${string}`;
  readonly rulesOf: (object: KubernetesObject) => readonly Rule[];
  /** What has to be written there for these rules. */
  readonly valueOf: (rules: readonly Rule[]) => unknown;
  readonly standing: (object: KubernetesObject) => Standing;
  /** What is to be seen of a version that gets no request yet; null when nothing is wrong. */
  readonly unready?: (name: string) => Promise<string | null>;
  readonly capability: Omit<Capability, 'problems' | 'fence'>;
  readonly model: string;
  /** What a version is called there, with `{model}`, `{version}` and `{digest}`. */
  readonly naming: string;
  readonly rules: readonly string[];
  /** What else has to hold, one sentence each. */
  readonly problems?: (object: KubernetesObject) => readonly string[];
  /** What else has to be allowed. */
  readonly alsoNeeded?: () => Promise<readonly string[]>;
}

/** How far the far side came with what is written. */
export interface Standing {
  /** Whether what is written is what is done. */
  readonly isTaken: boolean;
  readonly trouble: string | null;
}

const Named = z.object({ version: z.string(), digest: z.string(), name: z.string() });
const percent = z.number().min(0).max(100);

const State = z.object({
  champion: Named.nullable(),
  candidate: Named.nullable(),
  /** What was done when this was written: it still is as long as nobody took what is written. */
  before: z.object({ weight: percent, shadow: percent }),
});
type State = z.output<typeof State>;

const nothing: State['before'] = { weight: 0, shadow: 0 };

/** The port to a route: it moves shares between names, and each version is deployed under its own. */
export function splitPlatform(route: SplitRoute): ServingPlatform {
  return {
    probe: () => probe(route),
    apply: (traffic) => apply(route, traffic),
    observe: async () => await observed(route, await readObject(route.place)),
  };
}

async function probe(route: SplitRoute): Promise<Capability> {
  return { ...route.capability, fence: true, problems: await problemsOf(route) };
}

async function problemsOf(route: SplitRoute): Promise<readonly string[]> {
  const { place } = route;
  try {
    const denied = [...(await accessProblems(place, ['get', 'patch'])), ...((await route.alsoNeeded?.()) ?? [])];
    if (denied.length > 0) return denied;
    const object = await readObject(place);
    const { isTaken, trouble } = route.standing(object);
    const broken =
      isTaken || trouble === null
        ? []
        : [`expected ${describeObject(place)} to be in use, found ${trouble}; repair it`];
    read(route, { object, state: markOf(object, State)?.state ?? null });
    return [...(route.problems?.(object) ?? []), ...broken];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [error.message];
  }
}

async function apply(route: SplitRoute, traffic: Traffic): Promise<void> {
  refuseImpossible(route, traffic);
  const { place } = route;
  const named = (model: ServedModel | null) =>
    model === null
      ? null
      : { version: model.version, digest: model.digest, name: versionName(route.naming, route.model, model) };
  const [champion, candidate] = [named(traffic.champion), named(traffic.candidate)];
  if (champion !== null && champion.name === candidate?.name) {
    const text = `expected two names for ${champion.version} and ${candidate.version}, found ${champion.name} for both; use {digest} in \`serving\``;
    throw new AppError('bad-config', text);
  }
  await changeObject(place, (object) => change(route, { object, traffic, champion, candidate }));
}

function change(
  route: SplitRoute,
  {
    object,
    traffic,
    champion,
    candidate,
  }: { readonly object: KubernetesObject; readonly traffic: Traffic } & Pick<State, 'champion' | 'candidate'>,
): Change | null {
  const { place, lens, path } = route;
  const { fence, rollout, weight, shadow, audience } = traffic;
  const mark = markOf(object, State);
  refuseWrite(place, { object, fence, standing: mark?.fence ?? null });
  const known = [champion, candidate, mark?.state?.champion, mark?.state?.candidate].flatMap((one) =>
    one == null ? [] : [one.name],
  );
  const rules = route.rulesOf(object);
  const next = rewrite(lens, {
    rules,
    selection: { rules: route.rules, known, what: describeObject(place) },
    wish: {
      champion: champion?.name ?? null,
      candidate: candidate?.name ?? null,
      weight: candidate === null ? 0 : weight,
      shadow,
      audience: audience !== null && 'header' in audience ? audience : null,
    },
  });
  const isSame = JSON.stringify(next) === JSON.stringify(rules);
  const before =
    isSame && mark?.state != null
      ? mark.state.before
      : { ...inForce(route, { object, state: mark?.state ?? null, more: known }) };
  const annotations = annotationsOf({ fence, rollout, state: { champion, candidate, before } satisfies State });
  if (isSame && isMarked(object, annotations)) return null;
  return {
    kind: 'json-patch',
    operations: [
      { op: 'add', path: '/metadata/annotations', value: { ...object.metadata.annotations, ...annotations } },
      ...(isSame ? [] : ([{ op: 'add', path, value: route.valueOf(next) }] as const)),
    ],
  };
}

/** A route as it was read. */
interface Seen {
  readonly object: KubernetesObject;
  readonly state: State | null;
  /** What else may be a version. */
  readonly more?: readonly string[];
}

/** What may be in force while something else is written: the higher of what is written and what was. */
function inForce(route: SplitRoute, seen: Seen): State['before'] {
  const { weight, shadow } = read(route, seen);
  const before = route.standing(seen.object).isTaken ? nothing : (seen.state?.before ?? nothing);
  return { weight: Math.max(weight, before.weight), shadow: Math.max(shadow, before.shadow) };
}

function read(route: SplitRoute, { object, state, more = [] }: Seen): RouteRead {
  const [champion, candidate] = [state?.champion?.name ?? null, state?.candidate?.name ?? null];
  const rules = route.rulesOf(object);
  // Before Siskin wrote anything, whatever gets requests may be a version.
  const known = [
    ...[champion, candidate].filter((name) => name !== null),
    ...more,
    ...(state === null ? rules.flatMap((rule) => route.lens.armsOf(rule).map(({ name }) => name)) : []),
  ];
  const selection = { rules: route.rules, known, what: describeObject(route.place) };
  return readRoute(route.lens, { rules, selection, champion, candidate });
}

/** A route that no longer leads to any version gives all requests away; that is seen, and not taken for a route out of reach. */
function readOrLost(route: SplitRoute, seen: Seen): RouteRead & { readonly lost: string | null } {
  try {
    return { ...read(route, seen), lost: null };
  } catch (error) {
    if (!(error instanceof AppError) || seen.state === null) throw error;
    return { names: [], weight: 100, shadow: 0, strangers: [], lost: error.message };
  }
}

async function observed(route: SplitRoute, object: KubernetesObject): Promise<Observed> {
  const mark = markOf(object, State);
  const state = mark?.state ?? null;
  const { weight, shadow, strangers, names, lost } = readOrLost(route, { object, state });
  const { isTaken, trouble } = route.standing(object);
  const before = isTaken ? nothing : (state?.before ?? nothing);
  const unready = state?.candidate == null ? null : ((await route.unready?.(state.candidate.name)) ?? null);
  const shown = (model: State['champion']) => {
    // A champion whom no rule names any more serves nobody, unless everything goes to the candidate.
    const takesAll = names.length > 0 && names.every((name) => name === state?.candidate?.name);
    const isThere = model !== null && (model === state?.candidate || names.includes(model.name) || takesAll);
    return { version: isThere ? model.version : null, digest: isThere ? model.digest : null };
  };
  const troubles = [
    lost,
    trouble,
    unready,
    object.metadata.deletionTimestamp === undefined ? null : `${describeObject(route.place)} is being deleted`,
    strangers.length === 0 ? null : `requests also go to ${strangers.join(', ')}`,
  ].filter((one) => one !== null);
  return {
    fence: mark?.fence ?? null,
    champion: state !== null && state.champion === null ? null : shown(state?.champion ?? null),
    candidate:
      state === null || state.candidate === null
        ? null
        : { ...shown(state.candidate), ready: isTaken && trouble === null && unready === null },
    weight: Math.max(weight, before.weight),
    shadow: Math.max(shadow, before.shadow),
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}

function refuseImpossible(
  { capability, place }: SplitRoute,
  { weight, shadow, audience, champion, candidate }: Traffic,
): void {
  const refuse = (expected: string, found: string): never => {
    const text = `expected ${expected} at ${describeObject(place)}, found ${found}; change the plan of the rollout`;
    throw new AppError('unsupported', text);
  };
  if (capability.weights === 'whole-percents' && !Number.isInteger(weight)) refuse('a whole percent', String(weight));
  if (shadow > 0 && !capability.shadow) refuse('no shadow traffic', `${shadow} percent`);
  if (shadow > 0 && capability.weights === 'whole-percents' && !Number.isInteger(shadow)) {
    refuse('a whole percent of shadow traffic', String(shadow));
  }
  if (audience !== null && 'cookie' in audience) refuse('no sticky audience', 'a cookie');
  if (audience !== null && !capability.header) refuse('no audience', 'a header');
  if (audience !== null && 'header' in audience && !/^[A-Za-z0-9!#$%&'*+.^_|~-]{1,200}$/.test(audience.header)) {
    refuse('the name of a header', JSON.stringify(audience.header));
  }
  if (champion === null && candidate !== null) refuse('a champion beside the candidate', 'none');
}
