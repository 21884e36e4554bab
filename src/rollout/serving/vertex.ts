import { z } from 'zod';
import { AppError } from '../../error.ts';
import type { ServingPlatform } from '../../ports/serving.ts';
import { Address } from '../connections/address.ts';
import { askJson, askText } from '../connections/ask.ts';
import { googleToken } from '../connections/google-token.ts';
import { Secret } from '../connections/secret.ts';
import { Timeout } from '../connections/timeout.ts';
import { understood } from '../connections/understood.ts';
import { asItIs, fillIn, inAddress } from '../fill-in.ts';
import { type EndpointState, openEndpoint } from './cloud/endpoint.ts';
import { toTags } from './cloud/record-tags.ts';
import { type ServingPlace, servingKind } from './kind.ts';
import { renderSplitRecord } from './proxy/split-record.ts';

const Connection = z.strictObject({
  project: z.string().regex(/^[a-z0-9:.-]{1,100}$/, 'the id of a project; copy it from the console'),
  location: z.string().regex(/^[a-z0-9-]{1,40}$/, 'a location, e.g. europe-west4'),
  key: Secret.describe('The JSON key of a service account with `roles/aiplatform.user`.'),
  url: Address.optional().describe('Default: https://<location>-aiplatform.googleapis.com.'),
  ...Timeout.shape,
});

const Target = z.strictObject({
  endpoint: z.string().min(1).max(100).describe('The id of the endpoint; `{model}` is replaced.'),
  deployment: z
    .string()
    .min(1)
    .max(100)
    .default('{model}-{version}')
    .describe('The display name of the deployed model of a version, with hyphens for dots.'),
});

/** Vertex AI by the traffic split of an endpoint. */
export const vertex = servingKind({ Connection, Target, open: openVertex });

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints */
const Endpoint = z.looseObject({
  etag: z.string().optional(),
  deployedModels: z.array(z.looseObject({ id: z.string(), displayName: z.string().default('') })).default([]),
  trafficSplit: z.record(z.string(), z.number()).default({}),
  labels: z.record(z.string(), z.string()).default({}),
});

interface State extends EndpointState {
  readonly endpoint: z.output<typeof Endpoint>;
}

// Values of labels have lower-case letters, digits, hyphens and underscores, at most 63.
const tags = { alphabet: 'hex', length: 62 } as const;

/** The port to one endpoint. */
export function openVertex(given: {
  readonly connection: z.output<typeof Connection>;
  readonly target: z.output<typeof Target>;
  readonly place: ServingPlace;
}): ServingPlatform {
  const { connection, target, place } = given;
  const { project, location } = connection;
  const id = fillIn(target.endpoint, { model: place.model }, asItIs);
  const common = { name: place.name, timeoutMs: connection['timeout-seconds'] * 1000 };
  const scope = 'https://www.googleapis.com/auth/cloud-platform';
  const token = googleToken({ ...common, now: place.now, scope, key: () => place.secret(connection.key) });
  const base = connection.url ?? `https://${location}-aiplatform.googleapis.com`;
  const url = `${base}/v1/projects/${inAddress(project)}/locations/${location}/endpoints/${inAddress(id)}`;
  return openEndpoint<State>({
    label: `endpoint ${id} of Vertex AI`,
    capability: {
      weights: 'whole-percents',
      mostWeight: 100,
      shadow: false,
      header: false,
      sticky: false,
      fence: true,
    },
    mostShadow: 0,
    deployment: fillIn(target.deployment, { model: place.model }, asItIs),
    name: /^[A-Za-z0-9][A-Za-z0-9 _-]{0,127}$/,
    tags,
    read,
    async write({ endpoint }, { weights, record }) {
      const split = Object.entries(weights).map(([name, percent]) => [deployedId(endpoint, name), percent] as const);
      const kept = Object.entries(endpoint.labels).filter(([key]) => !/^siskin-\d+$/.test(key));
      const body = JSON.stringify({
        // With it, Vertex refuses what was decided on an older state.
        ...(endpoint.etag === undefined ? {} : { etag: endpoint.etag }),
        ...(split.length === 0 ? {} : { trafficSplit: Object.fromEntries(split) }),
        labels: { ...Object.fromEntries(kept), ...toTags(renderSplitRecord(record), tags) },
      });
      const mask = split.length === 0 ? 'labels' : 'trafficSplit,labels';
      const asked = { ...common, method: 'PATCH', headers: await headers(), body } as const;
      await askText({ ...asked, url: `${url}?updateMask=${mask}` });
    },
  });

  async function headers(): Promise<Readonly<Record<string, string>>> {
    return { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
  }

  async function read(): Promise<State> {
    const answer = await askJson({ ...common, url, headers: await headers(), limitBytes: 4_000_000 });
    const endpoint = understood(answer, { schema: Endpoint, name: place.name, service: 'Vertex AI' });
    const deployments = endpoint.deployedModels.map(({ id, displayName }) => ({
      name: displayName,
      weight: endpoint.trafficSplit[id] ?? 0,
      coming: endpoint.trafficSplit[id] ?? 0,
      shadow: 0,
      // A model that is still being deployed is not in the list yet.
      trouble: null,
    }));
    return { endpoint, deployments, tags: endpoint.labels, trouble: null, isBusy: false };
  }

  function deployedId(endpoint: State['endpoint'], name: string): string {
    const found = endpoint.deployedModels.filter(({ displayName }) => displayName === name);
    const [first] = found;
    if (found.length === 1 && first !== undefined) return first.id;
    throw new AppError(
      'conflict',
      `expected one deployed model named ${name} at endpoint ${id} of Vertex AI, found ${found.length}; give each its own display name`,
    );
  }
}
