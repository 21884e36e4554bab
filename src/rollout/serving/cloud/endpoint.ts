import { AppError } from '../../../error.ts';
import type { Capability, Observed, ServedModel, ServingPlatform, Traffic } from '../../../ports/serving.ts';
import { fillIn } from '../../fill-in.ts';
import { refuseOutdated } from '../proxy/places.ts';
import { parseSplitRecord, type SplitRecord, splitRecordOf } from '../proxy/split-record.ts';
import { fromTags } from './record-tags.ts';

/** One deployment behind an endpoint of a cloud. */
export interface Deployment {
  readonly name: string;
  /** Percent of the requests that it gets now. */
  readonly weight: number;
  /** Percent that it will get when a change is through that was taken already. */
  readonly coming: number;
  /** Percent of the requests that it gets a copy of. */
  readonly shadow: number;
  /** Why it cannot answer; null when it can. */
  readonly trouble: string | null;
}

/** An endpoint as it is now. */
export interface EndpointState {
  readonly deployments: readonly Deployment[];
  /** Tags or labels of the endpoint. */
  readonly tags: Readonly<Record<string, string>>;
  /** What is being changed just now, or went wrong; null when it is at rest. */
  readonly trouble: string | null;
  /** Whether the cloud refuses changes until that is done. */
  readonly isBusy: boolean;
}

/** What one cloud has of its own. */
export interface CloudEndpoint<State extends EndpointState> {
  /** For messages, e.g. `endpoint fraud of SageMaker`. */
  readonly label: string;
  readonly capability: Omit<Capability, 'problems'>;
  /** The most of all requests that can be copied, in percent. */
  readonly mostShadow: number;
  /** How a deployment is called: `{version}` and `{digest}` are replaced. */
  readonly deployment: string;
  /** The names that the cloud takes. */
  readonly name: RegExp;
  /** How the record is cut into tags. */
  readonly tags: Parameters<typeof fromTags>[1];
  read(): Promise<State>;
  /** Sets the percents of all deployments (those that are left out get nothing) and the record. */
  write(
    state: State,
    wish: {
      readonly weights: Readonly<Record<string, number>>;
      readonly shadow: Readonly<Record<string, number>>;
      readonly record: SplitRecord;
    },
  ): Promise<void>;
}

/** The port to an endpoint that splits traffic between deployments, each of which was made for one version before. */
export function openEndpoint<State extends EndpointState>(endpoint: CloudEndpoint<State>): ServingPlatform {
  return {
    probe: () => probe(endpoint),
    apply: (traffic) => apply(endpoint, traffic),
    observe: () => observe(endpoint),
  };
}

async function probe<State extends EndpointState>({
  capability,
  label,
  read,
}: CloudEndpoint<State>): Promise<Capability> {
  try {
    const { deployments } = await read();
    const problems =
      deployments.length > 0 ? [] : [`expected deployments behind ${label}, found none; deploy the champion first`];
    return { ...capability, problems };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { ...capability, problems: [thrown.message] };
  }
}

async function apply<State extends EndpointState>(endpoint: CloudEndpoint<State>, traffic: Traffic): Promise<void> {
  const { label } = endpoint;
  refuseImpossible(endpoint, traffic);
  const state = await endpoint.read();
  const standing = recordOf(endpoint, state);
  refuseOutdated(traffic.fence, standing?.fence ?? null, label);
  const named = (model: ServedModel | null) => (model === null ? null : nameOf(endpoint, model));
  const [champion, candidate] = [named(traffic.champion), named(traffic.candidate)];
  if (champion !== null && champion === candidate) {
    throw new AppError(
      'bad-input',
      `expected two deployments at ${label}, found ${champion} for both versions; give the template a \`{digest}\``,
    );
  }
  for (const name of [champion, candidate]) {
    if (name === null || state.deployments.some((one) => one.name === name)) continue;
    throw new AppError(
      'not-found',
      `expected the deployment ${name} behind ${label}, found none; deploy the version first`,
    );
  }
  // All of it has to go somewhere: without a champion it is the candidate's.
  const share = candidate === null ? 0 : champion === null ? 100 : traffic.weight;
  const weights = {
    ...(champion === null ? {} : { [champion]: 100 - share }),
    ...(candidate === null ? {} : { [candidate]: share }),
  };
  const shadow = candidate === null || traffic.shadow === 0 ? {} : { [candidate]: traffic.shadow };
  const record = { ...splitRecordOf(traffic), at: '' };
  const isSo = state.deployments.every(
    (one) => one.coming === (weights[one.name] ?? 0) && one.shadow === (shadow[one.name] ?? 0),
  );
  if (isSo && JSON.stringify(standing) === JSON.stringify(record)) return;
  if (state.isBusy) {
    throw new AppError(
      'unavailable',
      `expected ${label} at rest, found that ${state.trouble ?? 'it is being changed'}; it is tried again when that is done`,
    );
  }
  await endpoint.write(state, { weights, shadow, record });
}

function refuseImpossible<State extends EndpointState>(
  { label, capability, mostShadow }: CloudEndpoint<State>,
  { weight, shadow, audience }: Traffic,
): void {
  const refuse = (expected: string, found: string): never => {
    throw new AppError(
      'unsupported',
      `expected ${expected} at ${label}, found ${found}; change the plan of the rollout`,
    );
  };
  if (capability.weights === 'whole-percents' && !Number.isInteger(weight)) refuse('a whole percent', String(weight));
  if (shadow > 0 && !capability.shadow) refuse('no shadow traffic', `${shadow} percent`);
  if (shadow > mostShadow) refuse(`at most ${mostShadow} percent of shadow traffic`, `${shadow} percent`);
  if (!Number.isInteger(shadow)) refuse('a whole percent of shadow traffic', String(shadow));
  if (audience !== null) refuse('no audience', 'header' in audience ? 'one by header' : 'one by cookie');
}

function nameOf<State extends EndpointState>(
  { deployment, name, label }: CloudEndpoint<State>,
  { version, digest }: Pick<ServedModel, 'version' | 'digest'>,
): string {
  const values = { version, digest: digest.replace(/^sha256:/, '').slice(0, 12) };
  // Names of deployments have no dots and signs, versions do.
  const filled = fillIn(deployment, values, (value) => value.replaceAll(/[^A-Za-z0-9]+/g, '-'));
  if (name.test(filled)) return filled;
  throw new AppError(
    'bad-input',
    `expected the name of a deployment at ${label}, found ${JSON.stringify(filled).slice(0, 150)} for version ${JSON.stringify(version).slice(0, 100)}; change \`serving.deployment\` or the version`,
  );
}

function recordOf<State extends EndpointState>(endpoint: CloudEndpoint<State>, state: State): SplitRecord | null {
  const word = fromTags(state.tags, endpoint.tags);
  return word === null ? null : parseSplitRecord(word);
}

async function observe<State extends EndpointState>(endpoint: CloudEndpoint<State>): Promise<Observed> {
  const state = await endpoint.read();
  const record = recordOf(endpoint, state);
  const of = (model: SplitRecord['champion']) => {
    if (model === null) return null;
    const name = nameOf(endpoint, model);
    return state.deployments.find((one) => one.name === name) ?? null;
  };
  const [champion, candidate] = [of(record?.champion ?? null), of(record?.candidate ?? null)];
  // Without a record, whoever gets most is the champion.
  const main = champion ?? [...state.deployments].sort((a, b) => b.weight - a.weight)[0] ?? null;
  const others = state.deployments.filter((one) => one !== main);
  const isSole = record !== null && record.champion === null && candidate !== null;
  const weight = isSole ? candidate.weight : others.reduce((sum, one) => sum + one.weight, 0);
  const troubles = [
    ...(state.trouble === null ? [] : [state.trouble]),
    ...state.deployments
      .filter((one) => one.trouble !== null && (one === candidate || one.weight > 0))
      .map((one) => `deployment ${one.name} ${one.trouble}`),
    ...(record?.candidate != null && candidate === null ? ['the deployment of the candidate is gone'] : []),
  ];
  return {
    fence: record?.fence ?? null,
    champion: record === null ? { version: null, digest: null } : record.champion,
    candidate:
      record === null || record.candidate === null
        ? null
        : { ...record.candidate, ready: candidate !== null && candidate.trouble === null },
    weight,
    shadow: candidate?.shadow ?? 0,
    trouble: troubles.length === 0 ? null : troubles.join('; ').slice(0, 500),
  };
}
